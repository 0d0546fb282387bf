using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class AdaptivePoolingTests
{
    [Fact]
    public void Layers_do_what_the_operations_do()
    {
        Tensor<double> x = Expect.Values([2, 3, 7]), image = Expect.Values([2, 3, 7, 5]);
        foreach ((Layer<double> layer, Tensor<double> input, Tensor<double> expected) in new (Layer<double>, Tensor<double>, Tensor<double>)[]
        {
            (new AdaptiveAveragePool1d<double>(3), x, x.AdaptiveAveragePool1d(3)),
            (new AdaptiveMaxPool1d<double>(3), x, x.AdaptiveMaxPool1d(3)),
            (new AdaptiveMaxPool2d<double>((2, 3)), image, image.AdaptiveMaxPool2d((2, 3))),
        })
        {
            Expect.Bitwise(expected, layer.Forward(input));
            Expect.Bitwise(expected, layer.Clone().Forward(input));
        }
    }
}
