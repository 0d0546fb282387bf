using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ReluTests
{
    [Fact]
    public void Values_below_zero_become_zero()
    {
        Assert.Equal([0, 0, 2, double.PositiveInfinity, double.NaN], Tensor.From(-1.0, 0, 2, double.PositiveInfinity, double.NaN).Relu().ToArray());
    }

    [Fact]
    public void The_derivative_at_zero_is_zero()
    {
        Tensor<double> x = Tensor.From(-1.0, 0.0, 2.0).RequireGradient();
        x.Relu().Sum().Backward();
        Assert.Equal([0.0, 0.0, 1.0], x.Gradient!.ToArray());
        Assert.Equal([0.0, 0.0, 1.0], Gradient.Of(x.Relu().Sum(), x, differentiable: true).ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Relu(), Expect.Values([3, 4]));
        Expect.Gradients(x => x.Relu() * x, Expect.Values([3, 4]));
        Expect.Gradients(x => (x * x - 0.5).Relu(), Expect.Values([3, 4]));
        Expect.Empty(xs => xs[0].Relu(), [2, 0], [2, 0]);
    }
}
