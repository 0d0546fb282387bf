using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Autograd;

public class LeafTests
{
    [Fact]
    public void The_buffer_of_a_gradient_is_made_once()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient();
        x.Sum().Backward();
        Tensor<float> first = x.Gradient!;
        x.ZeroGradient();
        (x * 2).Sum().Backward();
        Assert.Same(first, x.Gradient);
        Assert.Equal([2f, 2f, 2f], first.ToArray());
    }

    [Fact]
    public void The_gradient_is_a_copy_of_what_arrived()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient(), seed = Tensor.From(1f, 2f, 3f);
        (x * 1).Backward(seed);
        (x + 0).Backward(seed);
        seed.Fill(0);
        Assert.Equal([2f, 4f, 6f], x.Gradient!.ToArray());
    }

    // Large gradients change hands without a copy; the leaf's former buffer goes back to the scope in exchange.
    [Fact]
    public void A_large_gradient_of_a_scope_outlives_it_and_serves_step_after_step()
    {
        Tensor<float> x = Tensor.Normal<float>(5000, RandomKey.Of(1)).RequireGradient(), seed = Tensor.Normal<float>(5000, RandomKey.Of(2));
        Tensor<float>? first = null;
        for (int step = 0; step < 4; step++)
        {
            x.ZeroGradient();
            using (TensorScope.Begin())
            {
                x.Reshape(50, 100).Relu().Reshape(5000).Backward(seed);
                (x * (step + 1f)).Backward(seed);
            }

            using (TensorScope.Begin())
            {
                // Whatever the scope had is overwritten.
                for (int k = 0; k < 8; k++) _ = Tensor.Full<float>(5000, -77);
            }

            first ??= x.Gradient;
            Assert.Same(first, x.Gradient);
            for (int i = 0; i < 5000; i += 13)
                Assert.Equal((x[i] > 0 ? seed[i] : 0) + seed[i] * (step + 1f), x.Gradient![i]);
        }
    }

    [Fact]
    public void A_gradient_whose_span_was_handed_out_keeps_its_buffer()
    {
        Tensor<float> x = Tensor.Normal<float>(5000, RandomKey.Of(1)).RequireGradient(), seed = Tensor.Ones<float>(5000);
        using (TensorScope.Begin()) (x * 2).Backward(seed);
        ReadOnlySpan<float> held = x.Gradient!.AsReadOnlySpan();
        x.ZeroGradient();
        using (TensorScope.Begin()) (x * 3).Backward(seed);
        using (TensorScope.Begin()) _ = Tensor.Full<float>(5000, -77);
        Assert.Equal(3, held[0]);
        Assert.Equal(3, held[4999]);
    }

    [Fact]
    public void Large_gradients_are_the_same_with_and_without_scopes_where_an_operand_occurs_twice()
    {
        Tensor<double> x = Tensor.Normal<double>([64, 64], RandomKey.Of(1)).RequireGradient(), y = Tensor.Normal<double>([64, 64], RandomKey.Of(2)).RequireGradient();
        double[] Gradients(bool scoped)
        {
            x.ZeroGradient();
            y.ZeroGradient();
            using TensorScope? scope = scoped ? TensorScope.Begin() : null;
            Tensor<double> h = x * x + x.Transpose() * y - x.Tanh() * x.Sigmoid(), z = h.Maximum(y) * h.Exp() + h;
            z.Sum().Backward();
            return [.. x.Gradient!.ToArray(), .. y.Gradient!.ToArray()];
        }

        double[] plain = Gradients(scoped: false);
        for (int step = 0; step < 3; step++) Assert.Equal(plain, Gradients(scoped: true));
    }

    [Fact]
    public void A_writable_gradient_begins_with_zeros_and_is_added_to()
    {
        var leaf = new Leaf<float>(2);
        Assert.Equal([0f, 0f], leaf.Writable().ToArray());
        leaf.Writable().Fill(5);
        Assert.Equal([5f, 5f], leaf.Gradient!.ToArray());
        leaf.Zero();
        Assert.Null(leaf.Gradient);
        Assert.Equal([0f, 0f], leaf.Writable().ToArray());
    }
}
