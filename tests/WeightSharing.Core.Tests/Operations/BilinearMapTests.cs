using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class BilinearMapTests
{
    // y = a·b, elementwise.
    private sealed class Product() : BilinearMap<double>("Product")
    {
        protected override Tensor<double> Forward(Tensor<double> a, Tensor<double> b) => a.Detach() * b.Detach();

        protected override Tensor<double> LeftAdjoint(Tensor<double> y, Tensor<double> b) => y.Detach() * b.Detach();

        protected override Tensor<double> RightAdjoint(Tensor<double> a, Tensor<double> y) => a.Detach() * y.Detach();
    }

    [Fact]
    public void The_three_maps_differentiate_each_other()
    {
        Tensor<double> a = Expect.Values([3], "a"), b = Expect.Values([3], "b");
        Expect.Gradients(new Product().Apply, a, b);
        Expect.Gradients(new Product().ApplyLeftAdjoint, a, b);
        Expect.Gradients(new Product().ApplyRightAdjoint, a, b);
        Expect.Gradients(x => new Product().Apply(x, new Product().Apply(x, x)), a);
        Tensor<double> leaf = Tensor.From(2.0).RequireGradient(), slope = leaf;
        for (int i = 0; i < 3; i++) slope = new Product().Apply(slope, leaf);
        foreach (double expected in (double[])[32, 48, 48, 24])
        {
            slope = Gradient.Of(slope.Sum(), leaf, differentiable: true);
            Assert.Equal(expected, slope.Item());
        }
    }

    [Fact]
    public void A_changed_operand_is_refused_only_where_it_is_needed()
    {
        Tensor<double> a = Tensor.From(2.0).RequireGradient(), b = Tensor.From(3.0);
        Tensor<double> y = new Product().Apply(a, b);
        a.Detach().Fill(5);
        y.Backward();
        Assert.Equal(3, a.Gradient!.Item());
        y = new Product().Apply(a, b);
        b.Fill(0);
        Expect.Throws<InvalidOperationException>("Backward of Product: its operand [1] was changed after the forward pass", () => y.Backward());
    }
}
