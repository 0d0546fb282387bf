using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SinTests
{
    [Fact]
    public void Values_are_those_of_the_scalar_function()
    {
        double[] points = [-2.5, 0, 1e-9, 3, 100];
        Expect.Close(Tensor.From(points.Select(x => Math.Sin(x)).ToArray()), Tensor.From(points).Sin());
        Expect.Close(Tensor.From(points.Select(x => (float)(Math.Sin(x))).ToArray()), Tensor.From(points).To<float>().Sin(), 1e-6);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Sin(), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Sin(), [0, 3], new Shape(0, 3));
}
