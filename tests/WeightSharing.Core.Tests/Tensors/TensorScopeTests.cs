using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class TensorScopeTests
{
    [Fact]
    public void What_was_made_inside_ends_with_the_scope_and_says_who_made_it()
    {
        Tensor<float> outside = Tensor.Ones<float>([2, 3]), inside, view;
        using (TensorScope.Begin())
        {
            inside = outside.Exp();
            view = inside.Transpose();
        }

        const string Message = "A tensor of 6 elements made by Exp is used after the TensorScope that it belongs to has ended; call Keep() on it inside the scope, or make it outside.";
        Expect.Throws<ObjectDisposedException>(Message, () => inside[0, 0]);
        Expect.Throws<ObjectDisposedException>(Message, () => view.ToArray());
        Expect.Throws<ObjectDisposedException>(Message, () => inside + outside);
        Expect.Throws<ObjectDisposedException>(Message, () => outside.MatMul(view));
        Expect.Throws<ObjectDisposedException>(Message, () => inside.Sum());
        Expect.Throws<ObjectDisposedException>(Message, () => inside.AsSpan().Length);
        Expect.Throws<ObjectDisposedException>(Message, () => inside.Fill(1));
        Expect.Throws<ObjectDisposedException>(Message, () => inside.Keep());
        Assert.Equal(1, outside[0, 0]);
    }

    [Fact]
    public void A_kept_tensor_outlives_every_scope_around_it()
    {
        Tensor<float> kept, lost;
        using (TensorScope.Begin())
        {
            using (TensorScope.Begin())
            {
                kept = Tensor.Full(3, 2f).Keep();
                lost = Tensor.Full(3, 2f);
            }

            Assert.Throws<ObjectDisposedException>(() => lost[0]);
            Assert.Equal(2, kept[0]);
        }

        using (TensorScope.Begin()) Tensor.Zeros<float>(3).Fill(9);
        Assert.Equal([2f, 2f, 2f], kept.ToArray());
    }

    [Fact]
    public void Keeping_a_view_keeps_what_it_views()
    {
        Tensor<float> x;
        using (TensorScope.Begin())
        {
            x = Tensor.Full([2, 2], 3f);
            x.Transpose().Keep();
        }

        Assert.Equal(3, x[1, 1]);
    }

    [Fact]
    public void An_inner_scope_hands_back_its_own_alone()
    {
        using TensorScope outer = TensorScope.Begin();
        Tensor<float> before = Tensor.Ones<float>(2), inside;
        using (TensorScope.Begin()) inside = before + 1;
        Tensor<float> after = Tensor.Ones<float>(2);
        Assert.Throws<ObjectDisposedException>(() => inside[0]);
        Assert.Equal([2f, 2f], (before + after).ToArray());
    }

    [Fact]
    public void Scopes_end_innermost_first_and_only_once()
    {
        TensorScope outer = TensorScope.Begin(), inner = TensorScope.Begin();
        Expect.Throws<InvalidOperationException>("TensorScope: ended before a scope that was begun inside it; end the inner one first.", outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void A_scope_is_bound_to_its_thread()
    {
        TensorScope scope = TensorScope.Begin();
        Exception? thrown = null;
        Tensor<float>? elsewhere = null;
        OnAnotherThread(() =>
        {
            elsewhere = Tensor.Ones<float>(2);
            thrown = Record.Exception(scope.Dispose);
        });
        Assert.Equal(
            "TensorScope: ended on another thread than the one it was begun on; a scope is bound to its thread.", Assert.IsType<InvalidOperationException>(thrown).Message);
        Tensor<float> here = Tensor.Ones<float>(2);
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => here[0]);
        Assert.Equal(1, elsewhere![0]);
    }

    [Fact]
    public void Parameters_gradients_and_wrapped_arrays_belong_to_no_scope()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient(), wrapped;
        Parameter<float> parameter;
        using (TensorScope.Begin())
        {
            parameter = new Parameter<float>(3, Initializer.Ones);
            parameter.Initialize(RandomKey.Of(1));
            (x * parameter.Value).Sum().Backward();
            wrapped = Tensor.Wrap([5f], 1);
        }

        Assert.Equal([1f, 1f, 1f], x.Gradient!.ToArray());
        Assert.Equal([1f, 1f, 1f], parameter.Gradient!.ToArray());
        Assert.Equal([1f, 1f, 1f], parameter.Value.ToArray());
        Assert.Equal(5, wrapped[0]);
    }

    [Fact]
    public void A_backward_pass_after_the_scope_is_refused()
    {
        Tensor<float> x = Tensor.Ones<float>(3).RequireGradient(), y;
        using (TensorScope.Begin()) y = x.Exp().Sum().Keep();
        Assert.Throws<ObjectDisposedException>(() => y.Backward());
        Assert.Null(x.Gradient);
    }

    [Fact]
    public void A_buffer_whose_span_was_handed_out_is_not_used_again()
    {
        foreach (bool write in (bool[])[false, true])
        {
            ReadOnlySpan<float> span;
            using (TensorScope.Begin())
            {
                Tensor<float> x = Tensor.Full(1000, 3f);
                span = write ? x.AsSpan() : x.AsReadOnlySpan();
            }

            using (TensorScope.Begin())
            {
                for (int i = 0; i < 10; i++) Tensor.Full(1000, 7f);
            }

            Assert.Equal(-1, span.IndexOfAnyExcept(3f));
        }
    }

    [Fact]
    public void Buffers_are_used_again_in_steady_state()
    {
        Tensor<float> x = Tensor.Ones<float>([64, 64]).RequireGradient();
        Step(x);
        Step(x);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) Step(x);
        // Ten steps make some 100 tensors of 16 KiB each; what is left are their small objects.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 16384 / 10);

        static void Step(Tensor<float> x)
        {
            using TensorScope scope = TensorScope.Begin();
            x.ZeroGradient();
            Tensor<float> y = x;
            for (int i = 0; i < 5; i++) y = y.Tanh();
            y.Sum().Backward();
        }
    }

    [Fact]
    public void Many_steps_give_the_values_that_they_give_without_a_scope()
    {
        Tensor<double> weight = Expect.Values([5, 5]).RequireGradient();
        double[] plain = Train(weight, scoped: false), scoped = Train(weight, scoped: true);
        Assert.Equal(plain, scoped);

        static double[] Train(Tensor<double> weight, bool scoped)
        {
            var losses = new List<double>();
            for (int step = 0; step < 20; step++)
            {
                TensorScope? scope = scoped ? TensorScope.Begin() : null;
                weight.ZeroGradient();
                Tensor<double> x = Expect.Values([3 + step % 4, 5], $"batch {step}");
                Tensor<double> loss = (x.MatMul(weight).Tanh().MatMul(weight.Transpose()) - x).Sigmoid().Sum();
                loss.Backward();
                losses.Add(loss.Item() + weight.Gradient!.Sum().Item());
                scope?.Dispose();
            }

            return [.. losses];
        }
    }

    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }
}
