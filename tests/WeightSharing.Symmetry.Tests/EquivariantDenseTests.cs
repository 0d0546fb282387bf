using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class EquivariantDenseTests
{
    [Fact]
    public void On_sets_it_is_deep_sets_with_two_weights_a_pair_of_channels()
    {
        GroupAction set = GroupAction.OnPoints(FiniteGroup.Symmetric(5));
        var layer = new EquivariantDense<double>(set, set, inputChannels: 2, outputChannels: 3);
        layer.Initialize(1);
        Assert.Equal(3 * (2 * 2 + 1), layer.Parameters.FreeCount);
        Tensor<double> x = Measure.Values([4, 2, 5]), w = layer.Weight.Parameter.Value, b = layer.Bias!.Parameter.Value, y = layer.Forward(x);
        // y[n, o] = b[o] + Σ_c (θ₀ − θ₁)·x[n, c] + θ₁·Σ_points x[n, c]
        for (int o = 0; o < 3; o++)
        {
            Tensor<double> expected = Tensor.Zeros<double>(4, 5) + b[o, 0];
            for (int c = 0; c < 2; c++) expected = expected + (w[o, c, 0] - w[o, c, 1]) * x.Select(1, c) + w[o, c, 1] * x.Select(1, c).Sum(1, keepDimensions: true);
            Assert.InRange(Measure.Difference(expected, y.Select(1, o)), 0, 1e-13);
        }

        EquivarianceCertificate certificate = EquivarianceCertificate.For(layer, set.Repeated(2), set.Repeated(3));
        Assert.Equal(120, certificate.Elements);
        Assert.True(certificate.CoversAllInputs);
        Assert.InRange(certificate.MaximalError, 0, 1e-12);
    }

    [Fact]
    public void On_a_torus_it_is_a_convolution_and_moves_with_every_translation()
    {
        GroupAction torus = GroupAction.Torus(3, 4);
        var layer = new EquivariantDense<double>(torus, torus);
        layer.Initialize(1);
        Tensor<double> x = Measure.Values([2, 1, 3, 4]), filter = layer.Weight.Parameter.Value.Reshape(1, 1, 3, 4);
        Tensor<double> wrapped = x.Pad([(0, 0), (0, 0), (0, 2), (0, 3)], PaddingMode.Circular).Conv2d(filter) + layer.Bias!.Value[..1, ..1, ..1].Item();
        Assert.InRange(Measure.Difference(wrapped, layer.Forward(x)), 0, 1e-13);
        Assert.InRange(EquivarianceCertificate.For(layer, torus.Repeated(1), torus.Repeated(1)).MaximalError, 0, 1e-12);
    }

    [Fact]
    public void Unshared_it_gives_the_same_with_every_weight_free()
    {
        GroupAction set = GroupAction.OnPoints(FiniteGroup.Symmetric(4));
        var layer = new EquivariantDense<double>(set, GroupAction.Trivial(set.Group, 2), 2, 3);
        layer.Initialize(1);
        EquivariantDense<double> free = layer.ToUnshared();
        Tensor<double> x = Measure.Values([3, 2, 4]);
        Assert.Equal(layer.Forward(x).ToArray(), free.Forward(x).ToArray());
        Assert.Equal((3 * (2 * 2 + 2), 3 * 2 * (2 * 4 + 1)), (layer.Parameters.FreeCount, free.Parameters.FreeCount));
    }

    [Fact]
    public void Uses_are_noted_and_gradients_agree_with_differences()
    {
        GroupAction set = GroupAction.OnPoints(FiniteGroup.Symmetric(3));
        var layer = new EquivariantDense<double>(set, set);
        layer.Initialize(1);
        using (UsageLedger.TrackContributions()) layer.Forward(Measure.Values([2, 1, 3])).Sum().Backward();
        Usage<double> usage = layer.Weight.Parameter.Ledger.Usages.Single();
        Assert.Equal("weight (S3-equivariant)", usage.ToString());
        Assert.InRange(Measure.Difference(usage.Gradient!, layer.Weight.Parameter.Gradient!), 0, 1e-12);
        Autograd.GradCheck.Verify(layer.Forward, [2, 1, 3]);
        Assert.Equal(layer.Forward(Measure.Values([2, 1, 3])).ToArray(), layer.Clone().Forward(Measure.Values([2, 1, 3])).ToArray());
    }

    [Fact]
    public void Outputs_that_the_group_negates_have_no_bias()
    {
        GroupAction set = GroupAction.OnPoints(FiniteGroup.Symmetric(3));
        var layer = new EquivariantDense<double>(set, GroupAction.Sign(set.Group, -1, 1));
        layer.Initialize(1);
        Assert.Null(layer.Bias);
        // No linear form of three points changes sign with every exchange: nothing is free.
        Assert.Equal(0, layer.Parameters.FreeCount);
        Assert.Equal([0.0], layer.Forward(Measure.Values([1, 1, 3])).ToArray());
        Assert.Contains("input [1, 3]; expected [N, 1, 3]: 1 channels of [3]", Assert.Throws<ArgumentException>(() => layer.Forward(Measure.Values([1, 3]))).Message, StringComparison.Ordinal);
    }
}
