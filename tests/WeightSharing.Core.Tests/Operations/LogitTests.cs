using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogitTests
{
    [Fact]
    public void Values_are_those_of_PyTorch()
    {
        Expect.Close(
            Tensor.From(-46.051701859880914, -0.8472978603872036, 3.9999999972550487e-07, 2.9444389791664394), Tensor.From(1e-20, 0.3, 0.5000001, 0.95).Logit(), 1e-15);
        Expect.Close(Tensor.From(-2.197224577336219, -0.8472978603872036, 0, 2.1972245773362196), Tensor.From(0.05, 0.3, 0.5, 0.95).Logit(0.1), 1e-15);
        Assert.Equal([double.NegativeInfinity, double.PositiveInfinity, double.NaN, double.NaN], Tensor.From(0.0, 1, -0.1, 1.1).Logit().ToArray());
    }

    [Fact]
    public void Near_one_half_no_digits_are_lost()
    {
        // ln((½ + d) / (½ − d)) = 2 artanh 2d = 4d + 16d³/3 + …
        foreach (double d in (double[])[1e-3, -1e-5, 3e-9])
        {
            double at = 0.5 + d, exact = at - 0.5, expected = 4 * exact + 16 * Math.Pow(exact, 3) / 3 + 64 * Math.Pow(exact, 5) / 5;
            Assert.Equal(1, Tensor.Scalar(at).Logit().Item() / expected, 4 * 2.3e-16);
        }
    }

    [Fact]
    public void It_is_the_inverse_of_the_sigmoid()
    {
        Tensor<double> x = Expect.Between(-8, 8, [31]);
        Expect.Close(x, x.Sigmoid().Logit(), 1e-13);
        Expect.Close(x.To<float>(), x.To<float>().Sigmoid().Logit(), 2e-4);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Logit(), Expect.Between(0.1, 0.9, [2, 4]));
        Expect.Gradients(x => x.Logit(0.3), Tensor.From(0.1, 0.4, 0.6, 0.9));
    }

    [Fact]
    public void Limits_that_cross_are_refused() =>
        Expect.Throws<ArgumentOutOfRangeException>("Logit: ε 0.6; it must lie between 0 and ½.", () => Expect.Between(0, 1, [2]).Logit(0.6));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Logit(), [0, 3], new Shape(0, 3));
}
