using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MultiplyTests
{
    [Fact]
    public void Values_multiply_with_tensors_and_numbers()
    {
        Tensor<double> a = Tensor.From(1.0, 2.0), b = Tensor.From(10.0, 30.0);
        Assert.Equal([10.0, 60.0], (a * b).ToArray());
        Assert.Equal([5.0, 10.0], (a * 5).ToArray());
        Assert.Equal([5.0, 10.0], (5 * a).ToArray());
    }

    [Fact]
    public void Shapes_broadcast()
    {
        Assert.Equal([3.0, 4.0, 6.0, 8.0], (Tensor.From(1.0, 2.0).Reshape(2, 1) * Tensor.From(3.0, 4.0)).ToArray());
        Expect.Throws<ArgumentException>("Multiply: shapes do not broadcast: left [2] · right [3];", () => Tensor.Zeros<double>(2) * Tensor.Zeros<double>(3));
    }

    [Fact]
    public void Gradients_are_those_of_a_product()
    {
        Expect.Gradients((a, b) => a * b, Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"));
        Expect.Gradients((a, b) => a * b, Expect.Values([4, 1, 3], "a"), Expect.Values([2, 1], "b"));
        Expect.Gradients(x => x * x, Expect.Values([2, 3]));
        Expect.Gradients(x => x * x.Transpose(), Expect.Values([3, 3]));
        Expect.Gradients(x => 3 * (x * 2), Expect.Values([2, 3]));
        Expect.Empty(xs => xs[0] * xs[1], [0, 3], [0, 3], [1, 3]);
    }
}
