using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class BilinearTests
{
    [Fact]
    public void Values_agree_with_PyTorch()
    {
        var layer = new Bilinear<double>(3, 2, 2);
        TransformerLayersTests.Fill(layer);
        double[] expected =
        [
            -0.156342363269091, 1.10132290524707, 0.818895955809277, -0.603428840858166, -0.183704193468525, 0.177454997947183,
            -0.946905855333324, 0.967560201715362, -0.148790675647372, 0.609133770603242, 0.635433422099434, 0.497220560776354,
            0.0314822416651802, -0.341788392941997, -0.202226659985186, 0.208941459746282,
        ];
        Tensor<double> a = TransformerLayersTests.Input.Reshape(2, 4, 3), b = TransformerLayersTests.Memory[.., ..4, ..2];
        Expect.Close(expected, layer.Forward(a, b).ToArray(), 1e-13);
        Assert.Equal(expected[0], layer.To<float>() is Bilinear<float> single ? single.Forward(a.To<float>(), b.To<float>())[0, 0, 0] : 0, 1e-6);
        Assert.Equal(14, layer.Parameters.FreeCount);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        var layer = new Bilinear<double>(3, 2, 2);
        TransformerLayersTests.Fill(layer);
        Expect.Gradients((a, b) => layer.Forward(a, b), Expect.Values([4, 3], "a"), Expect.Values([4, 2], "b"));
        Tensor<double> x = Expect.Values([4, 3], "a"), y = Expect.Values([4, 2], "b");
        LayerGradients.Verify(layer, () => layer.Forward(x, y));
        var square = new Bilinear<double>(3, 3, 2, bias: false);
        TransformerLayersTests.Fill(square);
        Expect.Gradients(v => square.Forward(v, v), Expect.Values([3]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var layer = new Bilinear<double>(3, 2, 2);
        Expect.Throws<ArgumentException>("Bilinear: inputs [4, 3] and [5, 2]; expected [.., 3] and [.., 2] with equal leading dimensions.", () => layer.Forward(Expect.Values([4, 3]), Expect.Values([5, 2])));
        Expect.Throws<ArgumentOutOfRangeException>("Bilinear: 3 and 0 inputs, 2 outputs; each must be at least 1.", () => new Bilinear<double>(3, 0, 2));
    }
}
