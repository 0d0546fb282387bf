using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class DifferentiationTests
{
    [Fact]
    public void Leaves_gather_their_gradient_until_it_is_zeroed()
    {
        Tensor<float> x = Tensor.From(1f, 2f).RequireGradient();
        Assert.Null(x.Gradient);
        (x * x).Sum().Backward();
        (x * 3).Sum().Backward();
        Assert.Equal([5f, 7f], x.Gradient!.ToArray());
        x.ZeroGradient();
        Assert.Null(x.Gradient);
        x.Sum().Backward();
        Assert.Equal([1f, 1f], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_flow_from_any_tensor_with_a_gradient_at_it()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0, 3.0).RequireGradient();
        (x * x).Backward(Tensor.From(1.0, 10.0, 100.0));
        Assert.Equal([2.0, 40.0, 600.0], x.Gradient!.ToArray());
        x.ZeroGradient();
        // One element is a scalar whatever its rank.
        (x * x).Sum(0, keepDimensions: true).Reshape(1, 1).Backward();
        Assert.Equal([2.0, 4.0, 6.0], x.Gradient!.ToArray());
    }

    [Fact]
    public void The_gradient_of_a_leaf_by_itself_is_one()
    {
        Tensor<double> x = Tensor.From(4.0).RequireGradient();
        x.Backward();
        Assert.Equal(1, x.Gradient!.Item());
    }

    [Fact]
    public void Only_a_scalar_starts_a_pass_without_a_gradient()
    {
        Tensor<float> x = Tensor.Ones<float>([2, 3]).RequireGradient();
        Expect.Throws<InvalidOperationException>(
            "Backward: the tensor [2, 3] has 6 elements; without a gradient only a scalar can start a backward pass. Reduce it first (Sum, Mean), or pass the gradient at it.",
            () => (x * 2).Backward());
        Expect.Throws<ArgumentException>("Backward: the gradient has shape [3], the tensor [2, 3]; they must be equal.", () => (x * 2).Backward(Tensor.Ones<float>(3)));
    }

    [Fact]
    public void A_tensor_without_history_has_nothing_to_differentiate()
    {
        const string Remedy = "does not depend on anything that requires a gradient; call RequireGradient() on the leaves, and check that no NoGrad or Detach() lies between.";
        Expect.Throws<InvalidOperationException>("Backward: the tensor [] " + Remedy, () => Tensor.Scalar(1f).Backward());
        Tensor<float> x = Tensor.Scalar(1f).RequireGradient();
        Expect.Throws<InvalidOperationException>("Backward: the tensor [] " + Remedy, () => (x * 2).Detach().Backward());
        Expect.Throws<InvalidOperationException>("Gradient.Of: the tensor [] " + Remedy, () => Gradient.Of(x * 2, Tensor.Scalar(3f)));
    }

    [Fact]
    public void A_result_cannot_be_made_a_leaf()
    {
        Tensor<float> x = Tensor.Ones<float>([2]).RequireGradient(), y = x * 2;
        Expect.Throws<InvalidOperationException>(
            "RequireGradient: the tensor [2] was computed by Scale and has gradients already; call it on a leaf, or on Detach().", () => y.RequireGradient());
        Assert.Null(y.Gradient);
        y.Detach().RequireGradient().Sum().Backward();
        Assert.Null(x.Gradient);
        Assert.Same(x, x.RequireGradient());
    }

    [Fact]
    public void An_operand_changed_between_forward_and_backward_is_refused()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient(), y = Tensor.From(3.0, 4.0);
        Tensor<double> product = (x * y).Sum();
        y[0] = 5;
        Expect.Throws<InvalidOperationException>(
            "Backward of Multiply: its operand [2] was changed after the forward pass (version 0 then, 1 now), so the gradient would be wrong; change a Copy() instead, or run backward before.",
            () => product.Backward());

        // A result that its own rule needs counts too, and so does a change through a view.
        Tensor<double> result = x.Exp();
        result[1..].Fill(0);
        Assert.Throws<InvalidOperationException>(() => result.Sum().Backward());
    }

    [Fact]
    public void A_change_of_what_no_rule_needs_does_no_harm()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient(), y = Tensor.From(3.0, 4.0), sum = x + y;
        y.Fill(0);
        sum.Fill(0);
        (sum * 2).Sum().Backward();
        Assert.Equal([2.0, 2.0], x.Gradient!.ToArray());
        // Only the gradient of y would need x.
        Tensor<double> product = (x * y).Sum();
        x.Detach().Fill(9);
        x.ZeroGradient();
        product.Backward();
        Assert.Equal([0.0, 0.0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Recording_twice_is_refused()
    {
        Tensor<double> x = Tensor.From(1.0).RequireGradient(), y = x * 2;
        Expect.Throws<InvalidOperationException>(
            "RecordedBy: the tensor [1] was recorded by Scale already; return a new tensor from an operation.", () => y.RecordedBy(y.Node as Node<double> ?? throw new InvalidOperationException()));
    }

    [Fact]
    public void Constants_and_results_of_constants_carry_no_graph()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0);
        Assert.False(x.RequiresGradient);
        Assert.Null((x * x + x.Exp()).Node);
        Assert.True((x.RequireGradient() * 2).RequiresGradient);
    }

    [Fact]
    public void Half_precision_is_differentiated_too()
    {
        Tensor<Half> x = Tensor.From((Half)1, (Half)2).RequireGradient();
        (x * x + x).Sum().Backward();
        Assert.Equal([(Half)3, (Half)5], x.Gradient!.ToArray());
    }
}
