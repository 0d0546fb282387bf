using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ExpTests
{
    [Fact]
    public void Values_are_powers_of_e()
    {
        Expect.Close([1, Math.E, 1 / Math.E, Math.Exp(10)], Tensor.From(0.0, 1, -1, 10).Exp().ToArray(), 1e-15);
        Assert.Equal([double.PositiveInfinity, 0, double.NaN], Tensor.From(double.PositiveInfinity, double.NegativeInfinity, double.NaN).Exp().ToArray());
        Assert.Equal(1f, Tensor.Scalar(0f).Exp().Item());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Exp(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Exp() * x, Expect.Values([]));
        Expect.Empty(xs => xs[0].Exp(), [2, 0], [2, 0]);
    }
}
