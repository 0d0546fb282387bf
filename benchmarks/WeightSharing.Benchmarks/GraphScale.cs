using System.Diagnostics;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Benchmarks;

/// <summary>How time and memory of graph convolutions grow with the edges of a random graph: one training step of two layers, forward, backward and Adam.</summary>
internal static class GraphScale
{
    private const int Features = 64, Hidden = 64, Classes = 16, EdgesPerNode = 5;

    /// <summary>Prints a line for each number of edges, up to two millions.</summary>
    public static void Run()
    {
        using Parallelism.Scope all = Parallelism.Limit(Environment.ProcessorCount);
        Console.WriteLine($"{Features} features, hidden {Hidden}, {Classes} classes, {EdgesPerNode} undirected edges a node; best of 5 steps");
        Console.WriteLine("    edges   entries    nodes   build s   step ms   held MB   bytes an edge   peak MB");
        foreach (int edges in new[] { 125_000, 250_000, 500_000, 1_000_000, 2_000_000 }) Report(edges);
    }

    private static void Report(int edges)
    {
        int nodes = edges / EdgesPerNode;
        long before = GC.GetTotalMemory(forceFullCollection: true), start = Stopwatch.GetTimestamp();
        var random = new Random(1);
        int[] sources = new int[edges], targets = new int[edges];
        for (int i = 0; i < edges; i++) (sources[i], targets[i]) = (random.Next(nodes), random.Next(nodes));
        Graph graph = Graph.FromEdges(nodes, sources, targets);
        Tensor<float> x = Tensor.Normal<float>([nodes, Features], RandomKey.Of(1));
        Tensor<int> labels = Tensor.From([.. Enumerable.Range(0, nodes).Select(_ => random.Next(Classes))], [nodes]);
        var model = new GraphSequential<float>(new GraphConvolution<float>(Features, Hidden), new Relu<float>(), new GraphConvolution<float>(Hidden, Classes));
        model.Initialize(seed: 1);
        var optimizer = new Adam<float>(model.Parameters, learningRate: 0.01);
        // The first step makes the normalised and the transposed matrix.
        Step();
        double build = Stopwatch.GetElapsedTime(start).TotalSeconds, best = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            Step();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        double held = GC.GetTotalMemory(forceFullCollection: true) - before;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{edges,9:#,0} {graph.EdgeCount,9:#,0} {nodes,8:#,0} {build,9:0.00} {best,9:0} {held / 1e6,9:0} {held / edges,15:0} {process.PeakWorkingSet64 / 1e6,9:0}");
        GC.KeepAlive(graph);

        void Step()
        {
            using var scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            Loss.CrossEntropy(model.Forward(x, graph), labels).Backward();
            optimizer.Step();
        }
    }
}
