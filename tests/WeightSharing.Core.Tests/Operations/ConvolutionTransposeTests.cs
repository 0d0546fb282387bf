using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ConvolutionTransposeTests
{
    [Fact]
    public void It_is_the_adjoint_of_the_convolution()
    {
        Tensor<double> weight = Expect.Values([4, 3, 3, 2], "weight"), x = Expect.Values([2, 6, 7, 8], "x");
        Tensor<double> y = x.Conv2d(weight, null, (2, 3), (1, 0), (1, 2), groups: 2);
        Tensor<double> seed = Expect.Values(y.Shape, "seed");
        Tensor<double> back = seed.ConvTranspose2d(weight, null, (2, 3), (1, 0), (0, 2), (1, 2), groups: 2);
        Assert.Equal(new Shape(2, 6, 7, 8), seed.ConvTranspose2d(weight, null, (2, 3), (1, 0), (0, 2), (1, 2), groups: 2).Shape);
        Expect.Close((y * seed).Sum(), (x * back).Sum());
    }

    [Fact]
    public void A_single_pixel_paints_the_kernel()
    {
        Tensor<double> weight = Expect.Values([1, 2, 3, 3]);
        Expect.Close(weight, Tensor.Ones<double>([1, 1, 1, 1]).ConvTranspose2d(weight), 0);
        Tensor<double> y = Tensor.Ones<double>([1, 1, 1, 1]).ConvTranspose2d(weight, Tensor.From(10.0, 20), padding: 1);
        Expect.Close(Tensor.From([weight[0, 0, 1, 1] + 10, weight[0, 1, 1, 1] + 20], [1, 2, 1, 1]), y);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(xs => xs[0].ConvTranspose2d(xs[1], xs[2], 2, 1, (1, 0)), Expect.Values([2, 2, 3, 2], "x"), Expect.Values([2, 3, 3, 2], "w"), Expect.Values([3], "b"));
        Expect.Gradients(xs => xs[0].ConvTranspose1d(xs[1], xs[2], 2, 1, 1, groups: 2), Expect.Values([2, 2, 3], "x"), Expect.Values([2, 1, 3], "w"), Expect.Values([2], "b"));
    }

    [Theory]
    [InlineData(1, 0, 2)]
    [InlineData(1, 1, 2)]
    [InlineData(1, 3, 2)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 3)]
    public void Output_padding_may_exceed_the_stride_up_to_the_dilation(int stride, int padding, int outputPadding)
    {
        Tensor<double> x = Expect.Values([2, 2, 4, 3], "x"), weight = Expect.Values([2, 3, 3, 2], "w"), bias = Expect.Values([3], "b");
        Tensor<double> y = x.ConvTranspose2d(weight, bias, stride, padding, outputPadding, 4);
        // The whole output, with empty rows and columns behind it, of which the padding cuts off.
        Tensor<double> whole = x.ConvTranspose2d(weight, null, stride, 0, 0, 4).Pad([(0, 0), (0, 0), (0, outputPadding), (0, outputPadding)]);
        Tensor<double> expected = whole[.., .., padding..^padding, padding..^padding] + bias.Reshape(3, 1, 1);
        Expect.Close(expected, y, 0);
        Assert.Equal(new Shape(2, 3, 3 * stride + 9 - 2 * padding + outputPadding, 2 * stride + 5 - 2 * padding + outputPadding), y.Shape);
        Expect.Gradients(xs => xs[0].ConvTranspose2d(xs[1], xs[2], stride, padding, outputPadding, 4), x, weight, bias);
        Tensor<double> row = x.Select(2, 0), taps = weight.Select(2, 0);
        Expect.Close(
            row.Unsqueeze(2).ConvTranspose2d(taps.Unsqueeze(2), bias, (1, stride), (0, padding), (0, outputPadding), (1, 4)).Squeeze(2),
            row.ConvTranspose1d(taps, bias, stride, padding, outputPadding, 4), 0);
    }

    [Fact]
    public void One_item_needs_no_batch()
    {
        Tensor<double> x = Expect.Values([4, 3, 5], "x"), weight = Expect.Values([4, 1, 2, 3], "w"), bias = Expect.Values([2], "b");
        Tensor<double> y = x.ConvTranspose2d(weight, bias, 2, 1, (1, 0), 1, groups: 2);
        Expect.Close(x.Unsqueeze(0).ConvTranspose2d(weight, bias, 2, 1, (1, 0), 1, groups: 2), y.Unsqueeze(0), 0);
        Tensor<double> row = x.Select(1, 0), taps = weight.Select(2, 0);
        Expect.Close(row.Unsqueeze(0).ConvTranspose1d(taps, bias, 2, 1, 1, groups: 2), row.ConvTranspose1d(taps, bias, 2, 1, 1, groups: 2).Unsqueeze(0), 0);
    }

    [Fact]
    public void Empty_batches_stay_empty() =>
        Expect.Empty(xs => xs[0].ConvTranspose2d(xs[1]), [0, 3, 4, 4], new Shape(0, 2, 3, 3), new Shape(2, 3, 2, 2));

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([1, 2, 3, 3]), weight = Expect.Values([2, 3, 2, 2]);
        Expect.Throws<ArgumentException>("ConvTranspose2d: channels do not fit: input [1, 2, 3, 3] with weight [3, 2, 2, 2] in 1 groups; the input needs the weight's 3 channels, and 1 must divide them.",
            () => x.ConvTranspose2d(Expect.Values([3, 2, 2, 2])));
        Expect.Throws<ArgumentException>("ConvTranspose2d: bias [2] does not fit weight [2, 3, 2, 2] in 1 groups; it must be [3].", () => x.ConvTranspose2d(weight, Expect.Values([2])));
        Expect.Throws<ArgumentOutOfRangeException>("ConvTranspose2d: output padding 2×2 with stride 2×2 and dilation 1×1; it must be at least 0 and smaller than the stride or the dilation.",
            () => x.ConvTranspose2d(weight, null, 2, 0, 2));
        Expect.Throws<ArgumentException>("ConvTranspose2d: nothing is left of the output 0×0 (input [1, 2, 3, 3], weight [2, 3, 2, 2], stride 1×1, padding left 2, right 2, top 2, bottom 2); pad less.",
            () => x.ConvTranspose2d(weight, null, 1, 2));
        Expect.Throws<ArgumentException>("ConvTranspose1d: input [1, 2, 3, 3] with weight [2, 3, 2, 2]; expected input [N, Cin, L] and weight [Cin, Cout/groups, k].",
            () => x.ConvTranspose1d(weight));
        Expect.Throws<ArgumentException>("ConvTranspose2d: input [3] with weight [2, 3, 2, 2]; expected input [N, Cin, H, W]", () => Expect.Values([3]).ConvTranspose2d(weight));
        Expect.Throws<ArgumentOutOfRangeException>("ConvTranspose1d: output padding 2 with stride 1 and dilation 2; it must be at least 0 and smaller than the stride or the dilation.",
            () => Expect.Values([1, 2, 3]).ConvTranspose1d(Expect.Values([2, 1, 2]), outputPadding: 2, dilation: 2));
        Expect.Throws<ArgumentException>("ConvTranspose2d: input [1, 2, 0, 3] has no positions; there must be at least one.", () => Tensor.Zeros<double>([1, 2, 0, 3]).ConvTranspose2d(weight));
        Expect.Throws<ArgumentOutOfRangeException>("ConvTranspose2d: stride 0×0; it must be at least 1.", () => x.ConvTranspose2d(weight, null, 0));
        Expect.Throws<ArgumentOutOfRangeException>("ConvTranspose2d: dilation 0×0; it must be at least 1.", () => x.ConvTranspose2d(weight, null, 1, 0, 0, 0));
        Expect.Throws<ArgumentOutOfRangeException>("ConvTranspose2d: 0 groups; there must be at least 1.", () => x.ConvTranspose2d(weight, groups: 0));
    }
}
