using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphSequentialTests
{
    [Fact]
    public void Runs_graph_layers_and_plain_ones_in_order()
    {
        var network = new GraphSequential<double>(
            new GraphConvolution<double>(3, 4), new Relu<double>(), new GraphMeanPool<double>(), new Dense<double>(4, 2));
        network.Initialize(1);
        Graph batch = Graph.Batch(GraphTests.Random(5), GraphTests.Random(4));
        Tensor<double> x = Tensor.Normal<double>([9, 3], RandomKey.Of(1));
        Tensor<double> step = ((GraphConvolution<double>)network[0]).Forward(x, batch).Relu().SegmentMean(batch.GraphSegments);
        Assert.Equal(((Dense<double>)network[3]).Forward(step).ToArray(), network.Forward(x, batch).ToArray());
        Assert.Equal([2, 2], network.Forward(x, batch).Shape.ToArray());
        Assert.Equal(4, network.Count);
        Assert.Equal(["0.lin.weight", "0.bias", "3.weight", "3.bias"], network.Clone().Parameters.Named.Select(pair => pair.Name).OrderBy(name => name[0]).ThenByDescending(name => name));
    }

    [Fact]
    public void Modules_that_are_no_layers_are_refused() => Assert.StartsWith(
        "GraphSequential: module 1 is a TiedEmbedding`1; expected a GraphLayer or a Layer.",
        Assert.Throws<ArgumentException>(() => new GraphSequential<double>(new Relu<double>(), new TiedEmbedding<double>(3, 2))).Message, StringComparison.Ordinal);
}
