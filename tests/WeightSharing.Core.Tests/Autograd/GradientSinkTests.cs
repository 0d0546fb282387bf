using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class GradientSinkTests
{
    [Fact]
    public void A_gradient_of_a_broadcast_shape_is_summed_back()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient();
        Record(x, Tensor.Ones<double>([3, 2]));
        Assert.Equal([3.0, 3.0], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_gradient_of_another_shape_is_refused()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient();
        Expect.Throws<InvalidOperationException>(
            "Backward of Rule: the gradient of operand 0 has shape [3], the operand has [2]; they must agree.", () => Record(x, Tensor.Ones<double>(3)));
    }

    [Fact]
    public void A_gradient_of_another_element_type_is_refused()
    {
        Tensor<double> x = Tensor.From(1.0, 2.0).RequireGradient();
        Expect.Throws<InvalidOperationException>(
            "Backward of Rule: operand 0 does not have elements of type Single.", () => Record(x, Tensor.Ones<float>(2)));
    }

    [Fact]
    public void Operands_without_gradient_are_not_wanted_and_ignored()
    {
        Tensor<double> x = Tensor.From(1.0).RequireGradient(), constant = Tensor.From(1.0);
        var wanted = new List<bool>();
        Tensor.From(0.0).RecordedBy(new RuleNode(x, constant, (dy, to) =>
        {
            wanted.AddRange([to.Wants(0), to.Wants(1), to.Wants(2), to.IsDifferentiable]);
            to.Add(0, dy);
            to.Add(1, dy);
        })).Backward();
        Assert.Equal([true, false, false, false], wanted);
        Assert.Equal(1, x.Gradient!.Item());
    }

    [Fact]
    public void What_nobody_asked_for_is_not_wanted()
    {
        Tensor<double> a = Tensor.From(1.0).RequireGradient(), b = Tensor.From(1.0).RequireGradient();
        var wanted = new List<bool>();
        Tensor<double> y = Tensor.From(0.0).RecordedBy(new RuleNode(a, b, (dy, to) =>
        {
            wanted.AddRange([to.Wants(0), to.Wants(1), to.IsDifferentiable]);
            to.Add(1, dy);
        }));
        Gradient.Of(y, b, differentiable: true);
        Assert.Equal([false, true, true], wanted);
    }

    private static void Record<T>(Tensor<double> x, Tensor<T> gradient)
        where T : unmanaged => Tensor.From(0.0).RecordedBy(new RuleNode(x, x, (_, to) => to.Add(0, gradient))).Backward();

    private delegate void Rule(Tensor<double> dy, GradientSink to);

    private sealed class RuleNode(Tensor<double> a, Tensor<double> b, Rule rule) : Node<double>(a, b)
    {
        protected override void Backward(Tensor<double> dy, GradientSink to) => rule(dy, to);
    }
}
