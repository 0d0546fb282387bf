using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogarithmTests
{
    [Fact]
    public void Powers_of_the_base_are_exact()
    {
        double[] exponents = [-1074, -3, 0, 1, 10, 1023];
        Assert.Equal(exponents, Tensor.From([.. exponents.Select(e => Math.ScaleB(1, (int)e))]).Log2().ToArray());
        Assert.Equal(exponents, Tensor.From(exponents).Exp2().Log2().ToArray());
        Assert.Equal([-2.0, 0, 3, 22], Tensor.From(0.01, 1, 1000, 1e22).Log10().ToArray());
        Assert.Equal([-2f, 0, 3, 10], Tensor.From(0.01f, 1, 1000, 1e10f).Log10().ToArray());
        Assert.Equal([1f, 8, 0.5f], Tensor.From(0f, 3, -1).Exp2().ToArray());
    }

    [Fact]
    public void Values_follow_from_the_natural_logarithm()
    {
        Tensor<double> x = Expect.Between(0.01, 50, [7, 5]);
        Expect.Close(x.Log() * (1 / Math.Log(2)), x.Log2(), 1e-15);
        Expect.Close(x.Log() * (1 / Math.Log(10)), x.Log10(), 1e-15);
        Expect.Close((x * (0.1 * Math.Log(2))).Exp(), (x * 0.1).Exp2(), 1e-15);
        Expect.Close(x.Log10(), x.To<float>().Log10().To<double>(), 1e-7);
    }

    [Fact]
    public void Edges_are_those_of_the_natural_logarithm()
    {
        foreach (Tensor<double> y in (Tensor<double>[])[Tensor.From(0.0, -1, double.PositiveInfinity).Log2(), Tensor.From(0.0, -1, double.PositiveInfinity).Log10()])
        {
            Assert.Equal([double.NegativeInfinity, double.NaN, double.PositiveInfinity], y.ToArray());
        }

        Assert.Equal([0, double.PositiveInfinity], Tensor.From(-2000.0, 2000).Exp2().ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor<double> x = Expect.Between(0.5, 3, [2, 3]);
        Expect.Gradients(v => v.Log2(), x);
        Expect.Gradients(v => v.Log10(), x);
        Expect.Gradients(v => v.Exp2(), x);
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Log2() + xs[0].Log10().Exp2(), [0, 3], new Shape(0, 3));
}
