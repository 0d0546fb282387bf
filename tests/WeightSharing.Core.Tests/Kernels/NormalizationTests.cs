using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class NormalizationTests
{
    [Fact]
    public void Groups_get_mean_zero_and_variance_one()
    {
        double[] x = [1, 2, 10, 10, 3, 6, 20, 40], y = new double[8], mean = new double[2], variance = new double[2];
        Normalization.Forward<double>(2, 2, 2, x, [], [], false, 0, y, mean, variance);
        Assert.Equal([3, 20], mean);
        Assert.Equal([3.5, 150], variance);
        for (int g = 0; g < 2; g++)
        {
            double[] group = [y[2 * g], y[2 * g + 1], y[4 + 2 * g], y[5 + 2 * g]];
            Assert.Equal(0, group.Sum(), 1e-14);
            Assert.Equal(4, group.Sum(v => v * v), 1e-14);
        }
    }

    [Fact]
    public void Weights_go_by_group_or_by_element()
    {
        double[] x = [-1, 1, -1, 1], y = new double[4], mean = new double[2], variance = new double[2];
        Normalization.Forward<double>(1, 2, 2, x, [2, 3], [10, 20], false, 0, y, mean, variance);
        Assert.Equal([8, 12, 17, 23], y);
        Normalization.Forward<double>(1, 2, 2, x, [2, 3], [10, 20], true, 0, y, mean, variance);
        Assert.Equal([8, 23, 8, 23], y);
        Assert.Equal([0, 0], mean);
        Assert.Equal([1, 1], variance);
    }

    [Fact]
    public void Gradients_of_weight_and_bias_go_by_group_or_by_element()
    {
        double[] x = [-1, 1, -1, 1], dy = [1, 2, 3, 5], dx = new double[4], dw = new double[2], db = new double[2];
        Normalization.Backward<double>(1, 2, 2, dy, x, [2, 3], false, [0, 0], [1, 1], 0, dx, dw, db);
        Assert.Equal([1, 2], dw);
        Assert.Equal([3, 8], db);
        Assert.All(dx, slope => Assert.Equal(0, slope, 1e-15));
        Normalization.Backward<double>(1, 2, 2, dy, x, [2, 3], true, [0, 0], [1, 1], 0, dx, dw, db);
        Assert.Equal([-4, 7], dw);
        Assert.Equal([4, 7], db);
    }

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 3, 4, 1 }, { 8, 16, 1 }, { 19, 150, 1 }, { 64, 37, 1 }, { 300, 200, 1 }, { 2, 3, 7 }, { 1, 5, 16 }, { 2, 3, 33 }, { 1, 4, 67 }, { 3, 2, 130 }, { 1, 200, 300 }, { 5, 40, 200 }, { 2, 0, 3 }, { 2, 0, 1 },
        { 3, 4, 15 }, { 3, 4, 31 }, { 2, 3, 9 }, { 40, 3, 70 }, { 90, 20, 49 }, { 3, 2, 2050 }, { 140, 2100, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Double_variants_match_plain_loops(int outer, int groups, int inner) => Match<double>(outer, groups, inner, 1e-11);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Float_variants_match_plain_loops(int outer, int groups, int inner) => Match<float>(outer, groups, inner, 3e-4);

    [Theory]
    [InlineData(2, 300, 400, true)]
    [InlineData(20, 30, 400, false)]
    [InlineData(1000, 200, 1, false)]
    public void Results_have_the_same_bits_for_any_number_of_threads(int outer, int groups, int inner, bool perElement)
    {
        double[][] operands = Operands<double>(outer, groups, inner), one, many;
        using (Parallelism.Limit(1)) one = Run(Simd.Chosen, operands, outer, groups, inner, perElement, weighted: true);
        using (Parallelism.Limit(3)) many = Run(Simd.Chosen, operands, outer, groups, inner, perElement, weighted: true);
        Assert.Equal(one, many);
    }

    // Squares of the values themselves would be 10⁸ times the variance, more than a float's digits; and a first example that lies far from the others must not
    // spoil them.
    [Theory]
    [InlineData(64, 3, 100, 0)]
    [InlineData(64, 3, 100, 20)]
    [InlineData(4, 2, 5000, 20)]
    [InlineData(600, 40, 1, 0)]
    [InlineData(600, 40, 1, 20)]
    [InlineData(1, 5, 3000, 0)]
    public void Statistics_keep_their_digits_far_from_zero(int outer, int groups, int inner, double firstExample)
    {
        var random = new Random(3);
        float[] x = [.. Enumerable.Range(0, outer * groups * inner).Select(i => (float)(1000 + 0.2 * random.NextDouble() + (i < groups * inner ? firstExample : 0)))];
        foreach (SimdVariant variant in Simd.Available.Where(v => v != SimdVariant.Reference))
        {
            float[] y = new float[x.Length], mean = new float[groups], variance = new float[groups];
            Normalization.Forward(variant, outer, groups, inner, x, [], [], false, 0.01f, y, mean, variance);
            for (int g = 0; g < groups; g++)
            {
                double[] group = [.. x.Where((_, i) => i / inner % groups == g).Select(v => (double)v)];
                double m = group.Average(), v = group.Sum(value => (value - m) * (value - m)) / group.Length;
                Assert.Equal(m, mean[g], 2.5e-4);   // four units in the last place
                Assert.Equal(1, variance[g] / v, 1e-3);
            }
        }
    }

    private static void Match<T>(int outer, int groups, int inner, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[][] operands = Operands<T>(outer, groups, inner);
        foreach (bool perElement in new[] { false, true })
        {
            foreach (bool weighted in new[] { false, true })
            {
                T[][] expected = Run(SimdVariant.Reference, operands, outer, groups, inner, perElement, weighted);
                foreach (SimdVariant variant in Simd.Available)
                {
                    T[][] actual = Run(variant, operands, outer, groups, inner, perElement, weighted);
                    for (int k = 0; k < expected.Length; k++)
                    {
                        double scale = 1 + expected[k].Select(v => Math.Abs(double.CreateChecked(v))).DefaultIfEmpty().Max();
                        for (int i = 0; i < expected[k].Length; i++)
                        {
                            double error = double.CreateChecked(actual[k][i] - expected[k][i]);
                            Assert.True(Math.Abs(error) <= tolerance * scale, $"{variant}, per element {perElement}, weighted {weighted}: result {k}, element {i} is off by {error}");
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(3, 5, 1)]
    [InlineData(2, 3, 7)]
    [InlineData(4, 20, 49)]
    [InlineData(300, 64, 1)]
    [InlineData(8, 16, 784)]
    [InlineData(5, 6, 3)]
    [InlineData(30, 700, 17)]
    public void Scaling_and_shifting_is_one_pass_over_each_group(int outer, int groups, int inner)
    {
        double[] x = Operands<double>(outer, groups, inner)[0], scale = [.. Enumerable.Range(0, groups).Select(g => 0.02 * g - 1)], shift = [.. scale.Select(s => s * s - 2)];
        foreach (SimdVariant variant in Simd.Available)
        {
            double[] y = new double[x.Length];
            Normalization.ScaleShift(variant, outer, groups, inner, x, scale, shift, y);
            for (int i = 0; i < x.Length; i++) Assert.Equal(x[i] * scale[i / inner % groups] + shift[i / inner % groups], y[i], 1e-13);
        }
    }

    private static T[][] Operands<T>(int outer, int groups, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(outer + 10 * groups + 100 * inner);
        int[] lengths = [outer * groups * inner, outer * groups * inner, Math.Max(groups, inner), Math.Max(groups, inner)];
        return [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.NextDouble() * 2 - 0.5)).ToArray())];
    }

    /// <summary>y, mean, variance, dx, dw, db.</summary>
    private static T[][] Run<T>(SimdVariant variant, T[][] operands, int outer, int groups, int inner, bool perElement, bool weighted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = operands[0], dy = operands[1];
        int length = weighted ? perElement ? inner : groups : 0;
        ReadOnlySpan<T> weight = operands[2].AsSpan(0, length), bias = operands[3].AsSpan(0, length);
        T[] y = new T[x.Length], mean = new T[groups], variance = new T[groups], dx = new T[x.Length], dw = new T[length], db = new T[length];
        T epsilon = T.CreateChecked(0.01);
        Normalization.Forward(variant, outer, groups, inner, x, weight, bias, perElement, epsilon, y, mean, variance);
        Normalization.Backward(variant, outer, groups, inner, dy, x, weight, perElement, mean, variance, epsilon, dx, dw, db);
        return [y, mean, variance, dx, dw, db];
    }
}
