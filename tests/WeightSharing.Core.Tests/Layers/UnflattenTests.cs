using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class UnflattenTests
{
    [Fact]
    public void It_undoes_Flatten()
    {
        Tensor<double> x = Expect.Values([2, 3, 4, 5]);
        Expect.Bitwise(x, new Unflatten<double>([3, 4, 5]).Forward(new Flatten<double>().Forward(x)));
        Assert.Equal(new Shape(2, 3, 2, 2, 5), new Unflatten<double>([2, 2], 2).Forward(x).Shape);
        Assert.Equal(new Shape(2, 3, 4, 5, 1), new Unflatten<double>([5, 1], -1).Clone().Forward(x).Shape);
        Expect.Gradients(v => new Unflatten<double>([2, 2]).Forward(v).Pow(2.0), Expect.Values([3, 4]));
    }

    [Fact]
    public void Another_number_of_elements_is_refused() => Expect.Throws<ArgumentException>(
        "Unflatten: dimension 1 of input [2, 5] to [2, 2]; it must have 4 elements.", () => new Unflatten<double>([2, 2]).Forward(Expect.Values([2, 5])));
}
