using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class SymmetriesTests
{
    [Fact]
    public void On_a_circle_it_is_the_circulant_matrix()
    {
        GroupAction circle = GroupAction.OnPoints(FiniteGroup.Cyclic(7));
        AssertSameClasses(Tying.Circulant(7), Symmetries.Tying(circle, circle));
    }

    [Fact]
    public void On_a_torus_it_is_the_circular_convolution()
    {
        GroupAction torus = GroupAction.Torus(4, 5);
        Tying tying = Symmetries.Tying(torus, torus);
        Assert.Equal(new Shape(4, 5, 4, 5), tying.FullShape);
        Assert.Equal(20, tying.FreeCount);
        // The row of the first output holds the filter: w[0, 0; i, j]. A circular convolution reads the same taps ahead of every place.
        Tensor<double> filter = Measure.Values([20]), x = Measure.Values([1, 1, 4, 5], "x");
        Tensor<double> dense = tying.Expand(filter).Reshape(20, 20).MatMul(x.Reshape(20, 1)).Reshape(1, 1, 4, 5);
        Tensor<double> wrapped = x.Pad([(0, 0), (0, 0), (0, 3), (0, 4)], PaddingMode.Circular).Conv2d(filter.Reshape(1, 1, 4, 5));
        Assert.InRange(Measure.Difference(wrapped, dense), 0, 1e-13);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(8, 1)]
    [InlineData(7, -1)]
    [InlineData(8, -1)]
    public void With_a_mirror_it_is_the_mirrored_filter(int taps, int sign)
    {
        FiniteGroup pair = FiniteGroup.Cyclic(2);
        GroupAction mirror = GroupAction.Of(pair, taps, SignedPermutation.Of([.. Enumerable.Range(0, taps).Reverse()]));
        Tying tying = Symmetries.Tying(mirror, GroupAction.Sign(pair, sign)), named = sign > 0 ? Tying.Palindrome(taps) : Tying.Antisymmetric(taps);
        Assert.Equal(named.Indices.ToArray(), tying.Indices.ToArray());
        Assert.Equal(named.Signs.ToArray(), tying.Signs.ToArray());
    }

    [Fact]
    public void With_all_permutations_it_is_the_layer_of_deep_sets()
    {
        GroupAction set = GroupAction.OnPoints(FiniteGroup.Symmetric(40));
        Tying tying = Symmetries.Tying(set, set);
        Assert.Equal(2, tying.FreeCount);
        // y = θ₀·x + θ₁·(Σx − x)
        Tensor<double> x = Measure.Values([40, 1], "x"), y = tying.Expand(Tensor.From(0.7, -0.2)).MatMul(x);
        Assert.InRange(Measure.Difference(0.9 * x - 0.2 * x.Sum(), y), 0, 1e-13);
    }

    [Fact]
    public void Between_images_and_the_quarter_turns_it_is_the_p4_filter_bank()
    {
        Tying tying = Symmetries.Tying(PlanarGroup.P4.OnPlane(3), GroupAction.Regular(PlanarGroup.P4.Group));
        Assert.Equal(9, tying.FreeCount);
        Tensor<double> filter = Measure.Values([3, 3]), bank = tying.Expand(filter);
        for (int r = 0; r < 4; r++) Assert.Equal(Measure.Rot90(filter, r).ToArray(), bank.Select(0, r).ToArray());
    }

    // Every tying from a group: its expansion commutes, its dimension is the mean over g of the trace (Burnside, with signs), and nothing else commutes.
    [Theory]
    [InlineData("p4m")]
    [InlineData("sign")]
    [InlineData("plus")]
    public void Its_weights_are_all_that_commute(string name)
    {
        FiniteGroup triangle = FiniteGroup.Symmetric(3);
        (GroupAction input, GroupAction output) = name switch
        {
            "p4m" => (PlanarGroup.P4M.OnGroupMaps(1, 3), PlanarGroup.P4M.OnImages(2, 2)),
            "sign" => (GroupAction.OnPoints(triangle), GroupAction.Regular(triangle).Times(GroupAction.Sign(triangle, -1, 1))),
            _ => (GroupAction.OnPoints(triangle).Plus(GroupAction.Sign(triangle, -1, 1)), GroupAction.OnPoints(triangle).Plus(GroupAction.Sign(triangle, -1, 1))),
        };
        Tying tying = Symmetries.Tying(input, output);
        int m = output.Shape.Count, n = input.Shape.Count;
        double trace = Enumerable.Range(0, input.Group.Order).Average(g => (double)Trace(input.ImageOf(g)) * Trace(output.ImageOf(g)));
        Assert.Equal(trace, tying.FreeCount, 1e-9);
        Tensor<double> w = tying.Expand(Measure.Values([tying.FreeCount])).Reshape(m, n), x = Measure.Values(input.Shape.Insert(0, 1), "x");
        for (int g = 0; g < input.Group.Order; g++)
        {
            Tensor<double> after = output.Apply(g, x.Reshape(1, n).MatMul(w.Transpose()).Reshape(output.Shape.Insert(0, 1)));
            Assert.InRange(Measure.Difference(after.Reshape(1, m), input.Apply(g, x).Reshape(1, n).MatMul(w.Transpose())), 0, 1e-12);
        }

        static int Trace(SignedPermutation p) => Enumerable.Range(0, p.Count).Sum(i => p.Targets[i] != i ? 0 : p.Signs.IsEmpty ? 1 : p.Signs[i]);
    }

    [Fact]
    public void Invariant_vectors_are_constant_on_orbits_and_zero_where_signs_cancel()
    {
        Assert.Equal([0, 0, 0], Symmetries.Invariant(GroupAction.OnPoints(FiniteGroup.Symmetric(3))).Indices.ToArray());
        Tying plane = Symmetries.Invariant(PlanarGroup.P4.OnPlane(3));
        Assert.Equal([0, 1, 0, 1, 2, 1, 0, 1, 0], plane.Indices.ToArray());
        Assert.Equal(0, Symmetries.Invariant(GroupAction.Sign(FiniteGroup.Cyclic(2), -1)).FreeCount);
    }

    [Fact]
    public void Actions_of_two_groups_are_refused() => Assert.Contains(
        "Symmetries.Tying: actions of two groups",
        Assert.Throws<ArgumentException>(() => Symmetries.Tying(GroupAction.Torus(3), GroupAction.Torus(4))).Message, StringComparison.Ordinal);

    [Fact]
    public void Filters_tied_by_hand_and_by_a_group_give_the_same_convolution()
    {
        var tied = new Conv2d<double>(1, 1, 3, bias: false, tying: Symmetries.Invariant(PlanarGroup.P4M.OnPlane(3)));
        Assert.Equal(3, tied.Parameters.FreeCount);
        tied.Initialize(1);
        Tensor<double> x = Measure.Values([1, 1, 6, 6]);
        for (int g = 0; g < 8; g++) Assert.InRange(Measure.Difference(Measure.Moved(tied.Forward(x), g), tied.Forward(Measure.Moved(x, g))), 0, 1e-13);
    }

    private static void AssertSameClasses(Tying expected, Tying actual)
    {
        Assert.Equal(expected.FullShape, actual.FullShape);
        var pairs = expected.Indices.ToArray().Zip(actual.Indices.ToArray()).Distinct().ToArray();
        Assert.Equal(expected.FreeCount, pairs.Length);
        Assert.Equal(expected.FreeCount, actual.FreeCount);
    }
}
