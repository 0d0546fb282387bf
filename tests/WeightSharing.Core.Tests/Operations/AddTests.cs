using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class AddTests
{
    [Fact]
    public void Values_add_with_tensors_and_numbers()
    {
        Tensor<double> a = Tensor.From(1.0, 2.0), b = Tensor.From(10.0, 20.0);
        Assert.Equal([11.0, 22.0], (a + b).ToArray());
        Assert.Equal([6.0, 7.0], (a + 5).ToArray());
        Assert.Equal([6.0, 7.0], (5 + a).ToArray());
    }

    [Fact]
    public void Shapes_broadcast()
    {
        Assert.Equal([11.0, 21.0, 12.0, 22.0], (Tensor.From(1.0, 2.0).Reshape(2, 1) + Tensor.From(10.0, 20.0)).ToArray());
        Assert.Equal(new Shape(0, 3), (Tensor.Zeros<double>([0, 1]) + Tensor.Zeros<double>(3)).Shape);
        Expect.Throws<ArgumentException>(
            "Add: shapes do not broadcast: left [2, 3] · right [2]; dimension -1 is 3 on the left and 2 on the right, they must be equal or one of them 1.",
            () => Tensor.Zeros<double>([2, 3]) + Tensor.Zeros<double>(2));
    }

    [Fact]
    public void Gradients_are_those_of_a_sum()
    {
        Expect.Gradients((a, b) => a + b, Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"));
        Expect.Gradients((a, b) => a + b, Expect.Values([4, 1, 3], "a"), Expect.Values([2, 1], "b"));
        Expect.Gradients(x => x + x, Expect.Values([2, 3]));
        Expect.Gradients(x => 2 + (x + 1), Expect.Values([]));
        Expect.Empty(xs => xs[0] + xs[1], [0, 3], [0, 3], [1, 3]);
    }
}
