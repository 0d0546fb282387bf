using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class ConvTranspose1dTests
{
    [Theory]
    [InlineData(1, 0, 0, 1, 1)]
    [InlineData(2, 1, 1, 1, 2)]
    [InlineData(3, 2, 2, 2, 1)]
    public void Is_the_adjoint_of_the_convolution_with_the_same_weight(int stride, int padding, int outputPadding, int dilation, int groups)
    {
        var up = new ConvTranspose1d<double>(4, 2, 3, stride, padding, outputPadding, dilation, groups, bias: false);
        up.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 5], RandomKey.Of(1));
        Tensor<double> y = up.Forward(x);
        Assert.Equal((5 - 1) * stride - 2 * padding + dilation * 2 + outputPadding + 1, y.Shape[2]);
        var down = new Conv1d<double>(2, 4, 3, stride, padding, dilation, groups, bias: false, weight: up.Weight);
        Tensor<double> z = Tensor.Normal<double>(y.Shape, RandomKey.Of(2));
        // ⟨Aᵀx, z⟩ = ⟨x, Az⟩
        Assert.Equal((x * down.Forward(z).Slice(2, 0, 5)).Sum().Item(), (y * z).Sum().Item(), 10);
    }

    [Fact]
    public void Gradients_hold_and_the_bias_is_one_a_channel()
    {
        var layer = new ConvTranspose1d<double>(2, 3, 3, stride: 2, padding: 1, outputPadding: 1);
        layer.Initialize(1);
        GradCheck.Verify(layer.Forward, [2, 2, 3]);
        layer.Forward(Tensor.Ones<double>(2, 2, 3)).Sum().Backward();
        Assert.Equal([12.0, 12, 12], layer.Bias!.Parameter.Gradient!.ToArray());
    }

    [Fact]
    public void Has_PyTorchs_shapes_and_counts_positions()
    {
        var layer = new ConvTranspose1d<float>(4, 6, 5, groups: 2);
        layer.Initialize(1);
        Assert.Equal([("weight", new Shape(4, 3, 5)), ("bias", new Shape(6))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        layer.Forward(Tensor.Ones<float>(1, 4, 7));
        Assert.Equal(7, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
    }

    [Fact]
    public void Copies_and_ties_work_as_in_a_convolution()
    {
        var layer = new ConvTranspose1d<double>(2, 3, 4, stride: 2, bias: false, tying: Tying.Palindrome(4));
        layer.Initialize(1);
        Assert.Equal(2 * 3 * 2, layer.Weight.Parameter.Count);
        Tensor<double> x = Tensor.Normal<double>([1, 2, 3], RandomKey.Of(1));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("ConvTranspose1d: output padding 2 with stride 2 and dilation 1; it must be at least 0 and smaller than the stride or the dilation.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ConvTranspose1d<float>(1, 1, 3, stride: 2, outputPadding: 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("ConvTranspose1d: input [1, 3, 8]; expected [N, Cin, L] with Cin = 2.",
            Assert.Throws<ArgumentException>(() => new ConvTranspose1d<float>(2, 1, 3).Forward(Tensor.Ones<float>(1, 3, 8))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_sequence_needs_no_batch()
    {
        Tensor<double> x = Tensor.Normal<double>([2, 6], RandomKey.Of(2));
        var layer = new ConvTranspose1d<double>(2, 3, 3, padding: 1, outputPadding: 2, dilation: 3);
        layer.Initialize(1);
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).ToArray(), layer.Forward(x).ToArray());
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).Shape.Slice(1, 3), layer.Forward(x).Shape);
    }
}
