using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogTests
{
    [Fact]
    public void Values_are_natural_logarithms()
    {
        Expect.Close([0, 1, Math.Log(0.1)], Tensor.From(1.0, Math.E, 0.1).Log().ToArray(), 1e-15);
        Assert.Equal([double.NegativeInfinity, double.NaN, double.PositiveInfinity], Tensor.From(0.0, -1, double.PositiveInfinity).Log().ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Log(), Expect.Between(0.5, 3, [2, 3]));
        Expect.Gradients(x => x.Log() * x, Expect.Between(0.5, 3, []));
        Expect.Empty(xs => xs[0].Log(), [2, 0], [2, 0]);
    }
}
