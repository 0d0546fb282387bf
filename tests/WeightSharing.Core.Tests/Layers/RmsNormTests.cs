using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class RmsNormTests
{
    [Fact]
    public void Each_example_has_root_mean_square_one()
    {
        var layer = new RmsNorm<double>(2, epsilon: 0);
        layer.Initialize(1);
        Expect.Close(Tensor.From(new[,] { { 0.6, 0.8 }, { -0.8, 0.6 } }) * Math.Sqrt(2), layer.Forward(Tensor.From(new double[,] { { 3, 4 }, { -8, 6 } })));
        Assert.Equal(["weight"], layer.Parameters.Named.Select(pair => pair.Name));
        Assert.Empty(new RmsNorm<double>(2, affine: false).Parameters);
        Assert.Equal([0f, 0], new RmsNorm<float>(2, affine: false).Forward(Tensor.Zeros<float>(2)).ToArray());
    }

    [Fact]
    public void Gradients_hold_over_several_dimensions()
    {
        var layer = new RmsNorm<double>([2, 3], 1e-5);
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
        var layer = new RmsNorm<double>(3);
        layer.Initialize(1);
        Expect.Throws<ArgumentException>("RmsNorm: normalised shape [3] does not end shape [2, 4]", () => layer.Forward(Tensor.Ones<double>(2, 4)));
        Expect.Throws<ArgumentException>("RmsNorm: normalised shape [3] does not end shape []", () => layer.Forward(Tensor.Scalar(1.0)));
        Expect.Throws<ArgumentException>("RmsNorm: a normalised shape without dimensions", () => new RmsNorm<double>([]));
    }
}
