using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class Size2Tests
{
    [Fact]
    public void Converts_from_a_number_and_from_a_pair()
    {
        Size2 square = 3, pair = (3, 5);
        Assert.Equal(new Size2(3, 3), square);
        Assert.Equal(new Size2(3, 5), pair);
        Assert.Equal(15, pair.Area);
        Assert.Equal("3×5", pair.ToString());
    }

    [Theory]
    [InlineData(28, 3, 1, 0, 1, 26)]
    [InlineData(28, 3, 1, 1, 1, 28)]
    [InlineData(28, 3, 2, 1, 1, 14)]
    [InlineData(28, 3, 1, 0, 2, 24)]
    [InlineData(7, 3, 3, 0, 1, 2)]
    [InlineData(3, 3, 5, 0, 1, 1)]
    public void Windows_are_those_of_a_convolution(int extent, int kernel, int stride, int padding, int dilation, int expected)
    {
        Assert.Equal(new Size2(expected, expected), new Size2(extent, extent).Windows(kernel, stride, padding, dilation));
        Tensor<double> y = Tensor.Zeros<double>([1, 1, extent, extent]).Conv2d(Tensor.Zeros<double>([1, 1, kernel, kernel]), null, stride, padding, dilation);
        Assert.Equal(new Shape(1, 1, expected, expected), y.Shape);
    }

    [Fact]
    public void Windows_count_each_direction_by_itself()
    {
        Assert.Equal(new Size2(4, 3), new Size2(6, 8).Windows((3, 4), (1, 2)));
        Assert.Equal(new Size2(6, 8), new Size2(6, 8).Windows((3, 4), padding: Padding2d.Same));
    }

    [Fact]
    public void Windows_that_cannot_be_are_refused()
    {
        Expect.Throws<ArgumentException>(
            "Windows: the kernel 3×3 with dilation 1×1 covers 3×3, more than the padded input 2×2 (input [1, 1, 2, 2], padding left 0, right 0, top 0, bottom 0); pad more or use a smaller kernel.",
            () => new Size2(2, 2).Windows(3));
        Expect.Throws<ArgumentOutOfRangeException>("Windows: kernel 0×1; it must be at least 1.", () => new Size2(2, 2).Windows((0, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("Windows: stride 0×1; it must be at least 1.", () => new Size2(2, 2).Windows(1, (0, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("Windows: dilation 1×0; it must be at least 1.", () => new Size2(2, 2).Windows(1, dilation: (1, 0)));
    }
}
