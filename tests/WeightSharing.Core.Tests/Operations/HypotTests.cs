using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class HypotTests
{
    [Fact]
    public void Lengths_neither_overflow_nor_vanish()
    {
        Expect.Close(Tensor.From(5.0, 13, 3), Tensor.From(3.0, -5, 0).Hypot(Tensor.From(4.0, 12, 3)), 1e-15);
        Assert.Equal(5e200, Tensor.Scalar(3e200).Hypot(Tensor.Scalar(4e200)).Item(), 1e186);
        Assert.Equal(5e-30f, Tensor.Scalar(3e-30f).Hypot(Tensor.Scalar(4e-30f)).Item(), 1e-36f);
        Assert.Equal(double.PositiveInfinity, Tensor.Scalar(double.NegativeInfinity).Hypot(Tensor.Scalar(double.NaN)).Item());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.Hypot(b), Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients(x => x.Hypot(x), Expect.Between(0.5, 2, [3]));
    }

    [Fact]
    public void The_gradient_at_the_origin_is_zero()
    {
        Tensor<double> x = Tensor.From(0.0, 3).RequireGradient();
        x.Hypot(Tensor.From(0.0, 4)).Sum().Backward();
        Expect.Close(Tensor.From(0, 0.6), x.Gradient!, 1e-15);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Hypot: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Hypot(Expect.Values([3])));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Hypot(xs[1]), [0, 3], new Shape(0, 3), new Shape(3));
}
