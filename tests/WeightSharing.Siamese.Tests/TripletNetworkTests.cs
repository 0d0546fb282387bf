using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class TripletNetworkTests
{
    private static readonly Tensor<double>[] Inputs = [.. Enumerable.Range(1, 3).Select(i => Tensor.Normal<double>([5, 4], RandomKey.Of(i)))];

    private static TripletNetwork<double> Make()
    {
        var network = new TripletNetwork<double>(SiameseNetworkTests.Encoder(), new CosineDistance<double>());
        network.Initialize(1);
        return network;
    }

    [Fact]
    public void Distances_are_those_of_pairs()
    {
        TripletNetwork<double> network = Make();
        (Tensor<double> positive, Tensor<double> negative) = network.Forward(Inputs[0], Inputs[1], Inputs[2]);
        var pairs = new SiameseNetwork<double>(network.Encoder, network.Distance);
        Assert.Equal(pairs.Forward(Inputs[0], Inputs[1]).ToArray(), positive.ToArray());
        Assert.Equal(pairs.Forward(Inputs[0], Inputs[2]).ToArray(), negative.ToArray());
    }

    [Fact]
    public void Each_stream_is_a_usage_and_their_gradients_add_up()
    {
        TripletNetwork<double> network = Make();
        using (UsageLedger.TrackContributions())
        {
            (Tensor<double> positive, Tensor<double> negative) = network.Forward(Inputs[0], Inputs[1], Inputs[2]);
            Loss.TripletMargin(positive, negative).Backward();
        }

        foreach (Parameter<double> parameter in network.Parameters)
        {
            Assert.Equal(["anchor", "positive", "negative"], parameter.Ledger.Usages.Select(usage => usage.Scope));
            Tensor<double> sum = parameter.Ledger.Usages.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b);
            Assert.True((sum - parameter.Gradient!).Abs().Max().Item() < 1e-12);
        }
    }

    [Fact]
    public void Copies_measure_the_same()
    {
        TripletNetwork<double> network = Make(), copy = network.Clone();
        (Tensor<double> positive, _) = network.Forward(Inputs[0], Inputs[1], Inputs[2]);
        Assert.Equal(positive.ToArray(), copy.Forward(Inputs[0], Inputs[1], Inputs[2]).Positive.ToArray());
        Assert.IsType<CosineDistance<double>>(copy.Distance);
        Assert.IsType<EuclideanDistance<double>>(new TripletNetwork<double>(new Identity<double>()).Distance);
    }
}
