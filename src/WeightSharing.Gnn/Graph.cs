using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Nodes and weighted edges, or a batch of several graphs side by side. An edge j → i is an entry [i, j] of the adjacency matrix: row i has what
/// arrives at node i. Immutable, and safe for use from many threads.
/// </summary>
public sealed class Graph
{
    private readonly double[] weights;
    private readonly ConcurrentDictionary<(Type Element, GraphNormalization Normalization, bool SelfLoops), object> matrices = [];

    private Graph(SparsePattern pattern, double[] weights, Segments graphs) => (Pattern, this.weights, GraphSegments) = (pattern, weights, graphs);

    /// <summary>Number of nodes, of all graphs together.</summary>
    public int NodeCount => Pattern.Rows;

    /// <summary>Number of entries of the adjacency matrix: an undirected edge counts twice, a self-loop once.</summary>
    public int EdgeCount => Pattern.Count;

    /// <summary>Number of graphs side by side; 1 unless batched.</summary>
    public int GraphCount => GraphSegments.Count;

    /// <summary>The nodes of each graph.</summary>
    public Segments GraphSegments { get; }

    /// <summary>Where the entries of the adjacency matrix are: rows are targets, columns sources.</summary>
    public SparsePattern Pattern { get; }

    /// <summary>The weight of each entry, in the pattern's order.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>A graph from pairs of nodes.</summary>
    /// <param name="nodeCount">Number of nodes, at least 0.</param>
    /// <param name="edges">Source and target of each edge.</param>
    /// <param name="directed">False: every edge goes both ways, however often and in which direction it is listed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A node lies outside.</exception>
    public static Graph FromEdges(int nodeCount, IEnumerable<(int Source, int Target)> edges, bool directed = false)
    {
        ArgumentNullException.ThrowIfNull(edges);
        (int Source, int Target)[] all = [.. edges];
        return FromEdges(nodeCount, Array.ConvertAll(all, edge => edge.Source), Array.ConvertAll(all, edge => edge.Target), [], directed);
    }

    /// <summary>A graph from the sources, targets and weights of its edges.</summary>
    /// <param name="nodeCount">Number of nodes, at least 0.</param>
    /// <param name="sources">Node from which each edge goes.</param>
    /// <param name="targets">Node to which it goes.</param>
    /// <param name="edgeWeights">Weight of each edge; empty for 1.</param>
    /// <param name="directed">False: every edge goes both ways.</param>
    /// <param name="duplicates">What becomes of an edge that is listed more than once.</param>
    /// <exception cref="ArgumentException">The numbers of sources, targets and weights differ, a weight is not finite, or repeats contradict each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A node lies outside.</exception>
    public static Graph FromEdges(
        int nodeCount, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<double> edgeWeights = default, bool directed = false,
        DuplicateEdges duplicates = DuplicateEdges.Merge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodeCount);
        CheckEdges(nodeCount, sources, targets, edgeWeights);
        int count = sources.Length, listed = directed ? count : checked(2 * count);
        int[] rows = new int[listed], columns = new int[listed];
        targets.CopyTo(rows);
        sources.CopyTo(columns);
        if (!directed)
        {
            sources.CopyTo(rows.AsSpan(count));
            targets.CopyTo(columns.AsSpan(count));
        }

