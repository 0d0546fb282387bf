using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class ScanTests
{
    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(2, 1, 3)]
    [InlineData(2, 0, 3)]
    public void Running_sums_agree_with_sums(int outer, int count, int inner)
    {
        double[] x = [.. Enumerable.Range(1, outer * count * inner).Select(i => (double)i)], up = new double[x.Length], down = new double[x.Length];
        Scan.Sum<double>(outer, count, inner, x, up, reverse: false);
        Scan.Sum<double>(outer, count, inner, x, down, reverse: true);
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < count; k++)
            {
                for (int i = 0; i < inner; i++)
                {
                    double At(int j) => x[(o * count + j) * inner + i];
                    Assert.Equal(Enumerable.Range(0, k + 1).Sum(At), up[(o * count + k) * inner + i]);
                    Assert.Equal(Enumerable.Range(k, count - k).Sum(At), down[(o * count + k) * inner + i]);
                }
            }
        }
    }

    [Fact]
    public void Products_of_the_others_need_no_division()
    {
        float[] y = new float[8];
        Scan.ProductOfOthers<float>(2, 4, [1, 2, 3, 4, 0, 2, 3, 4], y);
        Assert.Equal([24f, 12f, 8f, 6f, 24f, 0f, 0f, 0f], y);
    }
}
