using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class CustomGradientTests
{
    private static Tensor<double> Square(Tensor<double> x) =>
        CustomGradient.Of("square", (x * x).Detach(), [x], (dy, _) => [dy * x * 2.0]);

    [Fact]
    public void The_rule_is_the_gradient_and_can_be_differentiated() => Expect.Gradients(Square, Expect.Values([2, 3]));

    [Fact]
    public void Operands_without_gradient_and_threads_that_do_not_record_make_no_history()
    {
        Assert.False(Square(Expect.Values([2])).RequiresGradient);
        using NoGrad off = NoGrad.Begin();
        Assert.False(Square(Expect.Values([2]).RequireGradient()).RequiresGradient);
    }

    [Fact]
    public void A_product_with_the_Jacobian_is_found_without_recording_and_holds_the_others_constant()
    {
        Tensor<double> x = Expect.Values([3]).RequireGradient(), y = x * 2.0, seed = Expect.Values([3], "seed");
        using NoGrad off = NoGrad.Begin();
        (Tensor<double> value, Tensor<double>[] gradients) = CustomGradient.VectorJacobianProduct(() => x * y, [x, y], seed);
        Expect.Close((x * y).Detach(), value.Detach());
        Expect.Close((seed * y).Detach(), gradients[0]);
        Expect.Close((seed * x).Detach(), gradients[1]);
    }

    [Fact]
    public void A_rule_with_another_number_of_gradients_and_changed_operands_are_refused()
    {
        Tensor<double> x = Expect.Values([2]).RequireGradient();
        Expect.Throws<InvalidOperationException>(
            "Backward of none: the rule gives 0 gradients for 1 operands;", () => CustomGradient.Of("none", x.Copy().Detach(), [x], (_, _) => []).Sum().Backward());
        Tensor<double> loss = Square(x).Sum();
        x[0] = 5;
        Assert.Contains("was changed after the forward pass", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message, StringComparison.Ordinal);
    }
}
