using WeightSharing.Layers;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class MapwiseTests
{
    [Fact]
    public void Applies_the_layer_to_every_map()
    {
        var layer = new Mapwise<double>(new MaxPool2d<double>(2));
        Tensor<double> x = Measure.Values([2, 3, 4, 6, 6]), y = layer.Forward(x);
        Assert.Equal(new Shape(2, 3, 4, 3, 3), y.Shape);
        for (int g = 0; g < 4; g++) Assert.Equal(x.Select(2, g).MaxPool2d(2).ToArray(), y.Select(2, g).ToArray());
        Assert.Equal(y.ToArray(), layer.Clone().Forward(x).ToArray());
        Assert.InRange(EquivarianceCertificate.For(layer, PlanarGroup.P4, [2, 4, 6, 6]).MaximalError, 0, 0);
    }

    [Fact]
    public void Refuses_inputs_and_layers_that_do_not_fit()
    {
        Assert.Contains("expected [N, C, |G|, H, W]", Assert.Throws<ArgumentException>(
            () => new Mapwise<double>(new MaxPool2d<double>(2)).Forward(Measure.Values([1, 2, 4, 4]))).Message, StringComparison.Ordinal);
        var mixes = new Mapwise<double>(new Conv2d<double>(8, 3, 1));
        mixes.Initialize(1);
        Assert.Contains("Conv2d made [1, 3, 4, 4] of input [1, 2, 4, 4, 4]; it must keep the 8 maps apart", Assert.Throws<ArgumentException>(
            () => mixes.Forward(Measure.Values([1, 2, 4, 4, 4]))).Message, StringComparison.Ordinal);
    }
}
