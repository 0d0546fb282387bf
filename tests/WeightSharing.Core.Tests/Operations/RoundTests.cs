using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class RoundTests
{
    private static readonly Tensor<double> Sample = Tensor.From(-2.5, -0.4, 0, 0.5, 1.5, double.NaN);

    [Fact]
    public void Values_are_those_of_the_scalar_functions()
    {
        double[] x = Sample.ToArray();
        Assert.Equal(x.Select(v => Math.Round(v)), Sample.Round().ToArray());
        Assert.Equal(x.Select(v => Math.Floor(v)), Sample.Floor().ToArray());
        Assert.Equal(x.Select(v => Math.Ceiling(v)), Sample.Ceiling().ToArray());
        Assert.Equal([-1, -1, 0, 1, 1, double.NaN], Sample.Sign().ToArray());
        Assert.Equal(x.Select(v => Math.Truncate(v)), Sample.Truncate().ToArray());
        Assert.Equal(x.Select(v => v - Math.Truncate(v)), Sample.Fraction().ToArray());
        Assert.Equal([true, true], Tensor.From(-0.4, -0.0).Truncate().ToArray().Select(double.IsNegative));
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity, 1e300], Tensor.From(double.PositiveInfinity, double.NegativeInfinity, 1e300).Truncate().ToArray());
    }

    [Fact]
    public void Gradients_are_zero_and_can_be_differentiated()
    {
        Tensor<double> x = Expect.Values([3]).RequireGradient();
        (x.Round() + x.Floor() + x.Ceiling() + x.Truncate() + x.Sign()).Sum().Backward();
        Assert.Equal([0.0, 0, 0], x.Gradient!.ToArray());
        Tensor<double> values = Tensor.From(1.6, -0.3, 2.2);
        foreach (Func<Tensor<double>, Tensor<double>> round in (Func<Tensor<double>, Tensor<double>>[])[v => v.Round(), v => v.Floor(), v => v.Ceiling(), v => v.Truncate(), v => v.Fraction(), v => v.Sign()])
            Expect.Gradients(v => v * round(v) + round(v), values);
    }

    [Fact]
    public void Strided_and_empty_tensors_are_legal()
    {
        Expect.Bitwise(Expect.Values([2, 3]).Floor(), Expect.Strided(Expect.Values([2, 3])).Floor());
        Assert.Equal(new Shape(0, 2), Tensor.Zeros<double>([0, 2]).Sign().Shape);
    }
}