        SparsePattern pattern = SparsePattern.FromEntries(nodeCount, nodeCount, rows, columns, out int[] places);
        var weights = new double[pattern.Count];
        if (edgeWeights.IsEmpty) Array.Fill(weights, 1);
        else Weigh(weights, places, sources, targets, edgeWeights, directed, duplicates);
        return new Graph(pattern, weights, Segments.FromLengths(nodeCount));
    }

    /// <summary>A graph from PyTorch Geometric's edge index, which lists both directions of an undirected edge.</summary>
    /// <param name="nodeCount">Number of nodes, at least 0.</param>
    /// <param name="edgeIndex">[2, E]: sources, then targets.</param>
    /// <param name="edgeWeights">[E], or null for 1.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a weight is not finite, or repeats contradict each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A node lies outside.</exception>
    public static Graph FromEdgeIndex(int nodeCount, Tensor<int> edgeIndex, Tensor<double>? edgeWeights = null)
    {
        ArgumentNullException.ThrowIfNull(edgeIndex);
        if (edgeIndex.Rank != 2 || edgeIndex.Shape[0] != 2) throw new ArgumentException($"Graph: edge index {edgeIndex.Shape}; expected [2, E].", nameof(edgeIndex));
        int[] nodes = edgeIndex.ToArray();
        int count = edgeIndex.Shape[1];
        return FromEdges(nodeCount, nodes.AsSpan(0, count), nodes.AsSpan(count), edgeWeights is null ? [] : edgeWeights.ToArray(), directed: true);
    }

    /// <summary>Several graphs side by side as one: nodes are numbered on, and no edge joins two of them.</summary>
    /// <param name="graphs">The graphs, which may be batches themselves.</param>
    public static Graph Batch(params IReadOnlyList<Graph> graphs)
    {
        ArgumentNullException.ThrowIfNull(graphs);
        int nodes = graphs.Sum(graph => graph.NodeCount), edges = graphs.Sum(graph => graph.EdgeCount), node = 0, edge = 0;
        int[] starts = new int[nodes + 1], columns = new int[edges];
        var weights = new double[edges];
        var lengths = new List<int>();
        foreach (Graph graph in graphs)
        {
            ReadOnlySpan<int> ownStarts = graph.Pattern.RowStarts, ownColumns = graph.Pattern.ColumnIndices;
            for (int i = 1; i < ownStarts.Length; i++) starts[node + i] = edge + ownStarts[i];
            for (int e = 0; e < ownColumns.Length; e++) columns[edge + e] = node + ownColumns[e];
            graph.Weights.CopyTo(weights.AsSpan(edge));
            for (int i = 0; i < graph.GraphCount; i++) lengths.Add(graph.GraphSegments.Length(i));
            (node, edge) = (node + graph.NodeCount, edge + graph.EdgeCount);
        }

        return new Graph(SparsePattern.FromRows(nodes, starts, columns), weights, Segments.FromLengths(lengths.ToArray()));
    }

    /// <summary>The sum of the weights that arrive at each node.</summary>
    public double[] Degrees()
    {
        var degrees = new double[NodeCount];
        ReadOnlySpan<int> starts = Pattern.RowStarts;
        for (int row = 0; row < degrees.Length; row++)
        {
            for (int e = starts[row]; e < starts[row + 1]; e++) degrees[row] += weights[e];
        }

        return degrees;
    }

    /// <summary>The graph with an edge from every node to itself; one that is there already keeps its weight.</summary>
    /// <param name="weight">Of the new edges; finite.</param>
    /// <exception cref="ArgumentException">The weight is not finite.</exception>
    public Graph WithSelfLoops(double weight = 1)
    {
        if (!double.IsFinite(weight)) throw new ArgumentException($"Graph: self-loops of weight {Text(weight)}; it must be finite.", nameof(weight));
        ReadOnlySpan<int> starts = Pattern.RowStarts, columns = Pattern.ColumnIndices;
        int[] newStarts = new int[NodeCount + 1], newColumns = new int[EdgeCount + NodeCount];
        var newWeights = new double[EdgeCount + NodeCount];
        int at = 0;
        for (int row = 0; row < NodeCount; row++)
        {
            bool placed = false;
            for (int e = starts[row]; e < starts[row + 1]; e++)
            {
                if (!placed && columns[e] > row) Put(row, weight);
                placed |= columns[e] >= row;
                Put(columns[e], weights[e]);
            }

            if (!placed) Put(row, weight);
            newStarts[row + 1] = at;
        }

        return new Graph(SparsePattern.FromRows(NodeCount, newStarts, newColumns.AsSpan(0, at)), newWeights[..at], GraphSegments);

        void Put(int column, double value) => (newColumns[at], newWeights[at++]) = (column, value);
    }

    /// <summary>The graph with scaled weights. A node at which nothing arrives has no weights to scale: it stays alone, with zeros and no NaN.</summary>
    /// <exception cref="InvalidOperationException">The weights that arrive at a node sum to less than zero, or to zero although there are some.</exception>
    public Graph Normalized(GraphNormalization normalization)
    {
        if (normalization == GraphNormalization.None) return this;
        double[] degrees = Degrees();
        ReadOnlySpan<int> starts = Pattern.RowStarts, columns = Pattern.ColumnIndices;
        for (int node = 0; node < degrees.Length; node++)
        {
            bool some = false;
            for (int e = starts[node]; e < starts[node + 1]; e++) some |= weights[e] != 0;
            if (degrees[node] < 0 || degrees[node] == 0 && some)
            {
                throw new InvalidOperationException(
                    $"Graph: the weights that arrive at node {node} sum to {Text(degrees[node])}; {normalization} normalization needs a positive sum. Use weights of at least 0.");
            }
        }

        var scaled = new double[weights.Length];
        for (int row = 0; row < NodeCount; row++)
        {
            for (int e = starts[row]; e < starts[row + 1]; e++)
            {
                double divisor = normalization == GraphNormalization.Row ? degrees[row] : Math.Sqrt(degrees[row] * degrees[columns[e]]);
                // A node that only sends has degree 0: nothing leaves it under the symmetric form.
                scaled[e] = divisor == 0 ? 0 : weights[e] / divisor;
            }
        }

        return new Graph(Pattern, scaled, GraphSegments);
    }

    /// <summary>The same graph with its nodes renumbered: node i becomes node order[i].</summary>
    /// <param name="order">Every node number once.</param>
    /// <exception cref="ArgumentException">The order is no permutation, or the graph is a batch.</exception>
    public Graph Permuted(ReadOnlySpan<int> order)
    {
        int[] sorted = order.ToArray();
        Array.Sort(sorted);
        if (GraphCount != 1 || !sorted.SequenceEqual(Enumerable.Range(0, NodeCount)))
        {
            throw new ArgumentException($"Graph: the order must have each of {NodeCount} nodes of one graph once.", nameof(order));
        }

        ReadOnlySpan<int> rows = Pattern.RowIndices, columns = Pattern.ColumnIndices;
        int[] newRows = new int[EdgeCount], newColumns = new int[EdgeCount];
        for (int e = 0; e < EdgeCount; e++) (newRows[e], newColumns[e]) = (order[rows[e]], order[columns[e]]);
        SparsePattern pattern = SparsePattern.FromEntries(NodeCount, NodeCount, newRows, newColumns, out int[] places);
        var newWeights = new double[EdgeCount];
        for (int e = 0; e < EdgeCount; e++) newWeights[places[e]] = weights[e];
        return new Graph(pattern, newWeights, GraphSegments);
    }

    /// <summary>The adjacency matrix, [nodes, nodes]; made once for each form.</summary>
    /// <param name="normalization">How weights are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself before.</param>
    /// <exception cref="InvalidOperationException">The weights cannot be normalised.</exception>
    public SparseMatrix<T> Adjacency<T>(GraphNormalization normalization = GraphNormalization.None, bool selfLoops = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (SparseMatrix<T>)matrices.GetOrAdd(
            (typeof(T), normalization, selfLoops), static (key, graph) => Matrix<T>(graph, key.Normalization, key.SelfLoops), this);

    /// <summary>Âᵏ·x: what arrives after a number of hops.</summary>
    /// <param name="x">[nodes, ..].</param>
    /// <param name="hops">k, at least 0.</param>
    /// <param name="normalization">How weights are scaled.</param>
    /// <param name="selfLoops">Adds missing edges from every node to itself before.</param>
    /// <exception cref="ArgumentException">x does not have a row for each node.</exception>
    public Tensor<T> Propagate<T>(
        Tensor<T> x, int hops = 1, GraphNormalization normalization = GraphNormalization.Symmetric, bool selfLoops = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hops);
        GraphArguments.CheckNodes("Propagate", x, this);
        SparseMatrix<T> adjacency = Adjacency<T>(normalization, selfLoops);
        for (int hop = 0; hop < hops; hop++) x = adjacency.MatMul(x);
        return x;
    }

    /// <summary>Nodes, edges and graphs.</summary>
    public override string ToString() => $"Graph of {NodeCount} nodes and {EdgeCount} edges{(GraphCount == 1 ? "" : $" in {GraphCount} graphs")}";

    private static SparseMatrix<T> Matrix<T>(Graph graph, GraphNormalization normalization, bool selfLoops)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (selfLoops) graph = graph.WithSelfLoops();
        graph = graph.Normalized(normalization);
        // It lives as long as the graph, whatever scope is open now.
        return new SparseMatrix<T>(graph.Pattern, Tensor.From(Array.ConvertAll(graph.weights, T.CreateChecked), [graph.EdgeCount]).Keep());
    }

    private static void Weigh(
        double[] weights, int[] places, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<double> edgeWeights, bool directed,
        DuplicateEdges duplicates)
    {
        var seen = new bool[weights.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            Put(places[i], i, sources, targets, edgeWeights);
            // A self-loop is its own way back.
            if (!directed && sources[i] != targets[i]) Put(places[sources.Length + i], i, sources, targets, edgeWeights);
        }

        void Put(int place, int i, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<double> edgeWeights)
        {
            double weight = edgeWeights[i];
            if (duplicates == DuplicateEdges.Merge && seen[place] && weights[place] != weight)
            {
                throw new ArgumentException(
                    $"Graph: edge {i}, {sources[i]} → {targets[i]}, has weight {Text(weight)} and was listed with {Text(weights[place])} before; "
                    + "say with DuplicateEdges what becomes of repeats.", nameof(edgeWeights));
            }

            weights[place] = duplicates == DuplicateEdges.Sum ? weights[place] + weight : weight;
            seen[place] = true;
        }
    }

    private static void CheckEdges(int nodeCount, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<double> edgeWeights)
    {
        if (sources.Length != targets.Length || !edgeWeights.IsEmpty && edgeWeights.Length != sources.Length)
        {
            throw new ArgumentException(
                $"Graph: {sources.Length} sources, {targets.Length} targets, {edgeWeights.Length} weights; each edge needs a source and a target, and all or none a weight.",
                nameof(targets));
        }

        for (int i = 0; i < sources.Length; i++)
        {
            if ((uint)sources[i] < (uint)nodeCount && (uint)targets[i] < (uint)nodeCount) continue;
            string nodes = nodeCount == 0 ? "the graph has no nodes" : $"nodes are 0 to {nodeCount - 1}";
            throw new ArgumentOutOfRangeException(nameof(sources), $"Graph: edge {i}, {sources[i]} → {targets[i]}, lies outside; {nodes}.");
        }

        for (int i = 0; i < edgeWeights.Length; i++)
        {
            if (!double.IsFinite(edgeWeights[i]))
            {
                throw new ArgumentException(
                    $"Graph: edge {i}, {sources[i]} → {targets[i]}, has weight {Text(edgeWeights[i])}; weights must be finite.", nameof(edgeWeights));
            }
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
