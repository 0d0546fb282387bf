using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class ConvTranspose2dTests
{
    [Theory]
    [InlineData(1, 0, 0, 1, 1)]
    [InlineData(2, 1, 1, 1, 2)]
    [InlineData(3, 2, 1, 2, 1)]
    public void Is_the_adjoint_of_the_convolution_with_the_same_weight(int stride, int padding, int outputPadding, int dilation, int groups)
    {
        var up = new ConvTranspose2d<double>(4, 2, (3, 2), stride, padding, (outputPadding, 0), dilation, groups, bias: false);
        up.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 5, 4], RandomKey.Of(1));
        Tensor<double> y = up.Forward(x);
        Assert.Equal((5 - 1) * stride - 2 * padding + dilation * 2 + outputPadding + 1, y.Shape[2]);
        Assert.Equal((4 - 1) * stride - 2 * padding + dilation + 1, y.Shape[3]);
        var down = new Conv2d<double>(2, 4, (3, 2), stride, padding, dilation, groups, bias: false, weight: up.Weight);
        Tensor<double> z = Tensor.Normal<double>(y.Shape, RandomKey.Of(2));
        // ⟨Aᵀx, z⟩ = ⟨x, Az⟩
        Assert.Equal((x * down.Forward(z)[.., .., ..5, ..4]).Sum().Item(), (y * z).Sum().Item(), 10);
    }

    [Fact]
    public void Gradients_hold_and_the_bias_is_one_a_channel()
    {
        var layer = new ConvTranspose2d<double>(2, 3, 3, stride: 2, padding: 1, outputPadding: 1);
        layer.Initialize(1);
        GradCheck.Verify(layer.Forward, [2, 2, 3, 2]);
        layer.Forward(Tensor.Ones<double>(2, 2, 3, 2)).Sum().Backward();
        Assert.Equal([48.0, 48, 48], layer.Bias!.Parameter.Gradient!.ToArray());
    }

    [Fact]
    public void Has_PyTorchs_shapes_and_counts_positions()
    {
        var layer = new ConvTranspose2d<float>(4, 6, (5, 3), groups: 2);
        layer.Initialize(1);
        Assert.Equal([("weight", new Shape(4, 3, 5, 3)), ("bias", new Shape(6))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        layer.Forward(Tensor.Ones<float>(1, 4, 7, 2));
        Assert.Equal(14, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
    }

    [Fact]
    public void Copies_and_ties_work_as_in_a_convolution()
    {
        var layer = new ConvTranspose2d<double>(2, 3, (2, 4), stride: 2, bias: false, tying: Tying.Palindrome(4));
        layer.Initialize(1);
        Assert.Equal(2 * 3 * 2 * 2, layer.Weight.Parameter.Count);
        Tensor<double> x = Tensor.Normal<double>([1, 2, 3, 3], RandomKey.Of(1));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void One_image_needs_no_batch_and_output_padding_may_reach_up_to_the_dilation()
    {
        Tensor<double> x = Tensor.Normal<double>([2, 3, 4], RandomKey.Of(2));
        var layer = new ConvTranspose2d<double>(2, 3, 2, stride: (2, 1), padding: 1, outputPadding: (1, 2), dilation: 3);
        layer.Initialize(1);
        Assert.Equal(new Shape(3, 7, 7), layer.Forward(x).Shape);
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).ToArray(), layer.Forward(x).ToArray());
        Assert.Equal(12, layer.Weight.Parameter.Ledger.Usages.Max(usage => usage.Positions));
    }

    [Fact]
    public void A_layer_may_ask_for_direct_sums_and_keeps_asking_when_copied()
    {
        var layer = new ConvTranspose2d<float>(16, 16, 3, padding: 1, algorithm: ConvolutionAlgorithm.Direct);
        Assert.Equal(ConvolutionAlgorithm.Automatic, new ConvTranspose2d<float>(16, 16, 3).Algorithm);
        layer.Initialize(1);
        Tensor<float> x = Tensor.Normal<float>([1, 16, 8, 8], RandomKey.Of(2));
        float[] direct = x.ConvTranspose2d(layer.Weight.Value, layer.Bias!.Value, padding: 1, algorithm: ConvolutionAlgorithm.Direct).ToArray();
        Assert.Equal(direct, layer.Forward(x).ToArray());
        Assert.Equal(direct, layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("ConvTranspose2d: output padding 2×2 with stride 2×2 and dilation 1×1; it must be at least 0 and smaller than the stride or the dilation.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ConvTranspose2d<float>(1, 1, 3, stride: 2, outputPadding: 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("ConvTranspose2d: input [1, 3, 8, 8]; expected [N, Cin, H, W] with Cin = 2.",
            Assert.Throws<ArgumentException>(() => new ConvTranspose2d<float>(2, 1, 3).Forward(Tensor.Ones<float>(1, 3, 8, 8))).Message, StringComparison.Ordinal);
        Assert.StartsWith("ConvTranspose2d: 3 groups do not divide 4 input and 6 output channels",
            Assert.Throws<ArgumentException>(() => new ConvTranspose2d<float>(4, 6, 3, groups: 3)).Message, StringComparison.Ordinal);
    }
}
