using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MinimumTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        Tensor<double> a = Tensor.From(1.0, 2, double.NaN, -1), b = Tensor.From(2.0, 1, 0, double.PositiveInfinity);
        double[] expected = [.. a.ToArray().Zip(b.ToArray(), Math.Min)];
        Assert.Equal(expected, a.Minimum(b).ToArray());
        Assert.Equal([Math.Min(1.0, 1.5), Math.Min(2.0, 1.5), double.NaN, Math.Min(-1, 1.5)], a.Minimum(1.5).ToArray());
    }

    [Fact]
    public void Equal_operands_share_the_gradient()
    {
        Tensor<double> a = Tensor.From(1.0, 2, 3).RequireGradient(), b = Tensor.From(1.0, 5, 0).RequireGradient();
        a.Minimum(b).Sum().Backward();
        Expect.Close(Tensor.From(0.5, 1, 0), a.Gradient!, 0);
        Expect.Close(Tensor.From(0.5, 0, 1), b.Gradient!, 0);
    }

    [Fact]
    public void The_same_tensor_twice_gets_the_whole_gradient()
    {
        Tensor<double> x = Expect.Values([3]).RequireGradient();
        x.Minimum(x).Sum().Backward();
        Expect.Close(Tensor.Ones<double>([3]), x.Gradient!, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((a, b) => a.Minimum(b) * a, Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"));

    [Fact]
    public void Operands_broadcast() => Expect.Gradients((a, b) => a.Minimum(b), Expect.Values([2, 1, 3], "a"), Expect.Values([4, 1], "b"));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Minimum(xs[1]), [0, 3], new Shape(0, 3), new Shape(1, 3));

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Minimum: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Minimum(Expect.Values([3])));
}
