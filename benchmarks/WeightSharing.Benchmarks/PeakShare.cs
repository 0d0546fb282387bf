using System.Diagnostics;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks;

/// <summary>The share of the machine's arithmetic peak that matrix products and convolutions reach through the public API.</summary>
internal static class PeakShare
{
    public static void Run()
    {
        using (NoGrad.Begin())
        {
            Report<float>("float");
            Report<double>("double");
        }
    }

    private static void Report<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var works = new List<(string Name, double Operations, Action Run)>();
        foreach (int n in new[] { 64, 128, 256, 512, 1024 }) works.Add(Product<T>(n, n, n));
        foreach ((int m, int k, int n) in new[] { (32, 784, 512), (256, 784, 512), (8, 4096, 16) }) works.Add(Product<T>(m, k, n));
        foreach ((int batch, int inputs, int size, int outputs, int stride, int dilation) in new[]
        {
            (32, 16, 28, 32, 1, 1), (8, 32, 28, 32, 1, 1), (8, 64, 28, 64, 1, 1), (32, 64, 14, 64, 1, 1), (8, 64, 56, 64, 1, 1), (1, 64, 56, 64, 1, 1),
            (8, 128, 14, 128, 1, 1), (8, 32, 28, 32, 1, 2), (32, 32, 28, 64, 2, 1), (8, 64, 56, 64, 2, 1),
        })
        {
            Tensor<T> x = Tensor.Normal<T>([batch, inputs, size, size], RandomKey.Of(3));
            foreach (ConvolutionAlgorithm algorithm in new[] { ConvolutionAlgorithm.Automatic, ConvolutionAlgorithm.Direct })
            {
                var layer = new Conv2d<T>(inputs, outputs, kernelSize: 3, stride, padding: dilation, dilation, algorithm: algorithm);
                layer.Initialize(seed: 1);
                // Counted as in the definition: an algorithm that multiplies less often shows as more than the peak.
                double operations = 2.0 * batch * outputs * (size / stride) * (size / stride) * inputs * 9;
                string geometry = (stride > 1 ? $" stride {stride}" : "") + (dilation > 1 ? $" dilation {dilation}" : "");
                string direct = algorithm == ConvolutionAlgorithm.Direct ? " direct" : "";
                works.Add(($"conv 3×3 {batch}×{inputs}×{size}²→{outputs}{geometry}{direct}", operations, () => layer.Forward(x)));
            }
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
            Console.WriteLine($"  {works[i].Name,-42} {rate,7:F1} GFLOP/s  {rate / peak,6:P0}");
        }
    }

    private static (string Name, double Operations, Action Run) Product<T>(int m, int k, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> a = Tensor.Normal<T>([m, k], RandomKey.Of(1)), b = Tensor.Normal<T>([k, n], RandomKey.Of(2));
        return ($"GEMM {m}×{k}×{n}", 2.0 * m * n * k, () => a.MatMul(b));
    }

    private static double Nanoseconds(Action run)
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
}
