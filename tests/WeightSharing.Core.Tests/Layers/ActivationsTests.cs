using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class ActivationsTests
{
    [Fact]
    public void Each_layer_applies_its_operation()
    {
        Tensor<double> x = Expect.Values([3, 4]);
        Expect.Bitwise(x.Relu(), new Relu<double>().Forward(x));
        Expect.Bitwise(x.LeakyRelu(0.2), new LeakyRelu<double>(0.2).Forward(x));
        Expect.Bitwise(x.LeakyRelu(0.01), new LeakyRelu<double>().Forward(x));
        Expect.Bitwise(x.Sigmoid(), new Sigmoid<double>().Forward(x));
        Expect.Bitwise(x.Tanh(), new Tanh<double>().Forward(x));
        Expect.Bitwise(x.Softmax(1), new Softmax<double>().Forward(x));
        Expect.Bitwise(x.Softmax(0), new Softmax<double>(0).Forward(x));
        Expect.Bitwise(x.LogSoftmax(1), new LogSoftmax<double>().Forward(x));
        Expect.Bitwise(x.LogSoftmax(0), new LogSoftmax<double>(0).Forward(x));
    }

    [Fact]
    public void Activations_have_no_parameters()
    {
        Assert.Empty(new Relu<float>().Parameters);
        Assert.Empty(new Softmax<float>().Parameters);
    }
}
