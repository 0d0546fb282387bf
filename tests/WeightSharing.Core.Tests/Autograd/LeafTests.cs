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

    [Fact]
    public void A_reserved_buffer_is_received_without_a_copy()
    {
        var leaf = new Leaf<float>(2);
        var pass = new BackwardPass(retainGraph: false, differentiable: false);
        Tensor<float> room = leaf.Reserve([])!;
        Assert.Null(leaf.Gradient);
        Assert.Null(leaf.Reserve([]));
        room.Fill(3);
        leaf.Receive(room, pass);
        Assert.Same(room, leaf.Gradient);
        Assert.Null(leaf.Reserve([]));
        leaf.Receive(Tensor.From(1f, 2f), pass);
        Assert.Equal([4f, 5f], leaf.Gradient!.ToArray());
    }

    [Fact]
    public void A_reservation_that_was_not_used_leaves_no_trace()
    {
        var leaf = new Leaf<float>(2);
        leaf.Reserve([])!.Fill(9);
        Assert.Null(leaf.Gradient);
        leaf.Receive(Tensor.From(1f, 2f), new BackwardPass(retainGraph: false, differentiable: false));
        Assert.Equal([1f, 2f], leaf.Gradient!.ToArray());
    }

    [Fact]
    public void A_buffer_that_is_read_is_not_reserved()
    {
        // The former gradient is the seed of the next pass, and an operand of it.
        Tensor<double> x = Tensor.Ones<double>(1, 2, 4, 4).RequireGradient(), w = Tensor.Ones<double>(2, 1, 3, 3);
        x.Conv2d(w, padding: 1, groups: 2).Sum().Backward();
        Tensor<double> former = x.Gradient!, copy = former.Copy();
        x.ZeroGradient();
        x.Conv2d(w, padding: 1, groups: 2).Backward(former);
        Tensor<double> other = Tensor.Ones<double>(1, 2, 4, 4).RequireGradient();
        other.Conv2d(w, padding: 1, groups: 2).Backward(copy);
        Assert.Equal(other.Gradient!.ToArray(), x.Gradient!.ToArray());
    }
}
