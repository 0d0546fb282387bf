using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Autograd;

public class BackwardPassTests
{
    [Fact]
    public void A_kept_graph_serves_again_and_gradients_add_up()
    {
        Tensor<double> x = Tensor.From(3.0).RequireGradient(), y = (x * x).Sum();
        y.Backward(retainGraph: true);
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal(18, x.Gradient!.Item());
    }

    [Fact]
    public void A_second_pass_over_a_graph_given_up_is_refused()
    {
        Tensor<double> x = Tensor.From(3.0, 4.0).RequireGradient(), h = x * x, y = h.Sum();
        y.Backward();
        const string Remedy = "was given up by an earlier backward pass; pass retainGraph: true there, or compute the forward pass again.";
        Expect.Throws<InvalidOperationException>("Backward: the graph below Sum [] " + Remedy, () => y.Backward());
        Expect.Throws<InvalidOperationException>("Backward: the graph below Multiply [2] " + Remedy, () => h.Sum().Backward());
        Expect.Throws<InvalidOperationException>("Backward: the graph below Multiply [2] " + Remedy, () => Gradient.Of(h.Sum(), x));
        Assert.Equal([6.0, 8.0], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_part_of_the_graph_that_another_result_does_not_use_stays()
    {
        Tensor<double> x = Tensor.From(3.0).RequireGradient(), a = x.Exp(), b = x.Tanh();
        a.Sum().Backward();
        x.ZeroGradient();
        b.Sum().Backward();
        Assert.Equal(1 - Math.Tanh(3) * Math.Tanh(3), x.Gradient!.Item(), 1e-15);
    }

    [Fact]
    public void Every_path_between_two_tensors_counts_once()
    {
        // y = (x + x²)·x² computed over shared intermediates of different depths: dy/dx = 3x² + 4x³.
        Tensor<double> x = Tensor.From(1.5).RequireGradient(), square = x * x, y = (x + square) * square;
        y.Sum().Backward();
        Assert.Equal(3 * 2.25 + 4 * 3.375, x.Gradient!.Item(), 1e-14);
    }

    [Fact]
    public void Two_hundred_squarings_visit_each_node_once()
    {
        // The number of paths doubles with each step: only a pass that completes a node before it goes on ends at all.
        Tensor<double> x = Tensor.From(1.0).RequireGradient(), y = x;
        for (int i = 0; i < 200; i++) y = (y + y) * 0.5;
        y.Sum().Backward();
        Assert.Equal(1, x.Gradient!.Item());
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_operations_does_not_exhaust_the_stack()
    {
        Tensor<float> x = Tensor.From(1f).RequireGradient();
        Tensor<float> Chain()
        {
            Tensor<float> y = x;
            for (int i = 0; i < 100_000; i++) y += 0.5f;
            return y.Sum();
        }

        Chain().Backward();
        Assert.Equal(1, x.Gradient!.Item());
        Assert.Equal(1, Gradient.Of(Chain(), x, differentiable: true).Item());
    }

    [Fact]
    public void A_pass_that_fails_leaves_nothing_behind()
    {
        Tensor<double> x = Tensor.From(2.0, 3.0).RequireGradient();
        Tensor<double> good = x * 2, bad = new FailingNode(x * 5) { Fails = true }.Run();
        Tensor<double> y = (good + bad + good).Sum();
        Assert.Throws<TimeoutException>(() => y.Backward(retainGraph: true));
        Assert.False(NoGrad.IsActive);
        ((FailingNode)bad.Node!).Fails = false;
        x.ZeroGradient();
        y.Backward(retainGraph: true);
        Assert.Equal([9.0, 9.0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_are_bitwise_equal_over_runs_and_numbers_of_threads()
    {
        float[] expected = Run(1);
        foreach (int threads in (int[])[1, 2, 3, 8]) Assert.Equal(expected, Run(threads));

        static float[] Run(int threads)
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
            RandomKey key = RandomKey.Of(1);
            Tensor<float> images = Tensor.Normal<float>([8, 3, 32, 32], key.Fork("x"));
            Tensor<float> filters = Tensor.Normal<float>([16, 3, 5, 5], key.Fork("f"), 0, 0.1).RequireGradient();
            Tensor<float> weight = Tensor.Normal<float>([128, 16 * 14 * 14], key.Fork("w"), 0, 0.02).RequireGradient();
            Tensor<float> hidden = images.Conv2d(filters).Relu().MaxPool2d(2).Flatten(1);
            Tensor<float> y = Loss.CrossEntropy((hidden.Linear(weight) + hidden.Linear(weight).Tanh()).Softmax(1), Tensor.Arange<int>(8));
            y.Backward();
            return [y.Item(), .. filters.Gradient!.ToArray(), .. weight.Gradient!.ToArray()];
        }
    }

    [Fact]
    public void Many_threads_differentiate_through_one_leaf_at_once()
    {
        Tensor<double> weight = Expect.Values([20, 20], "weight").RequireGradient();
        double[] Slope(int seed)
        {
            Tensor<double> x = Expect.Values([4, 20], $"input {seed}");
            return Gradient.Of(x.MatMul(weight).Tanh().MatMul(weight).Sum(), weight).ToArray();
        }

        double[][] expected = [.. Enumerable.Range(0, 8).Select(Slope)];
        Parallel.For(0, 64, i => Assert.Equal(expected[i % 8], Slope(i % 8)));
        Assert.Null(weight.Gradient);
    }

    [Fact]
    public void Many_threads_infer_with_one_model_at_once()
    {
        Tensor<double> weight = Expect.Values([20, 20], "weight").RequireGradient();
        double[] Infer(int seed)
        {
            using TensorScope scope = TensorScope.Begin();
            using NoGrad off = NoGrad.Begin();
            Tensor<double> x = Expect.Values([4, 20], $"input {seed}");
            return x.MatMul(weight).Tanh().Linear(weight).Softmax(1).ToArray();
        }

        double[][] expected = [.. Enumerable.Range(0, 8).Select(Infer)];
        Parallel.For(0, 200, i => Assert.Equal(expected[i % 8], Infer(i % 8)));
    }

    private sealed class FailingNode(Tensor<double> x) : Node<double>(x)
    {
        private readonly Tensor<double> value = x.Copy();

        public bool Fails { get; set; }

        public Tensor<double> Run() => value.RecordedBy(this);

        protected override void Backward(Tensor<double> dy, GradientSink to)
        {
            if (Fails) throw new TimeoutException();
            to.Add(0, dy);
        }
    }
}
