using WeightSharing.Experiments.Samples;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Samples;

public sealed class SamplesExperimentTests
{
    [Fact]
    public void One_patch_of_every_example_holds_the_signal_with_the_sign_of_its_class()
    {
        var task = new PatchTask(8, RandomKey.Of(1));
        float[] signal = task.Signal();
        Assert.Equal(1, signal.Sum(value => value * value), 1e-6);
        PatchExamples examples = task.Draw(400, RandomKey.Of(2));
        float[] values = examples.Inputs.ToArray(), classes = examples.Classes.ToArray();
        var places = new int[8];
        int right = 0;
        for (int i = 0; i < examples.Count; i++)
        {
            double[] answers = [.. Enumerable.Range(0, 8).Select(k =>
                signal.Select((w, j) => (double)w * values[(i * 8 + k) * PatchTask.PatchSize + j]).Sum())];
            int place = Array.IndexOf(answers, answers.MaxBy(Math.Abs));
            places[place]++;
            if ((answers[place] > 0) == (classes[i] > 0.5f)) right++;
        }

        // Noise of 0.2 a patch is rarely taken for the signal, every place has its turn, and the classes are even.
        Assert.InRange(right, 390, 400);
        Assert.All(places, count => Assert.InRange(count, 25, 80));
        Assert.InRange(classes.Average(), 0.4, 0.6);
    }

    [Fact]
    public void More_examples_begin_with_fewer()
    {
        var task = new PatchTask(4, RandomKey.Of(1));
        Assert.Equal(task.Draw(3, RandomKey.Of(2)).Inputs.ToArray(), task.Draw(5, RandomKey.Of(2)).Inputs[..3].ToArray());
        Assert.Equal(task.Draw(3, RandomKey.Of(2)).Classes.ToArray(), task.Draw(5, RandomKey.Of(2)).Classes[..3].ToArray());
    }

    // The best linear filter adds up the answers of all patches.
    [Fact]
    public void The_best_linear_filter_is_right_as_often_as_said_and_too_rarely_at_the_most_patches()
    {
        var task = new PatchTask(SamplesExperiment.Patches[^1], RandomKey.Of(1));
        Assert.True(PatchTask.Noise * Math.Sqrt(task.Patches) >= 1 && task.LinearAccuracy < SampleSearch.Target);
        PatchExamples examples = task.Draw(4000, RandomKey.Of(2));
        float[] filter = [.. Enumerable.Range(0, task.Patches).SelectMany(_ => task.Signal())];
        float[] answers = examples.Inputs.Flatten(1).MatMul(Tensor.From(filter, [filter.Length, 1])).ToArray();
        double right = answers.Zip(examples.Classes.ToArray(), (answer, one) => answer > 0 == one > 0.5f ? 1.0 : 0).Average();
        Assert.Equal(task.LinearAccuracy, right, 0.025);
    }

    [Theory]
    [InlineData("conv", 4 * 16 + 4)]
    [InlineData("local", 8 * (4 * 16 + 4))]
    [InlineData("dense", 32 * 128 + 32)]
    public void The_networks_differ_in_the_weights_of_the_hidden_layer_only(string key, int hidden)
    {
        var network = new PatchNetwork(PatchConnectivity.All.Single(net => net.Key == key), 8, RandomKey.Of(1));
        Assert.Equal(hidden + PatchNetwork.Maps + 1, network.Parameters.FreeCount);
        Assert.Equal(new Shape(3, 1), network.Forward(Tensor.Normal<float>([3, 1, 8 * PatchTask.PatchSize], RandomKey.Of(2))).Shape);
    }

    [Fact]
    public void A_shared_filter_finds_the_signal_at_places_where_it_was_never_seen()
    {
        var budget = new PatchBudget(300, 300, 200, 1000);
        var task = new PatchTask(8, RandomKey.Of(3));
        double shared = Run(PatchConnectivity.Convolution), unshared = Run(PatchConnectivity.Local);
        Assert.True(shared > 0.9 && unshared < 0.8, $"convolution {shared}, locally connected {unshared}");

        double Run(PatchConnectivity net) => PatchTrial.Run(net, task, 8, budget, RandomKey.Of(4), TestContext.Current.CancellationToken).Accuracy;
    }

    [Fact]
    public void The_search_ends_where_the_accuracy_is_reached_or_says_that_it_is_not()
    {
        var budget = new PatchBudget(200, 200, 100, 500);
        SampleSearch found = SampleSearch.Run(PatchConnectivity.Convolution, 4, 1, 64, budget, RandomKey.Of(1),
            TestContext.Current.CancellationToken);
        Assert.True(found.Reached);
        Assert.True(found.Curve.Bands[^1].Mean >= SampleSearch.Target && found.Needed <= found.Curve.Bands[^1].Examples);
        SampleSearch missed = SampleSearch.Run(PatchConnectivity.Dense, 32, 1, 4, budget, RandomKey.Of(1), TestContext.Current.CancellationToken);
        Assert.Equal((false, 4.0), (missed.Reached, missed.Needed));
    }
}
