using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class GradCheckTests
{
    [Fact]
    public void Right_gradients_pass_and_their_errors_are_returned()
    {
        GradCheckResult result = GradCheck.Verify(x => x.Tanh(), [2, 3]);
        Assert.Equal("Tanh", result.Operation);
        Assert.InRange(result.ErrorOf(GradCheckQuantity.Gradient), 1e-16, 1e-8);
        Assert.InRange(result.ErrorOf(GradCheckQuantity.SecondDerivative), 1e-16, 1e-8);
        Assert.Equal(0, result.ErrorOf(GradCheckQuantity.Value));
    }

    [Fact]
    public void Several_inputs_references_and_bounds_are_taken()
    {
        GradCheck.Verify((a, b) => a.MatMul(b), [2, 3], [3, 4]);
        GradCheck.Verify((a, b, c) => a * b + c, [2, 3], [3], [2, 1]);
        GradCheck.Verify(xs => xs[0] * xs[1], [Tensor.From(1.0, 2), Tensor.From(3.0, 4)]);
        GradCheckResult result = GradCheck.Verify(
            x => x.Log(), [5], new() { LowerBound = 0.5, Reference = inputs => [.. inputs[0].ToArray().Select(v => Math.Log(v))] });
        Assert.Contains(result.Mismatches, mismatch => mismatch.Quantity == GradCheckQuantity.Value);
    }

    [Fact]
    public void A_wrong_gradient_is_named_with_both_numbers()
    {
        GradCheckException thrown = Assert.Throws<GradCheckException>(() => GradCheck.Verify(x => Twice(x, 3), Tensor.From(1.0, 2, 5)));
        Assert.Equal(GradCheckQuantity.Gradient, thrown.Mismatch!.Quantity);
        Assert.Equal(1.5, thrown.Mismatch.Analytic / thrown.Mismatch.Numeric, 1e-6);
        Assert.StartsWith($"GradCheck: the gradient of Wrong is wrong at input 0 [3], index [{thrown.Mismatch.Index[0]}]: analytic ", thrown.Message, StringComparison.Ordinal);
        GradCheck.Verify(x => Twice(x, 2), Tensor.From(1.0, 2, 5));
    }

    [Fact]
    public void A_wrong_second_derivative_is_found()
    {
        GradCheckException thrown = Assert.Throws<GradCheckException>(() => GradCheck.Verify(Unrecorded, Tensor.From(1.0, 2)));
        Assert.Equal(GradCheckQuantity.SecondDerivative, thrown.Mismatch!.Quantity);
        GradCheck.Verify(Unrecorded, Tensor.From(1.0, 2), new() { SecondOrder = false });
    }

    [Fact]
    public void A_wrong_value_is_found()
    {
        GradCheckException thrown = Assert.Throws<GradCheckException>(
            () => GradCheck.Verify(x => x.Exp(), [2, 2], new() { Reference = xs => xs[0].ToArray() }));
        Assert.Contains("the value of Exp is wrong at result [2, 2], index [", thrown.Message, StringComparison.Ordinal);
        Expect.Throws<ArgumentException>("GradCheck: the reference gives 1 values, Exp has 4 (shape [2, 2]).",
            () => GradCheck.Verify(x => x.Exp(), [2, 2], new() { Reference = _ => [1] }));
    }

    [Fact]
    public void Not_a_number_is_an_infinite_error() =>
        Assert.Equal(double.PositiveInfinity, GradCheck.Measure(xs => xs[0].Log(), [Tensor.From(-1.0)]).Error);

    [Fact]
    public void Functions_without_gradients_must_be_constant()
    {
        GradCheck.Verify(x => x.Detach() * 0.0 + 1.0, [3]);
        Assert.Throws<GradCheckException>(() => GradCheck.Verify(x => x.Detach() * 2.0, [3]));
    }

    private static Tensor<double> Twice(Tensor<double> x, double slope)
    {
        Tensor<double> y = x.Detach() * 2.0;
        return y.RecordedBy(new WrongNode(x, slope));
    }

    private static Tensor<double> Unrecorded(Tensor<double> x) => (x.Detach() * x.Detach()).RecordedBy(new UnrecordedNode(x));

    private sealed class WrongNode(Tensor<double> x, double slope) : Node<double>(x)
    {
        protected override void Backward(Tensor<double> dy, GradientSink to) => to.Add(0, dy * slope);
    }

    private sealed class UnrecordedNode(Tensor<double> x) : Node<double>(x)
    {
        private readonly Saved<double> x = new(x);

        protected override void Backward(Tensor<double> dy, GradientSink to) => to.Add(0, dy * Recall(x).Detach() * 2.0);
    }
}
