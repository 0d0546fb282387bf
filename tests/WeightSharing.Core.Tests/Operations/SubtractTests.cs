using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SubtractTests
{
    [Fact]
    public void Values_subtract_with_tensors_and_numbers()
    {
        Tensor<double> a = Tensor.From(1.0, 2.0), b = Tensor.From(10.0, 30.0);
        Assert.Equal([-9.0, -28.0], (a - b).ToArray());
        Assert.Equal([-4.0, -3.0], (a - 5).ToArray());
        Assert.Equal([4.0, 3.0], (5 - a).ToArray());
        Assert.Equal([-1.0, -2.0], (-a).ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        Expect.Throws<ArgumentException>("Subtract: shapes do not broadcast: left [2] · right [3];", () => Tensor.Zeros<double>(2) - Tensor.Zeros<double>(3));
    }

    [Fact]
    public void Gradients_are_those_of_a_difference()
    {
        Expect.Gradients((a, b) => a - b, Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients((a, b) => a - b, Expect.Values([3], "a"), Expect.Values([2, 1], "b"));
        Expect.Gradients(x => x * x - x, Expect.Values([2, 3]));
        Expect.Gradients(x => 2 - (-x - 1), Expect.Values([2, 3]));
        Expect.Empty(xs => xs[0] - xs[1], [2, 0], [2, 0], [2, 1]);
    }

    [Fact]
    public void A_tensor_minus_itself_has_no_slope()
    {
        Tensor<double> x = Expect.Values([3]);
        Assert.All((x - x).ToArray(), value => Assert.Equal(0, value));
        Expect.Gradients(value => value - value, x);
    }
}
