using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogCumulativeSumExpTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Tensor.From(0.5, -1, 2, 800, 799).RequireGradient(), y = x.LogCumulativeSumExp(0);
        Expect.Close(Tensor.From(0.5, 0.7014132779827524, 2.241311296657157, 800, 800.3132616875182), y, 1e-15);
        y.Backward(Tensor.From(1.0, 2, 3, 4, 5));
        // The last two by hand: numbers near 800 keep 13 digits behind the point, and PyTorch's slopes no more.
        double share = 1 / (1 + Math.Exp(-1));
        Expect.Close(Tensor.From(3.161020128807398, 0.482188767424775, 2.3567911037678275, 4 + 5 * share, 5 * (1 - share)), x.Gradient!, 5e-14);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.LogCumulativeSumExp(1), Expect.Values([2, 4, 2]));

    [Fact]
    public void Through_infinite_sums_no_gradient_flows()
    {
        Tensor<double> x = Tensor.From(double.NegativeInfinity, 1, double.NegativeInfinity, 1, double.PositiveInfinity).RequireGradient(), y = x.LogCumulativeSumExp(0);
        Expect.Close(Tensor.From(double.NegativeInfinity, 1, 1, 1 + Math.Log(2), double.PositiveInfinity), y, 1e-15);
        y.Sum().Backward();
        Expect.Close(Tensor.From(0, 2.5, 0, 0.5, 0), x.Gradient!, 1e-15);
    }

    [Fact]
    public void Single_precision_agrees() => Expect.Close(
        Expect.Values([3, 9]).LogCumulativeSumExp(1), Expect.Values([3, 9]).To<float>().LogCumulativeSumExp(1).To<double>(), 1e-6);

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].LogCumulativeSumExp(0), [0, 3], new Shape(0, 3));

    [Fact]
    public void Wrong_dimensions_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "LogCumulativeSumExp: dimension 1 does not exist in shape [2]; expected -1 to 0.", () => Expect.Values([2]).LogCumulativeSumExp(1));
}
