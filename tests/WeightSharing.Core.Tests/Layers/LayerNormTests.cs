using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class LayerNormTests
{
    [Fact]
    public void Normalises_each_example_and_has_PyTorchs_names()
    {
        var layer = new LayerNorm<double>(2, epsilon: 0);
        layer.Initialize(1);
        Assert.Equal([-1.0, 1, -1, 1], layer.Forward(Tensor.From([1.0, 3, 10, 30], [2, 2])).ToArray());
        Assert.Equal(["weight", "bias"], layer.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(["weight"], new LayerNorm<double>(2, bias: false).Parameters.Named.Select(pair => pair.Name));
        Assert.Empty(new LayerNorm<double>(2, affine: false).Parameters);
    }

    [Fact]
    public void Gradients_hold_over_several_dimensions()
    {
        var layer = new LayerNorm<double>([2, 3]);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 2, 3], RandomKey.Of(1));
        GradCheck.Verify(layer.Forward, x, new() { Tolerance = 1e-5 });
        LayerGradients.Verify(layer, () => layer.Forward(x));
        Assert.Equal(4, layer.Weight!.Parameter.Ledger.Usages.Single().Positions);
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new LayerNorm<double>(3);
        layer.Initialize(1);
        Assert.StartsWith("LayerNorm: normalised shape [3] does not end shape [2, 4]",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Ones<double>(2, 4))).Message, StringComparison.Ordinal);
        Assert.StartsWith("LayerNorm: a normalised shape without dimensions", Assert.Throws<ArgumentException>(() => new LayerNorm<double>([])).Message, StringComparison.Ordinal);
    }
}
