using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SoftplusTests
{
    [Fact]
    public void Values_agree_with_the_definition_and_do_not_overflow()
    {
        Tensor<double> x = Tensor.From(-800.0, -1, 0, 1, 15, 800);
        Expect.Close(Tensor.From(0, Math.Log(1 + Math.Exp(-1)), Math.Log(2), Math.Log(1 + Math.E), 15 + Math.Exp(-15), 800), x.Softplus(), 1e-13);
        Expect.Close(Tensor.From(Math.Log(1 + Math.Exp(2)) / 2), Tensor.From(1.0).Softplus(2, 20));
        Assert.Equal(11, Tensor.From(11.0).Softplus(2, 20).Item());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Softplus(), Expect.Values([2, 3]) * 3.0);
        Expect.Gradients(x => x.Softplus(2, 1), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Softplus(0.5, double.PositiveInfinity), Expect.Values([2, 3]));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Softplus(), [0, 3], new Shape(0, 3));

    [Fact]
    public void A_beta_that_is_not_positive_is_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "Softplus: beta 0; it must be greater than 0.", () => Expect.Values([2]).Softplus(0, 20));
}
