using TorchSharp;
using WeightSharing.Layers;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Propagation over sparse graphs, and graph convolutions.</summary>
internal static class GraphWorks
{
    public static IEnumerable<Work> All =>
    [
        // Cora's size: 2708 nodes, 5278 undirected edges and a loop at each node are 13 264 entries.
        .. Propagation(2708, 5278, 64), .. Propagation(2708, 5278, 16), .. Propagation(100_000, 500_000, 64), .. Convolution(2708, 5278, 64, 64),
    ];

    private static IEnumerable<Work> Propagation(int nodes, int edges, int width)
    {
        Graph graph = Random(nodes, edges);
        int entries = graph.Adjacency<float>(GraphNormalization.Symmetric, selfLoops: true).Pattern.Count;
        return Work.Both($"propagation {nodes} nodes {entries} entries x{width}", 2.0 * entries * width, contest =>
        {
            float[] values = Numbers.Uniform(nodes * width, 1);
            Tensor<float> input = contest.Leaf(values, [nodes, width]);
            contest.Ours(() => graph.Propagate(input), input);

            torch.Tensor adjacency = contest.Own(Sparse(graph)), x = contest.TorchLeaf(values, nodes, width);
            contest.Libtorch(() => torch.mm(adjacency, x), x);
        }, gradients: 1);
    }

    private static IEnumerable<Work> Convolution(int nodes, int edges, int inputs, int outputs)
    {
        Graph graph = Random(nodes, edges);
        int entries = graph.Adjacency<float>(GraphNormalization.Symmetric, selfLoops: true).Pattern.Count;
        double operations = 2.0 * entries * outputs + 2.0 * nodes * inputs * outputs;
        return Work.Both($"gcn {nodes} nodes {entries} entries {inputs}->{outputs}", operations, contest =>
        {
            float[] xs = Numbers.Uniform(nodes * inputs, 1), ws = Numbers.Uniform(outputs * inputs, 2, 0.2f), bs = Numbers.Uniform(outputs, 3);
            var layer = new GraphConvolution<float>(inputs, outputs);
            Tensor<float> weight = layer.Weight.Parameter.With(ws), bias = layer.Bias!.Parameter.With(bs), input = contest.Leaf(xs, [nodes, inputs]);
            contest.Ours(() => layer.Forward(input, graph), weight, bias, input);

            torch.Tensor adjacency = contest.Own(Sparse(graph)), x = contest.TorchLeaf(xs, nodes, inputs);
            torch.Tensor w = contest.TorchLeaf(ws, outputs, inputs), b = contest.TorchLeaf(bs, outputs);
            contest.Libtorch(
                () =>
                {
                    using torch.Tensor wt = w.t(), h = torch.mm(x, wt), y = torch.mm(adjacency, h);
                    return y + b;
                },
                w, b, x);
        });
    }

    private static Graph Random(int nodes, int edges)
    {
        var random = new Random(1);
        // So many different pairs of different nodes.
        var pairs = new HashSet<(int, int)>();
        while (pairs.Count < edges)
        {
            (int a, int b) = (random.Next(nodes), random.Next(nodes));
            if (a != b) pairs.Add((Math.Min(a, b), Math.Max(a, b)));
        }

        return Graph.FromEdges(nodes, pairs);
    }

    // Coordinates in order, which libtorch need not sort again: the magnitude of a sparse tensor has them so, and the weights are positive.
    private static torch.Tensor Sparse(Graph graph)
    {
        SparseMatrix<float> matrix = graph.Adjacency<float>(GraphNormalization.Symmetric, selfLoops: true);
        int count = matrix.Pattern.Count;
        var places = new long[2 * count];
        for (int e = 0; e < count; e++) (places[e], places[count + e]) = (matrix.Pattern.RowIndices[e], matrix.Pattern.ColumnIndices[e]);
        using torch.Tensor indices = torch.tensor(places, [2, count]), values = torch.tensor(matrix.Values.ToArray());
        using torch.Tensor listed = torch.sparse_coo_tensor(indices, values, [graph.NodeCount, graph.NodeCount]);
        return listed.abs();
    }
}
