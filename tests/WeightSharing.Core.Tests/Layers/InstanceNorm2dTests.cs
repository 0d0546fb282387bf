using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class InstanceNorm2dTests
{
    [Fact]
    public void Values_agree_with_PyTorch()
    {
        var layer = new InstanceNorm2d<double>(2, affine: true);
        TransformerLayersTests.Fill(layer);
        Tensor<double> x = Tensor.Arange<double>(16).Sin().Reshape(1, 2, 2, 4);
        double[] expected =
        [
            -0.0439119103819621, 0.48992826371272, 0.53295824367485, 0.0456164643701647, -0.524037289800372, -0.652265984345254,
            -0.221176748856839, 0.372888961626691, 0.88946334256491, 0.488417544311303, -0.175874476485197, -0.4926656994439,
            -0.17069973513415, 0.494009393679786, 0.890331179429581, 0.653889200028431,
        ];
        Expect.Close(expected, layer.Forward(x).ToArray(), 1e-13);
        Expect.Bitwise(layer.Forward(x), layer.Clone().Forward(x));
        Assert.Empty(new InstanceNorm2d<double>(2).Parameters);
        Expect.Close(x.GroupNorm(2), new InstanceNorm2d<double>(2).Forward(x), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        var layer = new InstanceNorm2d<double>(2, affine: true);
        TransformerLayersTests.Fill(layer);
        Expect.Gradients(layer.Forward, Expect.Values([2, 2, 2, 3]));
        Tensor<double> x = Expect.Values([2, 2, 2, 3]);
        LayerGradients.Verify(layer, () => layer.Forward(x));
    }

    [Fact]
    public void What_has_no_variance_or_other_channels_is_refused()
    {
        var layer = new InstanceNorm2d<double>(2);
        Expect.Throws<ArgumentException>("InstanceNorm2d: input [1, 3, 2, 2]; expected [N, 2, H, W].", () => layer.Forward(Expect.Values([1, 3, 2, 2])));
        Expect.Throws<ArgumentException>("InstanceNorm2d: input [1, 2, 1, 1]; a map of one pixel has no variance to train with.", () => layer.Forward(Expect.Values([1, 2, 1, 1])));
        layer.Evaluate();
        Assert.Equal([0.0, 0], layer.Forward(Expect.Values([1, 2, 1, 1])).ToArray());
        Expect.Throws<ArgumentOutOfRangeException>("InstanceNorm2d: channels 0; it must be at least 1.", () => new InstanceNorm2d<double>(0));
    }
}
