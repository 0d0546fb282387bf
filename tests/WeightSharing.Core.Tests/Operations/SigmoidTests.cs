using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SigmoidTests
{
    [Fact]
    public void Values_are_logistic()
    {
        Expect.Close([0.5, 1 / (1 + Math.Exp(-2)), 1 / (1 + Math.Exp(3))], Tensor.From(0.0, 2, -3).Sigmoid().ToArray(), 1e-15);
        Assert.Equal([1.0, 0.0], Tensor.From(double.PositiveInfinity, double.NegativeInfinity).Sigmoid().ToArray());
        Assert.True(Tensor.Scalar(-100.0).Sigmoid().Item() > 0);
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Sigmoid(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Sigmoid() * x, Expect.Values([]));
        Expect.Empty(xs => xs[0].Sigmoid(), [2, 0], [2, 0]);
    }
}
