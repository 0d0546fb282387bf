using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class MessagePassingTests
{
    private sealed class Plain(Aggregation aggregation) : MessagePassing<double>(aggregation);

    private sealed class Wrong : MessagePassing<double>
    {
        protected override Tensor<double> Message(EdgeFeatures<double> edges) => edges.Sources[1..];
    }

    private static readonly Graph Graph = Graph.FromEdges(4, [0, 1, 3], [2, 2, 1], [1, 2, 0.5], directed: true);
    private static readonly Tensor<double> X = Tensor.From(new double[,] { { 1, 10 }, { 2, -20 }, { 3, 30 }, { 4, 40 } });

    [Fact]
    public void Messages_are_weighted_sources_that_are_summed_averaged_or_compete()
    {
        Assert.Equal([0.0, 0, 2, 20, 5, -30, 0, 0], new Plain(Aggregation.Sum).Forward(X, Graph).ToArray());
        Assert.Equal([0.0, 0, 2, 20, 2.5, -15, 0, 0], new Plain(Aggregation.Mean).Forward(X, Graph).ToArray());
        Assert.Equal([0.0, 0, 2, 20, 4, 10, 0, 0], new Plain(Aggregation.Max).Forward(X, Graph).ToArray());
        Assert.Equal(Graph.Adjacency<double>().MatMul(X).ToArray(), new Plain(Aggregation.Sum).Forward(X, Graph).ToArray());
    }

    [Fact]
    public void Edges_know_both_of_their_ends()
    {
        var edges = new EdgeFeatures<double>(X, Graph);
        Assert.Equal([4.0, 40, 1, 10, 2, -20], edges.Sources.ToArray());
        Assert.Equal([2.0, -20, 3, 30, 3, 30], edges.Targets.ToArray());
        Assert.Equal([0.5, 1, 2], edges.Weights.ToArray());
        Assert.Same(edges.Sources, edges.Sources);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("Plain: input [3, 2] for a Graph of 4 nodes and 3 edges; expected [4, ..], a row for each node.",
            Assert.Throws<ArgumentException>(() => new Plain(Aggregation.Sum).Forward(X[1..], Graph)).Message, StringComparison.Ordinal);
        Assert.Equal("Wrong: Message gave [2, 2] for a Graph of 4 nodes and 3 edges; it must give one row for each edge.",
            Assert.Throws<InvalidOperationException>(() => new Wrong().Forward(X, Graph)).Message);
    }
}
