using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Growth;

/// <summary>What grows: batch, positions, channels, filters, steps, nodes.</summary>
internal static class GrowthAxes
{
    public static IReadOnlyList<GrowthAxis> All { get; } =
    [
        new("Conv2d 16→16 3×3, 28×28", "batch", "batch", [1, 2, 4, 8, 16, 32, 64, 128], n => Convolution(n, 16, 28, 3), n => Conv(n, 16, 28, 3)),
        new("Dense 256→256", "batch", "batch", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], n => 65536.0 * n, n => Linear(n, 256)),
        new("LocallyConnected2d 8→8 3×3, 14×14", "batch", "batch", [1, 2, 4, 8, 16, 32, 64, 128], n => Convolution(n, 8, 14, 3), n => Local(n, 8, 14, 3)),
        new("Lstm 64→64, 16 steps", "batch", "batch", [1, 2, 4, 8, 16, 32, 64, 128], n => Recurrence(n, 16, 64), n => Sequence(n, 16, 64)),
        new("Conv2d 16→16 3×3, batch 8", "height and width", "positions", [8, 12, 16, 24, 32, 48, 64, 96], n => Convolution(8, 16, n, 3), n => Conv(8, 16, n, 3)),
        new("LocallyConnected2d 8→8 3×3, batch 8", "height and width", "positions", [8, 12, 16, 24, 32, 48], n => Convolution(8, 8, n, 3), n => Local(8, 8, n, 3)),
        new("Conv1d 16→16 kernel 9, batch 8", "length", "positions", [64, 128, 256, 512, 1024, 2048, 4096], n => 8.0 * 16 * 16 * 9 * n, n => Conv1(8, 16, n, 9)),
        new("Lstm 64→64, batch 8", "steps", "positions", [8, 16, 32, 64, 128, 256, 512], n => Recurrence(8, n, 64), n => Sequence(8, n, 64)),
        new("GraphConvolution 64→64, 5 edges a node", "nodes", "positions", [500, 1000, 2000, 4000, 8000, 16000], n => n * (64.0 * 64 + 11 * 64), Nodes),
        new("Conv2d 3×3, 14×14, batch 8", "channels", "channels", [4, 8, 12, 16, 24, 32, 48, 64, 96, 128], n => Convolution(8, n, 14, 3), n => Conv(8, n, 14, 3)),
        new("Dense, batch 64", "features", "channels", [16, 32, 64, 128, 256, 512, 1024], n => 64.0 * n * n, n => Linear(64, n)),
        new("LocallyConnected2d 3×3, 14×14, batch 8", "channels", "channels", [4, 8, 16, 32, 64], n => Convolution(8, n, 14, 3), n => Local(8, n, 14, 3)),
        new("Lstm, 16 steps, batch 16", "features", "channels", [16, 32, 64, 128, 256], n => Recurrence(16, 16, n), n => Sequence(16, 16, n)),
        new("Conv2d 16→16, 32×32, batch 8", "kernel height and width", "kernel", [1, 3, 5, 7, 9, 11], n => Convolution(8, 16, 32, n), n => Conv(8, 16, 32, n)),
        new("Conv1d 16→16, length 1024, batch 8", "kernel size", "kernel", [1, 3, 5, 9, 17, 33, 65], n => 8.0 * 16 * 16 * 1024 * n, n => Conv1(8, 16, 1024, n)),
        new("LocallyConnected2d 8→8, 14×14, batch 8", "kernel height and width", "kernel", [1, 3, 5, 7], n => Convolution(8, 8, 14, n), n => Local(8, 8, 14, n)),
        Threaded("Conv2d 32→32 3×3, 28×28, batch 32", Convolution(32, 32, 28, 3), () => Conv(32, 32, 28, 3)),
        Threaded("Dense 640→640, batch 256", 256.0 * 640 * 640, () => Linear(256, 640)),
        Threaded("LocallyConnected2d 8→8 3×3, 28×28, batch 32", Convolution(32, 8, 28, 3), () => Local(32, 8, 28, 3)),
        Threaded("Lstm 128→128, 64 steps, batch 32", Recurrence(32, 64, 128), () => Sequence(32, 64, 128)),
    ];

    // The work of one thread falls as threads grow in number.
    private static GrowthAxis Threaded(string layer, double work, Func<Action> make) => new(
        layer, "threads", "threads", [.. Enumerable.Range(1, Environment.ProcessorCount)], threads => work / threads, threads =>
        {
            Action step = make();
            return () =>
            {
                using Parallelism.Scope limit = Parallelism.Limit(threads);
                step();
            };
        });

    private static double Convolution(int batch, int channels, int size, int kernel) => (double)batch * channels * channels * size * size * kernel * kernel;

    private static double Recurrence(int batch, int steps, int features) => (double)batch * steps * 4 * features * 2 * features;

    private static Action Conv(int batch, int channels, int size, int kernel) =>
        Training(new Conv2d<float>(channels, channels, kernel, padding: kernel / 2), [batch, channels, size, size]);

    private static Action Conv1(int batch, int channels, int length, int kernel) =>
        Training(new Conv1d<float>(channels, channels, kernel, padding: kernel / 2), [batch, channels, length]);

    private static Action Local(int batch, int channels, int size, int kernel) =>
        Training(new LocallyConnected2d<float>(channels, channels, size, kernel, padding: kernel / 2), [batch, channels, size, size]);

    private static Action Linear(int batch, int features) => Training(new Dense<float>(features, features), [batch, features]);

    private static Action Sequence(int batch, int steps, int features)
    {
        var layer = new Lstm<float>(features, features);
        layer.Initialize(seed: 1);
        Tensor<float> x = Input([steps, batch, features]);
        return () => Step(() => layer.Forward(x).Output);
    }

    private static Action Nodes(int nodes)
    {
        var random = new Random(1);
        int[] sources = new int[5 * nodes], targets = new int[5 * nodes];
        for (int i = 0; i < sources.Length; i++) (sources[i], targets[i]) = (random.Next(nodes), random.Next(nodes));
        Graph graph = Graph.FromEdges(nodes, sources, targets);
        var layer = new GraphConvolution<float>(64, 64);
        layer.Initialize(seed: 1);
        Tensor<float> x = Input([nodes, 64]);
        return () => Step(() => layer.Forward(x, graph));
    }

    private static Action Training(Layer<float> layer, Shape shape)
    {
        layer.Initialize(seed: 1);
        Tensor<float> x = Input(shape);
        return () => Step(() => layer.Forward(x));
    }

    private static Tensor<float> Input(Shape shape) => Tensor.Normal<float>(shape, RandomKey.Of(1)).RequireGradient();

    private static void Step(Func<Tensor<float>> output)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor<float> y = output();
        y.Sum().Backward();
    }
}
