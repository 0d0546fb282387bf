using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class CrossEntropyTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 3, 1 }, { 3, 1, 1 }, { 5, 10, 1 }, { 4, 16, 1 }, { 3, 67, 1 }, { 2, 5, 3 }, { 2, 9, 20 }, { 1, 40, 67 }, { 700, 60, 1 }, { 3, 2500, 1 }, { 30, 20, 70 },
        { 4000, 10, 1 }, { 70, 2, 1 }, { 67, 17, 1 }, { 33, 64, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Float_losses_and_gradients_match_their_formulas(int outer, int classes, int inner) => Match<float>(outer, classes, inner, 2e-6);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Double_losses_and_gradients_match_their_formulas(int outer, int classes, int inner) => Match<double>(outer, classes, inner, 1e-14);

    [Fact]
    public void A_group_without_label_has_neither_loss_nor_gradient_whatever_its_logits_are()
    {
        foreach (SimdVariant variant in Simd.Available)
        {
            foreach (int inner in (int[])[1, 2])
            {
                double[] x = [.. Enumerable.Repeat(double.NaN, 3 * inner)], losses = new double[inner], max = new double[inner], log = new double[inner], dx = new double[3 * inner];
                int[] labels = [.. Enumerable.Repeat(-1, inner)];
                CrossEntropy.Forward(variant, 1, 3, inner, x, labels, [], losses, max, log);
                Assert.All(losses, loss => Assert.Equal(0, loss));
                double[] ones = [.. Enumerable.Repeat(1.0, inner)];
                CrossEntropy.Backward(variant, 1, 3, inner, x, labels, max, log, ones, dx);
                Assert.All(dx, slope => Assert.Equal(0, slope));
            }
        }
    }

    [Fact]
    public void Impossible_labels_cost_infinitely_much_unless_their_weight_is_zero()
    {
        foreach (SimdVariant variant in Simd.Available)
        {
            double[] x = [0, double.NegativeInfinity, 0, double.NegativeInfinity], losses = new double[2], max = new double[2], log = new double[2];
            CrossEntropy.Forward(variant, 2, 2, 1, x, [1, 1], [], losses, max, log);
            Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], losses);
            CrossEntropy.Forward(variant, 2, 2, 1, x, [1, 0], [2.0, 0], losses, max, log);
            Assert.Equal([0.0, 0], losses);
        }
    }

    [Fact]
    public void Large_logits_lose_no_digits()
    {
        double[] x = [1e6, 1e6 + Math.Log(3)], losses = new double[1], max = new double[1], log = new double[1], dx = new double[2];
        CrossEntropy.Forward<double>(1, 2, 1, x, [0], [], losses, max, log);
        Assert.Equal(Math.Log(4), losses[0], 1e-9);
        CrossEntropy.Backward<double>(1, 2, 1, x, [0], max, log, [1.0], dx);
        Assert.Equal(-0.75, dx[0], 1e-9);
        Assert.Equal(0.75, dx[1], 1e-9);
    }

    private static void Match<T>(int outer, int classes, int inner, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(11);
        int groups = outer * inner, n = groups * classes;
        T[] x = [.. Enumerable.Range(0, n).Select(_ => Number.Of<T>(6 * random.NextDouble() - 3))];
        T[] weights = [.. Enumerable.Range(0, classes).Select(_ => Number.Of<T>(random.NextDouble() + 0.5))], scale = [.. Enumerable.Range(0, groups).Select(_ => Number.Of<T>(random.NextDouble()))];
        int[] labels = [.. Enumerable.Range(0, groups).Select(g => g % 5 == 3 ? -1 : random.Next(classes))];
        foreach (SimdVariant variant in Simd.Available)
        {
            T[] losses = new T[groups], max = new T[groups], log = new T[groups], dx = new T[n];
            CrossEntropy.Forward<T>(variant, outer, classes, inner, x, labels, weights, losses, max, log);
            CrossEntropy.Backward<T>(variant, outer, classes, inner, x, labels, max, log, scale, dx);
            for (int g = 0; g < groups; g++)
            {
                int[] at = [.. Enumerable.Range(0, classes).Select(c => (g / inner * classes + c) * inner + g % inner)];
                double sum = at.Sum(k => Math.Exp(Of(x[k])));
                double expected = labels[g] < 0 ? 0 : Of(weights[labels[g]]) * (Math.Log(sum) - Of(x[at[labels[g]]]));
                Assert.Equal(expected, Of(losses[g]), tolerance * 4);
                for (int c = 0; c < classes; c++)
                {
                    double slope = labels[g] < 0 ? 0 : Of(scale[g]) * (Math.Exp(Of(x[at[c]])) / sum - (c == labels[g] ? 1 : 0));
                    Assert.Equal(slope, Of(dx[at[c]]), tolerance);
                }
            }
        }
    }

    private static double Of<T>(T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateTruncating(value);
}
