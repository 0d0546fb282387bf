using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LeakyReluTests
{
    [Fact]
    public void Below_zero_the_slope_counts() =>
        Expect.Close(Tensor.From(-0.2, 0, 3), Tensor.From(-2.0, 0, 3).LeakyRelu(0.1));

    [Fact]
    public void Gradient_at_zero_is_the_slope()
    {
        Tensor<double> x = Tensor.From(-2.0, 0, 3).RequireGradient();
        x.LeakyRelu(0.1).Sum().Backward();
        Expect.Close(Tensor.From(0.1, 0.1, 1), x.Gradient!, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.LeakyRelu(0.3).Pow(2.0), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].LeakyRelu(0.1), [0, 3], new Shape(0, 3));
}
