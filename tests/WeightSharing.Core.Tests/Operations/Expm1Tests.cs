using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class Expm1Tests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        double[] points = [-40, -1, 0, 1, 5];
        Expect.Close(Tensor.From(points.Select(x => Math.Exp(x) - 1).ToArray()), Tensor.From(points).Expm1());
        Expect.Close(Tensor.From(points.Select(x => (float)(Math.Exp(x) - 1)).ToArray()), Tensor.From(points).To<float>().Expm1(), 1e-6);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Expm1(), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Expm1(), [0, 3], new Shape(0, 3));

    [Fact]
    public void Nothing_cancels_near_zero() => Assert.Equal(1e-17, Tensor.From(1e-17).Expm1().Item());
}
