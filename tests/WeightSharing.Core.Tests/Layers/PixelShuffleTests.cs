using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class PixelShuffleTests
{
    [Fact]
    public void Layers_do_what_the_operations_do()
    {
        Tensor<float> x = Tensor.Arange<float>(32).Reshape(2, 4, 2, 2);
        Expect.Bitwise(x.PixelShuffle(2), new PixelShuffle<float>(2).Forward(x));
        Expect.Bitwise(x.PixelUnshuffle(2), new PixelUnshuffle<float>(2).Forward(x));
        Expect.Bitwise(x.PixelShuffle(2), new PixelShuffle<float>(2).Clone().Forward(x));
        Expect.Bitwise(x.PixelUnshuffle(2), new PixelUnshuffle<float>(2).Clone().Forward(x));
    }
}
