using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class SoftmaxTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 3, 1 }, { 3, 0, 2 }, { 1, 1, 1 }, { 5, 10, 1 }, { 3, 16, 1 }, { 2, 67, 1 }, { 2, 5, 3 }, { 2, 9, 20 }, { 1, 40, 67 }, { 700, 60, 1 }, { 30, 20, 70 },
        { 1, 2, 1 }, { 1000, 2, 1 }, { 65, 7, 1 }, { 70, 15, 1 }, { 67, 17, 1 }, { 4000, 10, 1 }, { 129, 33, 1 }, { 33, 64, 1 }, { 20, 65, 1 }, { 9, 129, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Float_softmax_matches_its_formulas(int outer, int count, int inner) => Match<float>(outer, count, inner, 5e-7);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Double_softmax_matches_its_formulas(int outer, int count, int inner) => Match<double>(outer, count, inner, 1e-15);

    [Fact]
    public void Large_logits_neither_overflow_nor_lose_the_others()
    {
        foreach (SimdVariant variant in Simd.Available)
        {
            double[] x = [1000, 1000 + Math.Log(3), double.NegativeInfinity, -1000], y = new double[4];
            Softmax.Forward(variant, 1, 4, 1, x, y);
            Assert.Equal(0.25, y[0], 1e-13);
            Assert.Equal(0.75, y[1], 1e-13);
            Assert.Equal([0.0, 0], y[2..]);
            Softmax.LogForward(variant, 1, 4, 1, x, y);
            Assert.Equal(Math.Log(0.25), y[0], 1e-12);
            Assert.Equal([double.NegativeInfinity], y[2..3]);
            Assert.Equal(-2000 + Math.Log(0.25), y[3], 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(70)]
    public void A_row_has_the_same_bits_wherever_it_stands(int count)
    {
        const int rows = 150;
        var random = new Random(count);
        float[] row = [.. Enumerable.Range(0, count).Select(_ => (float)(8 * random.NextDouble() - 4))];
        float[] slope = [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
        float[] x = [.. Enumerable.Range(0, rows).SelectMany(_ => row)], dy = [.. Enumerable.Range(0, rows).SelectMany(_ => slope)];
        foreach (SimdVariant variant in Simd.Available)
        {
            float[] y = new float[x.Length], log = new float[x.Length], dx = new float[x.Length], logDx = new float[x.Length];
            Softmax.Forward(variant, rows, count, 1, x, y);
            Softmax.LogForward(variant, rows, count, 1, x, log);
            Softmax.Backward(variant, rows, count, 1, y, dy, dx);
            Softmax.LogBackward(variant, rows, count, 1, log, dy, logDx);
            float[] y1 = new float[count], log1 = new float[count], dx1 = new float[count], logDx1 = new float[count];
            Softmax.Forward(variant, 1, count, 1, row, y1);
            Softmax.LogForward(variant, 1, count, 1, row, log1);
            Softmax.Backward(variant, 1, count, 1, y1, slope, dx1);
            Softmax.LogBackward(variant, 1, count, 1, log1, slope, logDx1);
            for (int r = 0; r < rows; r++)
            {
                Assert.Equal(y1, y[(r * count)..((r + 1) * count)]);
                Assert.Equal(log1, log[(r * count)..((r + 1) * count)]);
                Assert.Equal(dx1, dx[(r * count)..((r + 1) * count)]);
                Assert.Equal(logDx1, logDx[(r * count)..((r + 1) * count)]);
            }
        }
    }

    // The vector of one row may hold elements of the next.
    [Fact]
    public void What_is_no_number_stays_in_its_row()
    {
        const int rows = 40, count = 5;
        foreach (float odd in new[] { float.NaN, float.PositiveInfinity })
        {
            float[] x = new float[rows * count], y = new float[x.Length], log = new float[x.Length], dx = new float[x.Length];
            x[17 * count + 2] = odd;
            foreach (SimdVariant variant in Simd.Available)
            {
                Softmax.Forward(variant, rows, count, 1, x, y);
                Softmax.LogForward(variant, rows, count, 1, x, log);
                Softmax.Backward(variant, rows, count, 1, y, x, dx);
                for (int i = 0; i < x.Length; i++)
                {
                    Assert.Equal(i / count == 17, float.IsNaN(y[i]));
                    Assert.Equal(i / count == 17, float.IsNaN(log[i]));
                    Assert.Equal(i / count == 17, float.IsNaN(dx[i]));
                }
            }
        }
    }

    private static void Match<T>(int outer, int count, int inner, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(7);
        int n = outer * count * inner;
        T[] x = [.. Enumerable.Range(0, n).Select(_ => Number.Of<T>(6 * random.NextDouble() - 3))];
        T[] dy = [.. Enumerable.Range(0, n).Select(_ => Number.Of<T>(2 * random.NextDouble() - 1))];
        double[] p = new double[n], dx = new double[n], logDx = new double[n];
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                int[] at = [.. Enumerable.Range(0, count).Select(k => (o * count + k) * inner + i)];
                double sum = at.Sum(k => Math.Exp(double.CreateTruncating(x[k])));
                foreach (int k in at) p[k] = Math.Exp(double.CreateTruncating(x[k])) / sum;
                double dot = at.Sum(k => p[k] * double.CreateTruncating(dy[k])), total = at.Sum(k => double.CreateTruncating(dy[k]));
                foreach (int k in at) dx[k] = p[k] * (double.CreateTruncating(dy[k]) - dot);
                foreach (int k in at) logDx[k] = double.CreateTruncating(dy[k]) - p[k] * total;
            }

        foreach (SimdVariant variant in Simd.Available)
        {
            T[] y = new T[n], log = [.. x], back = new T[n];
            Softmax.Forward(variant, outer, count, inner, x, y);
            Compare(p, y, 1);
            Softmax.LogForward(variant, outer, count, inner, log, log);
            Compare([.. p.Select(v => Math.Log(v))], log, 10);
            Softmax.Backward(variant, outer, count, inner, y, dy, back);
            Compare(dx, back, 1);
            Softmax.LogBackward(variant, outer, count, inner, log, dy, back);
            Compare(logDx, back, 10);

            T[] overwritten = [.. x];
            Softmax.Forward(variant, outer, count, inner, overwritten, overwritten);
            Assert.Equal(y, overwritten);
            T[] inPlace = [.. dy];
            Softmax.LogBackward(variant, outer, count, inner, log, inPlace, inPlace);
            Assert.Equal(back, inPlace);
            using (Parallelism.Limit(3)) Softmax.Forward(variant, outer, count, inner, x, back);
            Assert.Equal(y, back);
        }

        void Compare(double[] expected, T[] actual, double scale)
        {
            for (int i = 0; i < n; i++)
                if (!(Math.Abs(expected[i] - double.CreateTruncating(actual[i])) <= scale * tolerance))
                    Assert.Fail($"[{i}]: {actual[i]}, expected {expected[i]}");
        }
    }
}
