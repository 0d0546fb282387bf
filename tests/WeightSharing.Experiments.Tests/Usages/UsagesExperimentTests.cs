using WeightSharing.Experiments;
using WeightSharing.Experiments.Usages;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Usages;

public sealed class UsagesExperimentTests
{
    [Fact]
    public void A_watch_sees_every_use_and_that_they_add_up()
    {
        var encoder = new Dense<double>(5, 3);
        var network = new Sequential<double>(encoder, new Tanh<double>(), new Dense<double>(3, 5, weight: encoder.Weight.Transposed()));
        network.Initialize(seed: 1);
        Tensor<double> x = Tensor.Normal<double>([7, 5], RandomKey.Of(1));
        var twin = new Twin(network, () => Loss.MeanSquaredError(network.Forward(x), x));
        var watch = new UsageWatch("halves", "a tied autoencoder", "2.weight", "half");
        watch.Observe(0, twin);
        watch.Observe(1, twin);
        Assert.Equal([0.0, 1], watch.Series.Select(point => point.Progress));
        Assert.Equal(["0.weight", "2.weight (transposed)"], watch.Series[0].Insight.Usages.Select(usage => usage.Name));
        Assert.InRange(watch.IdentityError, 0, 1e-15);
    }

    [Fact]
    public void A_loss_that_changes_between_the_passes_shows_in_the_error()
    {
        var layer = new Dense<double>(3, 2);
        layer.Initialize(seed: 1);
        Tensor<double> x = Tensor.Normal<double>([4, 3], RandomKey.Of(1));
        double scale = 1;
        var watch = new UsageWatch("one", "a layer", "weight", "use");
        watch.Observe(0, new Twin(layer, () => layer.Forward(x).Sum() * (scale *= 1.001)));
        Assert.True(watch.IdentityError > 1e-5);
    }

    [Fact]
    public void Positions_add_up_and_are_watched_by_name()
    {
        var network = new Sequential<double>(new Conv2d<double>(1, 2, 3, padding: 1), new Relu<double>(), new GlobalMaxPool<double>());
        network.Initialize(seed: 1);
        var watch = new UsageWatch("positions", "a convolution", "0.weight", "position");
        Assert.Equal(new Size2(4, 5), watch.ObservePositions(0, network, Tensor.Normal<double>([3, 1, 4, 5], RandomKey.Of(1)), y => y.Sum())[0].OutputSize);
        Assert.Equal(20, watch.Series[0].Insight.Usages.Count);
        Assert.InRange(watch.IdentityError, 0, 1e-15);
    }

    [Fact]
    public void A_weight_that_is_not_used_is_an_error()
    {
        var layer = new Dense<double>(3, 2);
        layer.Initialize(seed: 1);
        var watch = new UsageWatch("none", "a layer", "weight", "use");
        Assert.Contains("weight of a layer was not used", Assert.Throws<ExperimentException>(
            () => watch.Observe(0, new Twin(layer, () => layer.Bias!.Use().Sum()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_are_taken_before_at_even_steps_and_at_the_end()
    {
        int[] due = [.. Enumerable.Range(0, 241).Where(done => UsageWatch.IsDue(done, 240))];
        Assert.Equal([0, 30, 60, 90, 120, 150, 180, 210, 240], due);
        Assert.Equal(UsageWatch.Points + 1, Enumerable.Range(0, 101).Count(done => UsageWatch.IsDue(done, 100)));
    }
}
