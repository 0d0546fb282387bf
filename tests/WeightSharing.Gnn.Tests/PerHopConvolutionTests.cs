using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class PerHopConvolutionTests
{
    [Fact]
    public void Is_the_sum_over_powers_with_a_transform_each()
    {
        var layer = new PerHopConvolution<double>(4, 3, hops: 2, selfLoops: false);
        layer.Initialize(1);
        layer.Bias!.Parameter.Set(Tensor.From(1.0, 2, 3));
        Graph graph = GraphTests.Random(9);
        Tensor<double> x = Tensor.Normal<double>([9, 4], RandomKey.Of(1)), expected = layer.Bias.Value.BroadcastTo([9, 3]);
        for (int k = 0; k <= 2; k++) expected += graph.Propagate(x, k, selfLoops: false).Linear(layer.WeightOf(k).Value);
        Assert.True((expected - layer.Forward(x, graph)).Abs().Max().Item() < 1e-13);
    }

    [Fact]
    public void Has_the_names_of_PyTorch_Geometric_and_a_use_a_hop()
    {
        var layer = new PerHopConvolution<double>(4, 3, hops: 2);
        layer.Initialize(1);
        Assert.Equal(["bias", "lins.0.weight", "lins.1.weight", "lins.2.weight"], layer.Parameters.Named.Select(pair => pair.Name).Order(StringComparer.Ordinal));
        layer.Forward(Tensor.Ones<double>(5, 4), GraphTests.Random(5));
        for (int hop = 0; hop <= 2; hop++) Assert.Equal(Site.Hop(hop), layer.WeightOf(hop).Parameter.Ledger.Usages.Single().Site);
        Assert.Null(layer.BiasOf(1));
        Assert.Equal(2, layer.Hops);
    }
}
