using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class IdentityTests
{
    [Fact]
    public void Gives_its_input()
    {
        Tensor<float> x = Tensor.Ones<float>(2, 3);
        Assert.Same(x, new Identity<float>().Forward(x));
    }
}
