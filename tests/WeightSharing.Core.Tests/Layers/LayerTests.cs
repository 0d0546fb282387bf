using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class LayerTests
{
    private sealed class Doubling : Layer<double>
    {
        public override Tensor<double> Forward(Tensor<double> input) => input * 2;
    }

    [Fact]
    public void A_layer_of_the_users_own_is_one_method()
    {
        Tensor<double> x = Expect.Values([3]);
        Expect.Bitwise(x * 4, new Sequential<double>(new Doubling(), new Doubling()).Forward(x));
        Expect.Gradients(new Doubling().Forward, x);
    }
}
