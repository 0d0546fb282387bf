using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class ReductionTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 0, 1 }, { 0, 3, 2 }, { 2, 0, 3 }, { 2, 3, 0 }, { 1, 1, 1 }, { 3, 5, 1 }, { 4, 10, 1 }, { 2, 16, 1 }, { 2, 17, 1 }, { 3, 67, 1 }, { 1, 4097, 1 },
        { 1, 9000, 1 }, { 1, 140_000, 1 }, { 2, 7, 3 }, { 2, 65, 5 }, { 1, 130, 16 }, { 2, 9, 70 }, { 1, 3, 131 }, { 3, 200, 33 }, { 600, 50, 7 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Float_reductions_match_plain_loops(int outer, int count, int inner) => Match<float>(outer, count, inner, 2e-6);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Double_reductions_match_plain_loops(int outer, int count, int inner) => Match<double>(outer, count, inner, 1e-13);

    [Fact]
    public void Sums_of_a_million_floats_keep_their_digits()
    {
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, 1_000_003).Select(_ => random.NextSingle())];
        double expected = x.Sum(v => (double)v);
        var y = new float[1];
        foreach (SimdVariant variant in Simd.Available)
        {
            Reduction.Sum(variant, 1, x.Length, 1, x, y);
            Assert.Equal(expected, y[0], 0.1);
        }

        // A running sum is off by hundreds of its last digits: the tree is what this test sees.
        float running = 0;
        foreach (float value in x) running += value;
        Assert.True(Math.Abs(running - expected) > 1, $"off by {running - expected}");
    }

    [Fact]
    public void Sums_have_the_same_bits_for_any_number_of_threads()
    {
        var random = new Random(3);
        float[] x = [.. Enumerable.Range(0, 400_000).Select(_ => random.NextSingle())];
        foreach ((int outer, int count, int inner) in new[] { (1, 400_000, 1), (4000, 100, 1), (40, 100, 100), (1, 100, 4000) })
        {
            float[] one = new float[outer * inner], many = new float[outer * inner];
            using (Parallelism.Limit(1)) Reduction.Sum(outer, count, inner, x, one);
            using (Parallelism.Limit(3)) Reduction.Sum(outer, count, inner, x, many);
            Assert.Equal(one, many);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void Extrema_name_the_first_of_equals_and_the_first_NaN(int inner)
    {
        int count = 37;
        foreach (SimdVariant variant in Simd.Available)
        {
            var x = new float[count * inner];
            float[] y = new float[inner];
            int[] index = new int[inner];
            for (int i = 0; i < inner; i++) x[5 * inner + i] = x[30 * inner + i] = 2;
            Reduction.Max(variant, 1, count, inner, x, y, index);
            Assert.All(y, v => Assert.Equal(2f, v));
            Assert.All(index, v => Assert.Equal(5, v));
            Reduction.Min(variant, 1, count, inner, x, y, index);
            Assert.All(y, v => Assert.Equal(0f, v));
            Assert.All(index, v => Assert.Equal(0, v));

            for (int i = 0; i < inner; i++) x[20 * inner + i] = x[22 * inner + i] = float.NaN;
            Reduction.Max(variant, 1, count, inner, x, y, index);
            Assert.All(y, v => Assert.True(float.IsNaN(v)));
            Assert.All(index, v => Assert.Equal(20, v));
            Reduction.Min(variant, 1, count, inner, x, y, index);
            Assert.All(y, v => Assert.True(float.IsNaN(v)));
            Assert.All(index, v => Assert.Equal(20, v));
        }
    }

    [Fact]
    public void Empty_groups_give_the_neutral_element()
    {
        double[] y = [9, 9], none = [];
        int[] index = [9, 9];
        Reduction.Sum(2, 0, 1, none, y);
        Assert.Equal([0.0, 0], y);
        Reduction.Product(1, 0, 2, none, y);
        Assert.Equal([1.0, 1], y);
        Reduction.Max(2, 0, 1, none, y, index);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], y);
        Assert.Equal([-1, -1], index);
        Reduction.Min(1, 0, 2, none, y, index);
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], y);
        Reduction.LogSumExp(2, 0, 1, none, y);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], y);
    }

    [Fact]
    public void LogSumExp_holds_at_infinities_and_far_from_zero()
    {
        double inf = double.PositiveInfinity;
        double[] x = [1000, 1000, -inf, -inf, inf, 1, -1000, -inf, double.NaN, 0];
        var y = new double[5];
        foreach (SimdVariant variant in Simd.Available)
        {
            Reduction.LogSumExp(variant, 5, 2, 1, x, y);
            Assert.Equal(1000 + Math.Log(2), y[0], 1e-12);
            Assert.Equal([-inf, inf, -1000, double.NaN], y[1..]);
        }
    }

    private static void Match<T>(int outer, int count, int inner, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(outer + 31 * count + 997 * inner);
        T[] x = [.. Enumerable.Range(0, outer * count * inner).Select(_ => Number.Of<T>(2 * random.NextDouble() - 1))];

        // A number and its reciprocal in turns, so that products stay near one.
        T[] near = [.. x.Select((v, i) => i % 2 == 0 ? T.One + v / Number.Of<T>(2) : T.One / (T.One + x[i - 1] / Number.Of<T>(2)))];
        T[] mean = [.. Enumerable.Range(0, outer * inner).Select(_ => Number.Of<T>(random.NextDouble()))];
        var y = new T[outer * inner];
        var index = new int[outer * inner];
        foreach (SimdVariant variant in Simd.Available)
        {
            Reduction.Sum(variant, outer, count, inner, x, y);
            Compare(x, (s, v, _) => s + v, 0, s => s);
            Reduction.Product(variant, outer, count, inner, near, y);
            Compare(near, (s, v, _) => s * v, 1, s => s);
            Reduction.Max(variant, outer, count, inner, x, y, index);
            Compare(x, (s, v, _) => Math.Max(s, v), double.NegativeInfinity, s => s);
            CompareIndex();
            Reduction.Min(variant, outer, count, inner, x, y, index);
            Compare(x, (s, v, _) => Math.Min(s, v), double.PositiveInfinity, s => s);
            CompareIndex();
            Reduction.SquaredDeviation(variant, outer, count, inner, x, mean, y);
            Compare(x, (s, v, m) => s + (v - m) * (v - m), 0, s => s);
            Reduction.LogSumExp(variant, outer, count, inner, x, y);
            Compare(x, (s, v, _) => s + Math.Exp(v), 0, Math.Log);
            double dot = 0;
            for (int i = 0; i < x.Length; i++) dot += double.CreateTruncating(x[i]) * double.CreateTruncating(near[i]);
            Assert.Equal(dot, double.CreateTruncating(Reduction.Dot<T>(variant, x, near)), tolerance * Math.Max(1, x.Length / 30.0));
        }

        Assert.Equal(Reduction.Dot<T>(x, x), Reduction.SumOfSquares<T>(x));

        void Compare(T[] source, Func<double, double, double, double> fold, double start, Func<double, double> finish)
        {
            for (int o = 0; o < outer; o++)
                for (int i = 0; i < inner; i++)
                {
                    double expected = start;
                    for (int k = 0; k < count; k++)
                        expected = fold(expected, double.CreateTruncating(source[(o * count + k) * inner + i]), double.CreateTruncating(mean[o * inner + i]));
                    expected = finish(expected);
                    double actual = double.CreateTruncating(y[o * inner + i]);
                    if (actual.Equals(expected)) continue;
                    if (!(Math.Abs(actual - expected) <= tolerance * (Math.Sqrt(count) + Math.Abs(expected))))
                        Assert.Fail($"[{o}, {i}]: {actual}, expected {expected}");
                }
        }

        void CompareIndex()
        {
            for (int o = 0; o < outer; o++)
                for (int i = 0; i < inner; i++)
                    if (count > 0) Assert.Equal(y[o * inner + i], x[(o * count + index[o * inner + i]) * inner + i]);
                    else Assert.Equal(-1, index[o * inner + i]);
        }
    }
}
