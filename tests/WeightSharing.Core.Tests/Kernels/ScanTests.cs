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

    [Fact]
    public void Linear_recurrences_run_both_ways()
    {
        double[] a = [9, 2, 3], b = [1, 10, 100], y = new double[3];
        Scan.Linear<double>(1, 3, 1, a, b, y, reverse: false);
        Assert.Equal([1.0, 10 + 2 * 1, 100 + 3 * 12], y);
        Scan.Linear<double>(1, 3, 1, a, b, y, reverse: true);
        Assert.Equal([1 + 2 * 310.0, 10 + 3 * 100, 100], y);
        double[] columns = new double[6];
        Scan.Linear<double>(1, 3, 2, [9, 9, 2, 0, 3, 1], [1, 1, 10, 10, 100, 100], columns, reverse: false);
        Assert.Equal([1.0, 1, 12, 10, 136, 110], columns);
    }

    [Fact]
    public void Extrema_so_far_stand_at_their_last_position()
    {
        int[] index = new int[6];
        Scan.Extremum<float>(1, 3, 2, [1, 5, 1, float.NaN, 0, 7], index, largest: true);
        Assert.Equal([0, 0, 1, 1, 1, 1], index);
        Scan.Extremum<float>(2, 3, 1, [1, 5, 1, float.NaN, 0, 7], index, largest: false);
        Assert.Equal([0, 0, 2, 0, 0, 0], index);
    }

    [Fact]
    public void Sums_of_exponentials_so_far()
    {
        double[] y = new double[6];
        Scan.LogSumExp<double>(1, 3, 2, [0, 1000, 0, 1000, Math.Log(2), double.NegativeInfinity], y);
        double[] expected = [0, 1000, Math.Log(2), 1000 + Math.Log(2), Math.Log(4), 1000 + Math.Log(2)];
        for (int i = 0; i < y.Length; i++) Assert.Equal(expected[i], y[i], 1e-15 * Math.Max(1, expected[i]));
    }
}
