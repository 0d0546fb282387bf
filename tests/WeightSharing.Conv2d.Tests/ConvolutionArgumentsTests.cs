using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class ConvolutionArgumentsTests
{
    [Fact]
    public void Zero_padding_is_left_to_the_convolution_and_other_padding_is_done_before()
    {
        Tensor<double> x = Tensor.Ones<double>(1, 1, 4, 4);
        (Tensor<double> same, Padding2d zeros) = ConvolutionArguments.Pad(x, 1, spatial: 2, PaddingMode.Constant, 0);
        Assert.Same(x, same);
        Assert.Equal<Padding2d>(1, zeros);
        (Tensor<double> padded, Padding2d none) = ConvolutionArguments.Pad(x, 1, spatial: 2, PaddingMode.Constant, 7);
        Assert.Equal(new Shape(1, 1, 6, 6), padded.Shape);
        Assert.Equal(Padding2d.None, none);
        Assert.Equal(7, padded[0, 0, 0, 3]);
    }

    [Fact]
    public void A_connection_table_and_a_tying_exclude_each_other()
    {
        Assert.Null(ConvolutionArguments.WithConnections("Conv2d", [2, 1, 3, 3], null, null));
        Assert.StartsWith("Conv2d: both a connection table and a tying",
            Assert.Throws<ArgumentException>(() => ConvolutionArguments.WithConnections("Conv2d", [1, 1, 3], new bool[1, 1], Tying.Palindrome(3))).Message,
            StringComparison.Ordinal);
    }
}
