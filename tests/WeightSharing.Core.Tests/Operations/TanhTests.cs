using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TanhTests
{
    [Fact]
    public void Values_are_hyperbolic_tangents()
    {
        Expect.Close([0, Math.Tanh(1), -Math.Tanh(0.01), 1], Tensor.From(0.0, 1, -0.01, 100).Tanh().ToArray(), 1e-15);
        Assert.Equal([1.0, -1.0], Tensor.From(double.PositiveInfinity, double.NegativeInfinity).Tanh().ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Tanh(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Tanh() * x, Expect.Values([]));
        Expect.Empty(xs => xs[0].Tanh(), [2, 0], [2, 0]);
    }
}
