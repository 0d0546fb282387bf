using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ClampTests
{
    [Fact]
    public void Values_are_limited() =>
        Assert.Equal([-1, -1, 0.5, 2, 2, double.NaN], Tensor.From(-3, -1, 0.5, 2, double.PositiveInfinity, double.NaN).Clamp(-1, 2).ToArray());

    [Fact]
    public void The_bounds_pass_the_gradient_on()
    {
        Tensor<double> x = Tensor.From(-3.0, -1, 0.5, 2, 5).RequireGradient();
        x.Clamp(-1, 2).Sum().Backward();
        Expect.Close(Tensor.From(0.0, 1, 1, 1, 0), x.Gradient!, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Clamp(-0.5, 0.7).Pow(3.0) * x, Expect.Values([3, 4]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Clamp(0, 1), [0, 3], new Shape(0, 3));

    [Fact]
    public void Bounds_out_of_order_are_refused() => Expect.Throws<ArgumentException>(
        "Clamp: lower bound 2, upper bound 1; the lower must not exceed the upper.", () => Expect.Values([2]).Clamp(2, 1));
}
