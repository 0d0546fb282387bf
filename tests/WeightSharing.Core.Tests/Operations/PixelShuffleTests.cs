using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PixelShuffleTests
{
    [Fact]
    public void Values_agree_with_PyTorch()
    {
        Tensor<int> x = Tensor.Arange<int>(16);
        Assert.Equal([0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15], x.Reshape(1, 4, 2, 2).PixelShuffle(2).ToArray());
        Assert.Equal([0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15], x.Reshape(1, 1, 4, 4).PixelUnshuffle(2).ToArray());
        Assert.Equal(new Shape(2, 3, 1, 4, 6), Tensor.Zeros<float>(2, 3, 4, 2, 3).PixelShuffle(2).Shape);
        Assert.Equal(new Shape(4, 2, 3), Tensor.Zeros<float>(1, 4, 6).PixelUnshuffle(2).Shape);
    }

    [Fact]
    public void They_undo_each_other()
    {
        Tensor<double> x = Expect.Values([2, 18, 2, 4]);
        Expect.Bitwise(x, x.PixelShuffle(3).PixelUnshuffle(3));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.PixelShuffle(2).Pow(2.0), Expect.Values([1, 4, 2, 3]));
        Expect.Gradients(x => x.PixelUnshuffle(2).Pow(2.0), Expect.Values([2, 4, 2]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("PixelShuffle: input [3, 2, 2] with factor 2; 4 must divide the 3 channels.", () => Expect.Values([3, 2, 2]).PixelShuffle(2));
        Expect.Throws<ArgumentException>("PixelUnshuffle: input [3, 2, 3] with factor 2; it must divide height and width.", () => Expect.Values([3, 2, 3]).PixelUnshuffle(2));
        Expect.Throws<ArgumentException>("PixelShuffle: input [2, 2]; expected [.., C, H, W].", () => Expect.Values([2, 2]).PixelShuffle(2));
        Expect.Throws<ArgumentOutOfRangeException>("PixelShuffle: factor 0; it must be at least 1.", () => Expect.Values([4, 2, 2]).PixelShuffle(0));
    }
}
