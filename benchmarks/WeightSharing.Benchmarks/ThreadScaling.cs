using System.Diagnostics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks;

/// <summary>
/// What a second thread is worth: the same works on one thread and on two, in turns that are long enough for both processors to hold what they work on, as a
/// training loop does.
/// </summary>
internal static class ThreadScaling
{
    // Before the first turn code is compiled in tiers; at the beginning of each, a thread that has slept is woken and meets cold caches.
    private const int Turns = 7, FirstMilliseconds = 330, SettlingMilliseconds = 25, TimedMilliseconds = 50;

    /// <summary>Prints a table; <paramref name="arguments"/> are parts of names of works to measure, none for all.</summary>
    public static void Run(string[] arguments)
    {
        (string Name, Action Run)[] works = [.. Works().Where(work => arguments.Length == 0 || arguments.Any(work.Name.Contains))];
        Console.WriteLine("Median ms of one call; work over 2 ms should gain 1.8.");
        Console.WriteLine($"{"",-48}{"1 thread",10}{"2 threads",11}{"speed-up",10}");
        var gains = new List<double>();
        foreach ((string name, Action run) in works)
        {
            Turn(2, run, FirstMilliseconds);
            var turns = Enumerable.Range(0, Turns).Select(_ => (One: Settled(1, run), Two: Settled(2, run))).ToArray();
            double one = turns.Select(turn => turn.One).Order().ElementAt(Turns / 2), two = turns.Select(turn => turn.Two).Order().ElementAt(Turns / 2);
            double gain = one / two;
            if (one > 2) gains.Add(gain);
            Console.WriteLine($"  {name,-46}{one,10:F3}{two,11:F3}{gain,10:F2}{(one > 2 && gain < 1.8 ? "  below 1.8" : "")}");
        }

        if (gains.Count > 0) Console.WriteLine($"Over 2 ms: geometric mean {Math.Exp(gains.Average(Math.Log)):F2}, lowest {gains.Min():F2} of {gains.Count} works.");
    }

    private static double Settled(int threads, Action run)
    {
        Turn(threads, run, SettlingMilliseconds);
        return Turn(threads, run, TimedMilliseconds);
    }

    // Milliseconds of one call, the mean of as many as fit.
    private static double Turn(int threads, Action run, int milliseconds)
    {
        using Parallelism.Scope limit = Parallelism.Limit(threads);
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        do
        {
            using var scope = TensorScope.Begin();
            run();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }

    private static IEnumerable<(string Name, Action Run)> Works()
    {
        foreach (int n in new[] { 128, 256, 512, 1024 }) yield return Product($"GEMM {n}×{n}×{n}", Normal(n, n), Normal(n, n));
        yield return Product("GEMM 32×784×512", Normal(32, 784), Normal(784, 512));
        yield return Product("GEMM 512×512×512, left transposed", Normal(512, 512).Transpose(), Normal(512, 512));
        yield return Product("GEMM 512×512×512, right transposed", Normal(512, 512), Normal(512, 512).Transpose());
        foreach (int rows in new[] { 32, 256 }) foreach (var work in Both($"linear {rows}×784→512", new Dense<float>(784, 512), Normal(rows, 784))) yield return work;
        yield return Forward("convolution 8×64×56²→64 3×3", new Conv2d<float>(64, 64, 3, padding: 1), Normal(8, 64, 56, 56));
        foreach ((string name, Layer<float> layer, Tensor<float> x) in new (string, Layer<float>, Tensor<float>)[]
        {
            ("convolution 32×16×28²→32 3×3", new Conv2d<float>(16, 32, 3, padding: 1), Normal(32, 16, 28, 28)),
            ("convolution 32×64×14²→64 3×3", new Conv2d<float>(64, 64, 3, padding: 1), Normal(32, 64, 14, 14)),
            ("convolution 32×3×32²→32 5×5", new Conv2d<float>(3, 32, 5, padding: 2), Normal(32, 3, 32, 32)),
            ("convolution 32×64×14²→128 1×1", new Conv2d<float>(64, 128, 1), Normal(32, 64, 14, 14)),
            ("convolution 32×32×28²→64 3×3, stride 2", new Conv2d<float>(32, 64, 3, stride: 2, padding: 1), Normal(32, 32, 28, 28)),
            ("convolution 32×16×1024→32 9", new Conv1d<float>(16, 32, 9, padding: 4), Normal(32, 16, 1024)),
            ("depthwise 32×64×28² 3×3", new Conv2d<float>(64, 64, 3, padding: 1, groups: 64), Normal(32, 64, 28, 28)),
            ("locally connected 32×8×28²→16 3×3", new LocallyConnected2d<float>(8, 16, 28, 3, padding: 1), Normal(32, 8, 28, 28)),
            ("batch norm 32×64×28²", new BatchNorm2d<float>(64), Normal(32, 64, 28, 28)),
            ("max pool 32×64×28²", new MaxPool2d<float>(2), Normal(32, 64, 28, 28)),
        })
        {
            foreach (var work in Both(name, layer, x)) yield return work;
        }

        var lstm = new Lstm<float>(64, 128);
        var gru = new Gru<float>(64, 128);
        lstm.Initialize(seed: 1);
        gru.Initialize(seed: 1);
        Tensor<float> sequences = Normal(32, 64, 64);
        yield return ("LSTM 32×64×64→128, training", () => lstm.Forward(sequences).Output.Sum().Backward());
        yield return ("GRU 32×64×64→128, training", () => gru.Forward(sequences).Output.Sum().Backward());
        Tensor<float> wide = Normal(1024, 1024);
        yield return ("tanh 1024×1024", () => wide.Tanh());
        yield return ("softmax 1024×1024", () => wide.Softmax(1));
    }

    private static Tensor<float> Normal(params int[] shape) => Tensor.Normal<float>(new Shape(shape), RandomKey.Of(1));

    private static (string Name, Action Run) Product(string name, Tensor<float> a, Tensor<float> b) => (name, () => a.MatMul(b));

    private static (string Name, Action Run) Forward(string name, Layer<float> layer, Tensor<float> x)
    {
        layer.Initialize(seed: 1);
        return (name + ", forward", Run);

        void Run()
        {
            using NoGrad noGrad = NoGrad.Begin();
            layer.Forward(x);
        }
    }

    private static IEnumerable<(string Name, Action Run)> Both(string name, Layer<float> layer, Tensor<float> x)
    {
        yield return Forward(name, layer, x);
        Tensor<float> leaf = x.Detach().RequireGradient(), seed = Tensor.Normal<float>(layer.Forward(x).Shape, RandomKey.Of(2));
        yield return (name + ", training", Train);

        void Train()
        {
            leaf.ZeroGradient();
            layer.Forward(leaf).Backward(seed);
        }
    }
}
