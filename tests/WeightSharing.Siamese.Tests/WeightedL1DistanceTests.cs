using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class WeightedL1DistanceTests
{
    [Fact]
    public void Weights_magnitudes_and_begins_as_their_mean()
    {
        var distance = new WeightedL1Distance<double>(2);
        distance.Initialize(1);
        Tensor<double> a = Tensor.From(new double[,] { { 0, 0 }, { 1, 1 } }), b = Tensor.From(new double[,] { { 3, -4 }, { 1, 2 } });
        Assert.Equal([3.5, 0.5], distance.Forward(a, b).ToArray());
        distance.Weight.Parameter.Set(Tensor.From(2.0, -1));
        distance.Bias!.Parameter.Set(Tensor.From(0.25));
        Assert.Equal([2.0, -1], distance.Forward(a, b).ToArray());
        Assert.Equal([-1.75, 1.25], distance.Logits(a, b).ToArray());
        Assert.Equal([-2.0, 1], new WeightedL1Distance<double>(2, bias: false, weight: distance.Weight).Logits(a, b).ToArray());
    }

    [Fact]
    public void Learns_which_features_matter()
    {
        // The first feature tells the pairs apart, the others are noise.
        var distance = new WeightedL1Distance<double>(4);
        distance.Initialize(1);
        Tensor<double> a = Tensor.Normal<double>([64, 4], RandomKey.Of(1)), b = Tensor.Normal<double>([64, 4], RandomKey.Of(2));
        Tensor<double> same = Tensor.From(Enumerable.Range(0, 64).Select(i => Math.Abs(a[i, 0] - b[i, 0]) < 0.8 ? 1.0 : 0).ToArray());
        for (int step = 0; step < 200; step++)
        {
            distance.Parameters.ZeroGradient();
            Loss.BinaryCrossEntropyWithLogits(distance.Logits(a, b), same).Backward();
            foreach (Parameter<double> parameter in distance.Parameters) parameter.Set(parameter.Value.Detach() - 0.5 * parameter.Gradient!);
        }

        double[] alpha = distance.Weight.Value.ToArray();
        Assert.All(alpha[1..], other => Assert.True(alpha[0] > 3 * Math.Abs(other), string.Join(", ", alpha)));
    }

    [Fact]
    public void Gradients_of_the_weights_hold()
    {
        var distance = new WeightedL1Distance<double>(3);
        distance.Initialize(1);
        Tensor<double> a = Tensor.Normal<double>([5, 3], RandomKey.Of(1)), b = Tensor.Normal<double>([5, 3], RandomKey.Of(2));
        distance.Logits(a, b).Sum().Backward();
        Assert.True((distance.Weight.Parameter.Gradient! + (a - b).Abs().Sum(0)).Abs().Max().Item() < 1e-13);
        Assert.Equal([5.0], distance.Bias!.Parameter.Gradient!.ToArray());
        GradCheck.Verify(distance.Logits, [5, 3], [5, 3]);
    }

    [Fact]
    public void Copies_and_shares_its_weight()
    {
        var distance = new WeightedL1Distance<double>(2, initializer: Initializer.Uniform(1));
        distance.Initialize(1);
        var pair = new SiameseNetwork<double>(new Identity<double>(), distance);
        SiameseNetwork<double> copy = pair.Clone();
        Assert.Equal(distance.Weight.Value.ToArray(), ((WeightedL1Distance<double>)copy.Distance).Weight.Value.ToArray());
        Assert.NotSame(distance.Weight.Parameter, ((WeightedL1Distance<double>)copy.Distance).Weight.Parameter);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var distance = new WeightedL1Distance<float>(2);
        Assert.StartsWith("WeightedL1Distance: embeddings [1, 3] for 2 weights; their last dimension must be 2.",
            Assert.Throws<ArgumentException>(() => distance.Forward(Tensor.Ones<float>(1, 3), Tensor.Ones<float>(1, 3))).Message, StringComparison.Ordinal);
        Assert.StartsWith("WeightedL1Distance: the shared weight has shape [2]; the distance needs [3].",
            Assert.Throws<ArgumentException>(() => new WeightedL1Distance<float>(3, weight: distance.Weight)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedL1Distance<float>(0));
    }
}
