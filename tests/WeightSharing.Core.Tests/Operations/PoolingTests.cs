using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PoolingTests
{
    [Theory]
    [InlineData(7, 3, 2, 0, 1, false, 3)]
    [InlineData(7, 2, 2, 0, 1, false, 3)]
    [InlineData(7, 2, 2, 0, 1, true, 4)]
    [InlineData(6, 3, 2, 1, 1, true, 4)]
    [InlineData(4, 2, 3, 1, 1, true, 2)]
    [InlineData(7, 3, 1, 0, 3, false, 1)]
    [InlineData(2, 3, 2, 0, 1, true, 1)]
    [InlineData(1, 4, 4, 1, 1, true, 1)]
    [InlineData(6, 3, 2, 0, 3, true, 1)]
    public void Extents_are_those_of_pytorch(int input, int kernel, int stride, int padding, int dilation, bool ceilMode, int expected)
    {
        Assert.Equal(new Shape(1, 1, expected, expected), Tensor.Zeros<float>([1, 1, input, input]).MaxPool2d(kernel, stride, padding, dilation, ceilMode).Shape);
    }

    [Fact]
    public void A_window_that_is_cut_off_may_be_larger_than_the_input()
    {
        Tensor<double> x = Expect.Values([1, 2, 2, 3]);
        Expect.Close(x.Max(-1).Max(-1).Flatten(), x.MaxPool2d((3, 4), (2, 3), ceilMode: true).Flatten(), 0);
        Expect.Close(x.Mean([2, 3]).Flatten(), x.AveragePool2d((3, 4), (2, 3), ceilMode: true).Flatten(), 1e-15);
        Expect.Gradients(xs => xs[0].AveragePool2d((3, 4), (2, 3), ceilMode: true), x);
        Expect.Gradients(xs => xs[0].MaxPool2d((3, 4), (2, 3), ceilMode: true), x);
        Expect.Throws<ArgumentException>("MaxPool2d: the kernel 4×4 with dilation 1×1 covers 4×4, more than the padded input 3×4", () => x.MaxPool2d(4, 2, ceilMode: true));
    }

    [Fact]
    public void One_image_needs_no_batch()
    {
        Tensor<double> x = Expect.Values([2, 5, 6]);
        Expect.Close(x.Unsqueeze(0).MaxPool2d(3, 2, 1, ceilMode: true), x.MaxPool2d(3, 2, 1, ceilMode: true).Unsqueeze(0), 0);
        Expect.Close(x.Unsqueeze(0).AveragePool2d(3, 2, 1, true, false), x.AveragePool2d(3, 2, 1, true, false).Unsqueeze(0), 0);
        Expect.Gradients(xs => xs[0].MaxPool2d(2) * xs[0].AveragePool2d(2), x);
    }

    [Fact]
    public void Windows_that_cannot_be_are_refused()
    {
        Tensor<float> x = Tensor.Zeros<float>([1, 1, 4, 4]);
        Expect.Throws<ArgumentException>("MaxPool2d: input [4, 4]; expected [N, C, H, W] or [C, H, W].", () => Tensor.Zeros<float>([4, 4]).MaxPool2d(2));
        Expect.Throws<ArgumentException>("AveragePool2d: input [4]; expected [N, C, H, W] or [C, H, W].", () => Tensor.Zeros<float>(4).AveragePool2d(2));
        Expect.Throws<ArgumentException>(
            "MaxPool2d: the kernel 5×5 with dilation 1×1 covers 5×5, more than the padded input 4×4 (input [1, 1, 4, 4], padding left 0, right 0, top 0, bottom 0); pad more or use a smaller kernel.",
            () => x.MaxPool2d(5));
        Expect.Throws<ArgumentOutOfRangeException>(
            "AveragePool2d: padding 2×0; it must lie between 0 and half the kernel 3×3, so that every window holds an element.", () => x.AveragePool2d(3, 1, (2, 0)));
        Expect.Throws<ArgumentException>(
            "MaxPool2d: a window of kernel 2×2 with dilation 3×1 and stride 1×1 holds no element of input [1, 1, 2, 4]; pad or dilate less.",
            () => Tensor.Zeros<float>([1, 1, 2, 4]).MaxPool2d(2, 1, 1, (3, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("MaxPool2d: stride 0×1; it must be at least 1.", () => x.MaxPool2d(2, (0, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("MaxPool2d: dilation 0×1; it must be at least 1.", () => x.MaxPool2d(2, dilation: (0, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("AveragePool2d: kernel 0×0; it must be at least 1.", () => x.AveragePool2d(0, 1));
    }
}
