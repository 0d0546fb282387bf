using CsCheck;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class GraphTests
{
    /// <summary>A path 0 – 1 – 2 with a lone node 3.</summary>
    private static Graph Path() => Graph.FromEdges(4, [(0, 1), (1, 2)]);

    /// <summary>A connected random graph: a ring and chords.</summary>
    internal static Graph Random(int nodes, int chords = 8, long seed = 1)
    {
        RandomKey key = RandomKey.Of(seed);
        return Graph.FromEdges(nodes, [
            .. Enumerable.Range(0, nodes).Select(i => (i, (i + 1) % nodes)),
            .. Enumerable.Range(0, chords).Select(i => (key.Below(nodes, (ulong)(2 * i)), key.Below(nodes, (ulong)(2 * i + 1)))).Where(edge => edge.Item1 != edge.Item2)]);
    }

    [Fact]
    public void Undirected_edges_go_both_ways_once()
    {
        Graph graph = Graph.FromEdges(4, [(0, 1), (1, 0), (1, 2), (1, 2)]);
        Assert.Equal((4, 4, 1), (graph.NodeCount, graph.EdgeCount, graph.GraphCount));
        Assert.Equal(Tensor.From(new double[,] { { 0, 1, 0, 0 }, { 1, 0, 1, 0 }, { 0, 1, 0, 0 }, { 0, 0, 0, 0 } }).ToArray(), graph.Adjacency<double>().ToDense().ToArray());
        Assert.Equal("Graph of 4 nodes and 4 edges", graph.ToString());
    }

    [Fact]
    public void Directed_edges_arrive_at_their_target()
    {
        Graph graph = Graph.FromEdges(3, [(0, 2), (1, 2)], directed: true);
        Assert.Equal([0.0, 0, 2], graph.Degrees());
        Assert.Equal([0.0, 0, 0, 0, 0, 0, 1, 1, 0], graph.Adjacency<double>().ToDense().ToArray());
        Graph same = Graph.FromEdgeIndex(3, Tensor.From(new[,] { { 0, 1 }, { 2, 2 } }), Tensor.From(0.5, 2));
        Assert.Equal([0.5, 2], same.Weights.ToArray());
    }

    [Fact]
    public void Repeated_edges_merge_sum_or_let_the_last_hold()
    {
        int[] sources = [0, 1, 0], targets = [1, 0, 0];
        Assert.Equal([3.0, 2, 2], Graph.FromEdges(2, sources, targets, [2, 2, 3]).Weights.ToArray());
        Assert.Equal([3.0, 7, 7], Graph.FromEdges(2, sources, targets, [2, 5, 3], duplicates: DuplicateEdges.Sum).Weights.ToArray());
        Assert.Equal([3.0, 5, 5], Graph.FromEdges(2, sources, targets, [2, 5, 3], duplicates: DuplicateEdges.Last).Weights.ToArray());
        Assert.Equal([3.0, 5, 2], Graph.FromEdges(2, sources, targets, [2, 5, 3], directed: true).Weights.ToArray());
        Assert.StartsWith(
            "Graph: edge 1, 1 → 0, has weight 5 and was listed with 2 before; say with DuplicateEdges what becomes of repeats.",
            Assert.Throws<ArgumentException>(() => Graph.FromEdges(2, sources, targets, [2, 5, 3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Self_loops_are_added_where_they_are_missing()
    {
        Graph graph = Graph.FromEdges(3, [0, 1], [1, 1], [2, 5]);
        Assert.Equal([1.0, 2, 0, 2, 5, 0, 0, 0, 1], graph.WithSelfLoops().Adjacency<double>().ToDense().ToArray());
        Assert.Equal(graph.WithSelfLoops().Weights.ToArray(), graph.WithSelfLoops().WithSelfLoops(7).Weights.ToArray());
        Assert.StartsWith("Graph: self-loops of weight NaN; it must be finite.",
            Assert.Throws<ArgumentException>(() => graph.WithSelfLoops(double.NaN)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Normalisations_are_their_formulas()
    {
        Graph graph = Graph.FromEdges(3, [0, 1], [1, 2], [2, 3]);
        double[] d = graph.Degrees();
        Assert.Equal([2.0, 5, 3], d);
        double[] symmetric = graph.Adjacency<double>(GraphNormalization.Symmetric).ToDense().ToArray(), row = graph.Adjacency<double>(GraphNormalization.Row).ToDense().ToArray();
        Assert.Equal(2 / Math.Sqrt(d[0] * d[1]), symmetric[1], 15);
        Assert.Equal(3 / Math.Sqrt(d[1] * d[2]), symmetric[7], 15);
        Assert.Equal([0, 1, 0, 0.4, 0, 0.6, 0, 1, 0], row);
        Assert.Same(graph.Adjacency<double>(GraphNormalization.Row), graph.Adjacency<double>(GraphNormalization.Row));
    }

    [Fact]
    public void Isolated_nodes_stay_alone_without_NaN()
    {
        foreach (GraphNormalization normalization in Enum.GetValues<GraphNormalization>())
        {
            double[] plain = Path().Adjacency<double>(normalization).ToDense().ToArray(), looped = Path().Adjacency<double>(normalization, selfLoops: true).ToDense().ToArray();
            Assert.All(plain.Concat(looped), value => Assert.True(double.IsFinite(value)));
            Assert.Equal(new double[4], plain[12..]);
            Assert.Equal([0.0, 0, 0, 1], looped[12..]);
        }
    }

    [Fact]
    public void A_node_that_only_sends_has_no_degree_to_divide_by()
    {
        Graph graph = Graph.FromEdges(2, [(0, 1)], directed: true);
        Assert.Equal(new double[4], graph.Adjacency<double>(GraphNormalization.Symmetric).ToDense().ToArray());
        Assert.Equal([0.0, 0, 1, 0], graph.Adjacency<double>(GraphNormalization.Row).ToDense().ToArray());
    }

    [Fact]
    public void Weights_that_cancel_cannot_be_normalised()
    {
        Graph graph = Graph.FromEdges(3, [0, 1], [1, 2], [1, -1]);
        Assert.Equal(
            "Graph: the weights that arrive at node 1 sum to 0; Symmetric normalization needs a positive sum. Use weights of at least 0.",
            Assert.Throws<InvalidOperationException>(() => graph.Adjacency<double>(GraphNormalization.Symmetric)).Message);
        Assert.Throws<InvalidOperationException>(() => Graph.FromEdges(2, [0], [1], [-1.0]).Normalized(GraphNormalization.Row));
        Assert.Equal([0.0, 0], Graph.FromEdges(2, [0], [1], [0.0]).Normalized(GraphNormalization.Row).Weights.ToArray());
    }

    [Fact]
    public void Permuting_twice_with_the_inverse_changes_nothing() => Gen.Int[3, 12].SelectMany(nodes => Gen.Shuffle(Enumerable.Range(0, nodes).ToArray())).Sample(order =>
    {
        Graph graph = Random(order.Length);
        int[] inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++) inverse[order[i]] = i;
        Graph permuted = graph.Permuted(order);
        Assert.Equal(graph.Adjacency<double>().ToDense().ToArray(), permuted.Permuted(inverse).Adjacency<double>().ToDense().ToArray());
        foreach ((int row, int column) in graph.Pattern.RowIndices.ToArray().Zip(graph.Pattern.ColumnIndices.ToArray()))
        {
            Assert.Equal(1, permuted.Adjacency<double>().ToDense()[order[row], order[column]]);
        }
    });

    [Fact]
    public void Batches_keep_graphs_apart()
    {
        Graph empty = Graph.FromEdges(0, []), batch = Graph.Batch(Path(), empty, Graph.FromEdges(2, [0], [1], [5.0]));
        Assert.Equal((6, 6, 3), (batch.NodeCount, batch.EdgeCount, batch.GraphCount));
        Assert.Equal([0, 4, 4, 6], batch.GraphSegments.Starts.ToArray());
        Tensor<double> dense = batch.Adjacency<double>().ToDense();
        Assert.Equal(Path().Adjacency<double>().ToDense().ToArray(), dense[..4, ..4].ToArray());
        Assert.Equal([0.0, 5, 5, 0], dense[4.., 4..].ToArray());
        Assert.Equal(0, dense[..4, 4..].Abs().Max().Item());
        Assert.Equal(4, Graph.Batch(batch, Path()).GraphCount);
        Assert.Equal("Graph of 6 nodes and 6 edges in 3 graphs", batch.ToString());
    }

    [Fact]
    public void Graphs_without_nodes_or_edges_exist()
    {
        Graph empty = Graph.FromEdges(0, []), edgeless = Graph.FromEdges(3, []);
        Assert.Equal([0, 2], empty.Propagate(Tensor.Zeros<double>([0, 2]), 3).Shape.ToArray());
        Tensor<double> x = Tensor.Normal<double>([3, 2], RandomKey.Of(1));
        Assert.Equal(x.ToArray(), edgeless.Propagate(x, 3).ToArray());
        Assert.Equal(new double[6], edgeless.Propagate(x, 1, selfLoops: false).ToArray());
        Assert.Equal(0, Graph.Batch().GraphCount);
    }

    [Fact]
    public void A_matrix_outlives_the_scope_that_asked_for_it()
    {
        Graph graph = Path();
        using (TensorScope.Begin()) graph.Propagate(Tensor.Ones<double>(4, 2));
        Assert.Equal([4, 2], graph.Propagate(Tensor.Ones<double>(4, 2)).Shape.ToArray());
    }

    [Fact]
    public void Propagating_is_multiplying_by_the_dense_matrix_again_and_again()
    {
        Graph graph = Random(9);
        Tensor<double> x = Tensor.Normal<double>([9, 3], RandomKey.Of(1)), dense = graph.Adjacency<double>(GraphNormalization.Symmetric, true).ToDense();
        Assert.True((dense.MatMul(dense.MatMul(x)) - graph.Propagate(x, 2)).Abs().Max().Item() < 1e-14);
        Assert.Same(x, graph.Propagate(x, 0));
    }

    [Fact]
    public void Edges_that_are_none_are_refused()
    {
        static string Message<TException>(Action action)
            where TException : Exception => Assert.Throws<TException>(action).Message;
        Assert.StartsWith("Graph: edge 1, 1 → 3, lies outside; nodes are 0 to 2.", Message<ArgumentOutOfRangeException>(() => Graph.FromEdges(3, [(0, 1), (1, 3)])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: edge 0, -1 → 0, lies outside; nodes are 0 to 2.", Message<ArgumentOutOfRangeException>(() => Graph.FromEdges(3, [(-1, 0)])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: edge 0, 0 → 0, lies outside; the graph has no nodes.", Message<ArgumentOutOfRangeException>(() => Graph.FromEdges(0, [(0, 0)])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: 2 sources, 1 targets, 0 weights; each edge needs a source and a target, and all or none a weight.", Message<ArgumentException>(() => Graph.FromEdges(3, [0, 1], [1])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: 1 sources, 1 targets, 2 weights;", Message<ArgumentException>(() => Graph.FromEdges(3, [0], [1], [1.0, 2])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: edge 0, 0 → 1, has weight NaN; weights must be finite.", Message<ArgumentException>(() => Graph.FromEdges(3, [0], [1], [double.NaN])), StringComparison.Ordinal);
        Assert.StartsWith("Graph: edge index [3, 1]; expected [2, E].", Message<ArgumentException>(() => Graph.FromEdgeIndex(3, Tensor.Zeros<int>(3, 1))), StringComparison.Ordinal);
        Assert.StartsWith("Graph: the order must have each of 4 nodes of one graph once.", Message<ArgumentException>(() => Path().Permuted([0, 1, 2, 2])), StringComparison.Ordinal);
        Assert.StartsWith("Propagate: input [3, 2] for a Graph of 4 nodes and 4 edges; expected [4, ..], a row for each node.", Message<ArgumentException>(() => Path().Propagate(Tensor.Ones<double>(3, 2))), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Graph.FromEdges(-1, []));
    }
}
