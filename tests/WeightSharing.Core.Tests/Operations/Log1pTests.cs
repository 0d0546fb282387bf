using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class Log1pTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        double[] points = [-1, -0.5, 0, 1, 5, double.PositiveInfinity];
        Expect.Close(Tensor.From(points.Select(x => Math.Log(1 + x)).ToArray()), Tensor.From(points).Log1p());
        Expect.Close(Tensor.From(points.Select(x => (float)(Math.Log(1 + x))).ToArray()), Tensor.From(points).To<float>().Log1p(), 1e-6);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Log1p(), Expect.Values([2, 3]).Abs() + 0.1);

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Log1p(), [0, 3], new Shape(0, 3));

    [Fact]
    public void Nothing_cancels_near_zero() => Assert.Equal(1e-17, Tensor.From(1e-17).Log1p().Item());

    [Fact]
    public void Below_minus_one_it_is_not_a_number() => Assert.True(double.IsNaN(Tensor.From(-1.5).Log1p().Item()));
}
