using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class BatchNormTests
{
    [Fact]
    public void Has_PyTorchs_names_and_shapes()
    {
        var layer = new BatchNorm2d<float>(5);
        Assert.Equal([("weight", new Shape(5)), ("bias", new Shape(5))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        Assert.Equal([("running_mean", new Shape(5)), ("running_var", new Shape(5))], layer.Buffers.Select(pair => (pair.Name, pair.Buffer.Shape)));
        Assert.Equal("num_batches_tracked", layer.Counters.Single().Name);
        Assert.Equal(0, layer.Counters.Single().Counter.Rank);
    }

    [Fact]
    public void Training_normalises_the_batch_and_tracks_its_statistics()
    {
        var layer = new BatchNorm1d<double>(2, momentum: 0.25);
        layer.Initialize(1);
        Tensor<double> y = layer.Forward(Tensor.From([1.0, 10, 3, 30], [2, 2]));
        double a = 1 / Math.Sqrt(1 + 1e-5), b = 10 / Math.Sqrt(100 + 1e-5);
        Assert.Equal([-a, -b, a, b], y.ToArray(), (p, q) => Math.Abs(p - q) < 1e-12);
        Assert.Equal([0.5, 5.0], layer.RunningMean!.ToArray());
        Assert.Equal([0.75 + 0.25 * 2, 0.75 + 0.25 * 200], layer.RunningVariance!.ToArray());
        Assert.Equal(1, layer.BatchesTracked);
    }

    [Fact]
    public void Evaluation_uses_the_running_statistics_and_leaves_them_alone()
    {
        var layer = new BatchNorm2d<double>(3);
        layer.Initialize(1);
        layer.Forward(Tensor.Normal<double>([4, 3, 2, 2], RandomKey.Of(1), 2, 3));
        layer.Evaluate();
        double[] mean = layer.RunningMean!.ToArray(), variance = layer.RunningVariance!.ToArray();
        Tensor<double> x = Tensor.Normal<double>([1, 3, 1, 1], RandomKey.Of(2));
        double[] y = layer.Forward(x).ToArray();
        for (int c = 0; c < 3; c++) Assert.Equal((x.ToArray()[c] - mean[c]) / Math.Sqrt(variance[c] + 1e-5), y[c], 12);
        Assert.Equal(mean, layer.RunningMean.ToArray());
        Assert.Equal(1, layer.BatchesTracked);
    }

    [Fact]
    public void Without_momentum_the_statistics_are_the_mean_over_all_batches()
    {
        var layer = new BatchNorm1d<double>(1, momentum: null);
        layer.Initialize(1);
        foreach (double level in (double[])[1, 2, 6]) layer.Forward(Tensor.From([level - 1, level + 1], [2, 1]));
        Assert.Equal(3, layer.RunningMean!.Item(), 12);
        Assert.Equal(2, layer.RunningVariance!.Item(), 12);
        layer.Initialize(1);
        Assert.Equal((0.0, 1.0, 0L), (layer.RunningMean.Item(), layer.RunningVariance.Item(), layer.BatchesTracked));
    }

    [Fact]
    public void Gradients_hold_in_both_modes()
    {
        var layer = new BatchNorm1d<double>(3);
        layer.Initialize(1);
        layer.Weight!.Parameter.Set(Tensor.From(0.5, -2, 3));
        Tensor<double> x = Tensor.Normal<double>([4, 3, 2], RandomKey.Of(3));
        GradCheck.Verify(layer.Forward, x, new() { Tolerance = 1e-5 });
        LayerGradients.Verify(layer, () => layer.Forward(x));
        layer.Evaluate();
        GradCheck.Verify(layer.Forward, x);
        LayerGradients.Verify(layer, () => layer.Forward(x));
    }

    [Fact]
    public void Statistics_outlive_the_scope_in_which_they_were_tracked()
    {
        var layer = new BatchNorm1d<float>(2);
        using (TensorScope.Begin())
        {
            layer.Initialize(1);
            layer.Forward(Tensor.From([1f, 2, 3, 4], [2, 2]));
        }

        Assert.Equal([0.2f, 0.3f], layer.RunningMean!.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Copies_keep_statistics_and_settings()
    {
        var layer = new BatchNorm2d<double>(2, epsilon: 0.1, momentum: 0.5, affine: false);
        layer.Initialize(1);
        layer.Forward(Tensor.Normal<double>([4, 2, 3, 3], RandomKey.Of(1)));
        layer.Evaluate();
        BatchNorm2d<double> clone = layer.Clone();
        Tensor<double> x = Tensor.Normal<double>([1, 2, 3, 3], RandomKey.Of(2));
        Assert.Equal(layer.Forward(x).ToArray(), clone.Forward(x).ToArray());
        Assert.Equal(1, clone.BatchesTracked);
        Assert.Equal(0.5, clone.Momentum);
        Assert.NotSame(layer.RunningMean, clone.RunningMean);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("BatchNorm2d: input [4, 3]; expected [N, C, H, W] with C = 3.",
            Assert.Throws<ArgumentException>(() => new BatchNorm2d<float>(3).Forward(Tensor.Ones<float>(4, 3))).Message, StringComparison.Ordinal);
        Assert.StartsWith("BatchNorm1d: input [4, 2]; expected [N, C] or [N, C, L] with C = 3.",
            Assert.Throws<ArgumentException>(() => new BatchNorm1d<float>(3).Forward(Tensor.Ones<float>(4, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm1d<float>(0));
    }

    [Fact]
    public void An_empty_batch_counts_but_leaves_the_statistics_alone()
    {
        var layer = new BatchNorm2d<float>(3);
        layer.Initialize(seed: 1);
        layer.Forward(Tensor.Normal<float>([2, 3, 2, 2], RandomKey.Of(1)));
        float[] mean = layer.RunningMean!.ToArray(), variance = layer.RunningVariance!.ToArray();
        Assert.Equal(new Shape(0, 3, 4, 4), layer.Forward(Tensor.Zeros<float>(0, 3, 4, 4)).Shape);
        Assert.Equal(mean, layer.RunningMean.ToArray());
        Assert.Equal(variance, layer.RunningVariance!.ToArray());
        Assert.Equal(2, layer.BatchesTracked);
    }
}
