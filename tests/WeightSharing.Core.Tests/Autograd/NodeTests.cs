using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class NodeTests
{
    // A custom operation, whole: y = x³.
    private static Tensor<double> Cube(Tensor<double> x)
    {
        Tensor<double> y = Tensor.From([.. x.ToArray().Select(value => value * value * value)], x.Shape);
        return y.RecordedBy(new CubeNode(x));
    }

    private sealed class CubeNode(Tensor<double> x) : Node<double>(x)
    {
        private readonly Saved<double> x = new(x);

        protected override void Backward(Tensor<double> dy, GradientSink to) => to.Add(0, dy * Recall(x) * Recall(x) * 3);
    }

    // y = a + b·c over three operands, to see that more than two are numbered.
    private sealed class MultiplyAddNode(Tensor<double> a, Tensor<double> b, Tensor<double> c) : Node<double>([a, b, c])
    {
        private readonly Saved<double> b = new(b), c = new(c);

        public static Tensor<double> Run(Tensor<double> a, Tensor<double> b, Tensor<double> c) =>
            (a + b * c).Detach().RecordedBy(new MultiplyAddNode(a, b, c));

        protected override void Backward(Tensor<double> dy, GradientSink to)
        {
            to.Add(0, dy);
            if (to.Wants(1)) to.Add(1, dy * Recall(c));
            if (to.Wants(2)) to.Add(2, dy * Recall(b));
        }
    }

    [Fact]
    public void An_operation_of_the_users_own_has_derivatives_of_every_order()
    {
        Expect.Gradients(Cube, Expect.Values([2, 3]));
        Tensor<double> x = Tensor.From(2.0).RequireGradient();
        Assert.Equal(6, Gradient.Of(Gradient.Of(Gradient.Of(Cube(x).Sum(), x, true).Sum(), x, true).Sum(), x, true).Item());
        Assert.Equal("Cube", Cube(x).Node!.Name);
    }

    [Fact]
    public void Operands_beyond_two_broadcast_and_may_be_the_same()
    {
        Expect.Gradients(xs => MultiplyAddNode.Run(xs[0], xs[1], xs[2]), Expect.Values([2, 3], "a"), Expect.Values([3], "b"), Expect.Values([2, 1], "c"));
        Tensor<double> x = Tensor.From(3.0).RequireGradient();
        MultiplyAddNode.Run(x, x, x).Sum().Backward();
        Assert.Equal(7, x.Gradient!.Item());
    }

    [Fact]
    public void Nothing_is_recorded_when_no_operand_wants_it()
    {
        Tensor<double> constant = Tensor.From(1.0);
        Assert.Null(Cube(constant).Node);
        using (NoGrad.Begin()) Assert.Null(Cube(constant.RequireGradient()).Node);
        Assert.NotNull(MultiplyAddNode.Run(Tensor.From(1.0), Tensor.From(1.0), constant).Node);
    }

    [Fact]
    public void The_value_that_a_rule_recalls_must_be_unchanged()
    {
        Tensor<double> x = Tensor.From(2.0).RequireGradient(), y = Cube(x);
        x.Detach().Fill(3);
        Expect.Throws<InvalidOperationException>("Backward of Cube: its operand [1] was changed after the forward pass", () => y.Backward());
    }
}
