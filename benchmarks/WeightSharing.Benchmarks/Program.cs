using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Benchmarks;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;

// The share of the machine's arithmetic peak that matrix products and convolutions reach through the public API, on one thread, for the kernel variant
// in force: WEIGHTSHARING_SIMD=128 forces the path that ahead-of-time builds take by default.
// With the argument graph: how a training step of graph convolutions grows with the edges, up to two millions.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["graph"])
{
    GraphScale.Report();
    return;
}

using (Parallelism.Limit(1))
using (NoGrad.Begin())
{
    Report<float>("float");
    Report<double>("double");
}

static void Report<T>(string name)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    var works = new List<(string Name, double Operations, Action Run)>();
    foreach (int n in new[] { 64, 128, 256, 512, 1024 })
    {
        Tensor<T> a = Tensor.Normal<T>([n, n], RandomKey.Of(1)), b = Tensor.Normal<T>([n, n], RandomKey.Of(2));
        works.Add(($"GEMM {n}", 2.0 * n * n * n, () => a.MatMul(b)));
    }

    foreach ((int batch, int inputs, int size, int outputs) in new[] { (32, 16, 28, 32), (8, 32, 28, 32), (8, 64, 28, 64) })
    {
        Tensor<T> x = Tensor.Normal<T>([batch, inputs, size, size], RandomKey.Of(3));
        var layer = new Conv2d<T>(inputs, outputs, kernelSize: 3, padding: 1);
        layer.Initialize(seed: 1);
        works.Add(($"conv 3×3 {batch}×{inputs}×{size}²→{outputs}", 2.0 * batch * outputs * size * size * inputs * 9, () => layer.Forward(x)));
    }

    // Interleaved, so that a disturbance of the machine meets peak and works alike; the best of many short runs each.
    double peak = 0;
    double[] best = [.. works.Select(_ => double.MaxValue)];
    for (int round = 0; round < 8; round++)
    {
        peak = Math.Max(peak, ArithmeticPeak.Measure<T>(Simd.Chosen));
        for (int i = 0; i < works.Count; i++) best[i] = Math.Min(best[i], Nanoseconds(works[i].Run));
    }

    Console.WriteLine($"{name}, {Simd.Chosen}: peak {peak:F1} GFLOP/s");
    for (int i = 0; i < works.Count; i++)
    {
        double rate = works[i].Operations / best[i];
        Console.WriteLine($"  {works[i].Name,-24} {rate,7:F1} GFLOP/s  {rate / peak,6:P0}");
    }
}

static double Nanoseconds(Action run)
{
    double best = double.MaxValue;
    long begin = Stopwatch.GetTimestamp();
    do
    {
        using var scope = TensorScope.Begin();
        long start = Stopwatch.GetTimestamp();
        run();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }
    while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < 40);

    return best;
}
