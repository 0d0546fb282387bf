using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class HyperbolicTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_functions_and_exact_near_zero()
    {
        double[] points = [-1e300, -3, -1e-9, 0, 0.4, 1e-300, 25];
        Assert.Equal([.. points.Select(Math.Asinh)], Tensor.From(points).Asinh().ToArray());
        Assert.Equal(1e-20, Tensor.Scalar(1e-20).Asinh().Item());
        Assert.Equal(1e-20f, Tensor.Scalar(1e-20f).Atanh().Item());
        Expect.Close(Expect.Between(0, 3, [9]), Expect.Between(0, 3, [9]).Cosh().Acosh(), 1e-14);
        Expect.Close(Expect.Values([9]), Expect.Values([9]).Sinh().Asinh(), 1e-14);
        Expect.Close(Expect.Between(-2, 2, [9]), Expect.Between(-2, 2, [9]).Tanh().Atanh(), 1e-14);
        Assert.Equal([double.NaN, 0, double.PositiveInfinity], Tensor.From(0.5, 1, double.PositiveInfinity).Acosh().ToArray());
        Assert.Equal([double.NegativeInfinity, double.PositiveInfinity, double.NaN], Tensor.From(-1.0, 1, 2).Atanh().ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Asinh(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Acosh(), Expect.Between(1.3, 4, [2, 3]));
        Expect.Gradients(x => x.Atanh(), Expect.Between(-0.8, 0.8, [2, 3]));
    }

    [Fact]
    public void Slopes_of_huge_numbers_do_not_overflow()
    {
        Tensor<float> x = Tensor.From(1e30f).RequireGradient();
        (x.Asinh() + x.Acosh()).Sum().Backward();
        Assert.Equal(2e-30f, x.Gradient!.Item(), 1e-36f);
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Asinh().Acosh().Atanh(), [0, 3], new Shape(0, 3));
}
