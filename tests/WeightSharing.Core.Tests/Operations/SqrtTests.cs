using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SqrtTests
{
    [Fact]
    public void Values_are_square_roots()
    {
        Assert.Equal([0, 2, 1.5], Tensor.From(0.0, 4, 2.25).Sqrt().ToArray());
        Assert.True(double.IsNaN(Tensor.Scalar(-1.0).Sqrt().Item()));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.Sqrt(), Expect.Between(0.5, 3, [2, 3]));
        Expect.Gradients(x => x.Sqrt() * x, Expect.Between(0.5, 3, []));
        Expect.Empty(xs => xs[0].Sqrt(), [2, 0], [2, 0]);
    }
}
