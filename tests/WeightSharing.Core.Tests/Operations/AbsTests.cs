using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class AbsTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        double[] points = [-2.5, -0.0, 0, 1e-300, 3, double.NegativeInfinity, double.NaN];
        Expect.Close(Tensor.From(points.Select(x => Math.Abs(x)).ToArray()), Tensor.From(points).Abs());
        Expect.Close(Tensor.From(points.Select(x => (float)(Math.Abs(x))).ToArray()), Tensor.From(points).To<float>().Abs(), 1e-6);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Abs(), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Abs(), [0, 3], new Shape(0, 3));

    [Fact]
    public void Gradient_at_zero_is_zero()
    {
        Tensor<double> x = Tensor.From(-2.0, 0, 3).RequireGradient();
        x.Abs().Sum().Backward();
        Expect.Close(Tensor.From(-1.0, 0, 1), x.Gradient!, 0);
    }
}
