using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphPoolingTests
{
    private static readonly Graph Batch = Graph.Batch(Graph.FromEdges(2, [(0, 1)]), Graph.FromEdges(0, []), Graph.FromEdges(3, []));
    private static readonly Tensor<double> X = Tensor.From(new double[,] { { 1, -1 }, { 3, -5 }, { 1, 2 }, { 3, 4 }, { 8, -9 } });

    [Fact]
    public void Each_graph_gets_one_row_and_an_empty_one_zeros()
    {
        Assert.Equal([4.0, -6, 0, 0, 12, -3], new GraphSumPool<double>().Forward(X, Batch).ToArray());
        Assert.Equal([2.0, -3, 0, 0, 4, -1], new GraphMeanPool<double>().Forward(X, Batch).ToArray());
        Assert.Equal([3.0, -1, 0, 0, 8, 4], new GraphMaxPool<double>().Forward(X, Batch).ToArray());
        Assert.Equal([0, 2], new GraphMeanPool<double>().Forward(Tensor.Zeros<double>([0, 2]), Graph.Batch()).Shape.ToArray());
    }

    [Fact]
    public void The_order_of_the_nodes_does_not_matter()
    {
        Graph graph = GraphTests.Random(5);
        int[] order = [3, 1, 4, 0, 2];
        foreach (GraphLayer<double> pool in new GraphLayer<double>[] { new GraphSumPool<double>(), new GraphMeanPool<double>(), new GraphMaxPool<double>() })
        {
            Tensor<double> expected = pool.Forward(X, graph), actual = pool.Forward(X.IndexSelect(0, Tensor.From(order)), graph);
            Assert.True((expected - actual).Abs().Max().Item() < 1e-14);
            GradCheck.Verify(x => pool.Forward(x, Batch), [5, 2]);
            Assert.Equal(pool.Forward(X, Batch).ToArray(), pool.Clone().Forward(X, Batch).ToArray());
        }
    }

    [Fact]
    public void Errors_say_what_does_not_fit() => Assert.StartsWith(
        "GraphMaxPool: input [4, 2] for a Graph of 5 nodes and 2 edges in 3 graphs; expected [5, ..], a row for each node.",
        Assert.Throws<ArgumentException>(() => new GraphMaxPool<double>().Forward(X[1..], Batch)).Message, StringComparison.Ordinal);
}
