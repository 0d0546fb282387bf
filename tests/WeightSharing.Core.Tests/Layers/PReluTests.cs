using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class PReluTests
{
    [Fact]
    public void Slopes_are_one_for_all_or_one_a_channel()
    {
        var one = new PRelu<double>();
        one.Initialize(1);
        Assert.Equal([-1.0, 0, 3], one.Forward(Tensor.From(-4.0, 0, 3)).ToArray());
        var each = new PRelu<double>(2);
        each.Initialize(1);
        each.Weight.Parameter.Set(Tensor.From(0.5, 2));
        Assert.Equal([-2.0, 3, -8, 1], each.Forward(Tensor.From([-4.0, 3, -4, 1], [1, 2, 2])).ToArray());
        Assert.Equal([-2.0, 1], each.Forward(Tensor.From(-4.0, 1)).ToArray());
        Assert.Equal(["weight"], each.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(2, each.Weight.Parameter.Ledger.Usages.Max(usage => usage.Positions));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        var layer = new PRelu<double>(3);
        layer.Initialize(1);
        Tensor<double> x = Expect.Values([2, 3, 4]);
        GradCheck.Verify(layer.Forward, x);
        LayerGradients.Verify(layer, () => layer.Forward(x));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void Channels_that_do_not_fit_are_refused()
    {
        var layer = new PRelu<double>(3);
        layer.Initialize(1);
        Expect.Throws<ArgumentException>("PRelu: 3 slopes for input [2, 4]", () => layer.Forward(Expect.Values([2, 4])));
        Expect.Throws<ArgumentOutOfRangeException>("PRelu: 0 slopes; there must be at least 1.", () => new PRelu<double>(0));
    }
}
