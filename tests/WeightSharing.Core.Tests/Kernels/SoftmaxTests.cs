using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class SoftmaxTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 3, 1 }, { 3, 0, 2 }, { 1, 1, 1 }, { 5, 10, 1 }, { 3, 16, 1 }, { 2, 67, 1 }, { 2, 5, 3 }, { 2, 9, 20 }, { 1, 40, 67 }, { 700, 60, 1 }, { 30, 20, 70 },
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
