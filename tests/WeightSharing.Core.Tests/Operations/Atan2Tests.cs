using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class Atan2Tests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        Tensor<double> y = Tensor.From(1.0, 1, -1, -1, 0, 0), x = Tensor.From(1.0, -1, 1, -1, -2, 0);
        Expect.Close(Tensor.From([.. y.ToArray().Zip(x.ToArray(), Math.Atan2)], 6), y.Atan2(x), 1e-15);
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((y, x) => y.Atan2(x), Expect.Values([2, 3], "y") * 3.0, Expect.Between(0.5, 2, [3], "x"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_at_the_origin_is_zero(bool differentiable)
    {
        Tensor<double> y = Tensor.From(0.0, 1).RequireGradient(), x = Tensor.From(0.0, 1).RequireGradient();
        Tensor<double>[] gradients = Gradient.Of(y.Atan2(x).Sum(), [y, x], differentiable);
        Expect.Close(Tensor.From(0.0, 0.5), gradients[0]);
        Expect.Close(Tensor.From(0.0, -0.5), gradients[1]);
    }

    [Fact]
    public void The_same_tensor_twice_is_a_constant_angle()
    {
        Tensor<double> x = Tensor.From(1.0, 2).RequireGradient();
        x.Atan2(x).Sum().Backward();
        Expect.Close(Tensor.Zeros<double>([2]), x.Gradient!);
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Atan2(xs[1]), [0, 3], new Shape(0, 3), new Shape(1, 3));

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Atan2: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Atan2(Expect.Values([3])));
}
