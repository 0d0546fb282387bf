using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupBatchNorm2dTests
{
    [Fact]
    public void Normalises_a_channel_over_batch_elements_and_positions()
    {
        var layer = new GroupBatchNorm2d<double>(3);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 3, 4, 3, 3], RandomKey.Of(1), 5, 2), y = layer.Forward(x);
        Tensor<double> channels = y.Permute(1, 0, 2, 3, 4).Reshape([3, 72]);
        Assert.InRange(channels.Mean(1).Abs().Max().Item(), 0, 1e-12);
        Assert.InRange((channels.Variance([1], unbiased: false) - 1.0).Abs().Max().Item(), 0, 1e-5);
        Assert.Equal(["weight", "bias"], layer.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal([("running_mean", new Shape(3)), ("running_var", new Shape(3))], layer.Buffers.Select(pair => (pair.Name, pair.Buffer.Shape)));
        Assert.Equal(36, layer.Weight!.Parameter.Ledger.Usages.Single().Positions);
    }

    [Fact]
    public void Is_equivariant_in_training_and_in_evaluation()
    {
        var layer = new GroupBatchNorm2d<double>(2);
        layer.Initialize(1);
        layer.Forward(Tensor.Normal<double>([4, 2, 8, 3, 3], RandomKey.Of(1), 1, 2));
        Assert.InRange(EquivarianceCertificate.For(layer, PlanarGroup.P4M, [2, 8, 3, 3]).MaximalError, 0, 1e-12);
        GroupAction maps = PlanarGroup.P4M.OnGroupMaps(2, 3);
        Tensor<double> x = Measure.Values([4, 2, 8, 3, 3]), y = layer.Forward(x);
        for (int g = 0; g < 8; g++) Assert.InRange(Measure.Difference(maps.Apply(g, y), layer.Forward(maps.Apply(g, x))), 0, 1e-12);
        // One set of statistics a map is not.
        var each = new Mapwise<double>(new BatchNorm2d<double>(16));
        each.Initialize(1);
        each.Forward(Measure.Values([4, 2, 8, 3, 3]));
        Assert.True(EquivarianceCertificate.For(each, PlanarGroup.P4M, [2, 8, 3, 3]).MaximalError > 1e-3);
    }

    [Fact]
    public void Copies_and_refuses_other_ranks()
    {
        var layer = new GroupBatchNorm2d<double>(2, epsilon: 0.1, affine: false);
        layer.Initialize(1);
        Tensor<double> x = Measure.Values([2, 2, 4, 2, 2]);
        Assert.Equal(layer.Clone().Forward(x).ToArray(), layer.Forward(x).ToArray());
        Assert.Contains("GroupBatchNorm2d: input [2, 2, 4, 4]; expected [N, C, |G|, H, W] with C = 2.", Assert.Throws<ArgumentException>(() => layer.Forward(Measure.Values([2, 2, 4, 4]))).Message, StringComparison.Ordinal);
    }
}
