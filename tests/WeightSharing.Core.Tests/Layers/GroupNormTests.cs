using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class GroupNormTests
{
    [Fact]
    public void Normalises_the_channels_of_a_group_together()
    {
        var layer = new GroupNorm<double>(2, 4, epsilon: 0);
        layer.Initialize(1);
        Assert.Equal([-1.0, 1, -1, 1], layer.Forward(Tensor.From([1.0, 3, 10, 30], [1, 4])).ToArray());
        Assert.Equal(["weight", "bias"], layer.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(4, layer.Weight!.Shape[0]);
    }

    [Fact]
    public void Gradients_hold()
    {
        var layer = new GroupNorm<double>(2, 4);
        layer.Initialize(1);
        layer.Weight!.Parameter.Set(Tensor.From(1.0, -2, 3, 0.5));
        Tensor<double> x = Tensor.Normal<double>([2, 4, 3], RandomKey.Of(1));
        GradCheck.Verify(layer.Forward, x, new() { Tolerance = 1e-5 });
        LayerGradients.Verify(layer, () => layer.Forward(x));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("GroupNorm: 3 groups do not divide 4 channels", Assert.Throws<ArgumentException>(() => new GroupNorm<double>(3, 4)).Message, StringComparison.Ordinal);
        Assert.StartsWith("GroupNorm: input [2, 6]; expected [N, C, ..] with C = 4.",
            Assert.Throws<ArgumentException>(() => new GroupNorm<double>(2, 4).Forward(Tensor.Ones<double>(2, 6))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupNorm<double>(0, 4));
    }
}
