using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class PositionsTests
{
    [Fact]
    public void Positions_are_added()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]);
        Expect.Bitwise(x + Tensor.SinusoidalPositions<double>(3, 4), new SinusoidalEncoding<double>().Forward(x));
        Expect.Bitwise(x + Tensor.SinusoidalPositions<double>(3, 4, 100), new SinusoidalEncoding<double>(100).Clone().Forward(x));
        Expect.Gradients(new SinusoidalEncoding<double>().Forward, x);
        Expect.Throws<ArgumentException>("SinusoidalEncoding: input [4]; expected [.., L, E].", () => new SinusoidalEncoding<double>().Forward(Expect.Values([4])));
    }
}
