using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class FlattenTests
{
    [Fact]
    public void All_dimensions_but_the_first_become_one()
    {
        var flatten = new Flatten<double>();
        Assert.Equal(new Shape(2, 12), flatten.Forward(Tensor.Zeros<double>([2, 3, 2, 2])).Shape);
        Assert.Equal(new Shape(2, 1), flatten.Forward(Tensor.Zeros<double>(2)).Shape);
        Assert.Equal(new Shape(0, 12), flatten.Forward(Tensor.Zeros<double>([0, 3, 4])).Shape);
        Expect.Gradients(flatten.Forward, Expect.Values([2, 3, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => flatten.Forward(Tensor.Scalar(1.0)));
    }
}
