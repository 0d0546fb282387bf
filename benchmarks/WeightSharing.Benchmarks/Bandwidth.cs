using System.Numerics.Tensors;
using WeightSharing.Kernels;

namespace WeightSharing.Benchmarks;

/// <summary>
/// Normalisation and softmax against the speed of the memory: the bytes that each has to move at least — every operand and the result once, however often it
/// reads them — by its time, and that as a share of what a copy of the same size moves; at 1M and 8M floats, on one thread and on two.
/// </summary>
internal static class Bandwidth
{
    private const float Epsilon = 1e-5f;

    public static void Run()
    {
        foreach (int count in new[] { 1 << 20, 1 << 23 })
        {
            foreach (int threads in new[] { 1, 2 })
            {
                using Parallelism.Scope limit = Parallelism.Limit(threads);
                new Measurement(count).Run(threads);
            }
        }
    }

    private sealed class Measurement
    {
        private readonly List<(string Name, int Transfers, Action Run)> works = [];
        private readonly int count;
        private readonly Buffer x, dy, y, mean, variance, weight, bias, dWeight, dBias, softmax, log;

        public Measurement(int count)
        {
            this.count = count;
            (x, dy, y, softmax, log) = (Normal(1), Normal(2), Normal(3), Normal(10), Normal(11));
            (mean, variance, weight, bias) = (Normal(4), new Buffer(count, _ => 1), Normal(6), Normal(7));
            (dWeight, dBias) = (Normal(8), Normal(9));
            works.Add(("copy", 2, Copy));
            works.Add(("read", 1, () => TensorPrimitives.Sum<float>(x.Span)));
            NormalizeBatch(64, 64, 256);
            NormalizeBatch(32, 32, 1024);
            NormalizeBatch(4096, 256, 1);
            foreach (int inner in new[] { 64, 512, 1024, 8192 }) NormalizeRows(inner);
            foreach (int row in new[] { 16, 64, 1024 }) Exponentiate($"{count / row}×{row}", count / row, row, 1);
            Exponentiate($"{count / 65536}×64×1024, dim 1", count / 65536, 64, 1024);
        }

        public void Run(int threads)
        {
            double[] median = Timing.Medians([.. works.Select(work => work.Run)], rounds: 11, batchMicroseconds: 1000);
            double copied = Rate(0);
            Console.WriteLine($"{Simd.Chosen}, {count} floats, {threads} {(threads == 1 ? "thread" : "threads")}");
            for (int i = 0; i < works.Count; i++)
                Console.WriteLine($"  {works[i].Name,-42} {median[i] / 1000,8:F0} µs  {Rate(i),6:F1} GB/s  {Rate(i) / copied,5:P0} of the copy's");

            double Rate(int work) => works[work].Transfers * (double)sizeof(float) * count / median[work];
        }

        private Buffer Normal(int seed) => Buffer.Normal(count, seed);

        private void Copy()
        {
            var work = new CopyWork { From = x, To = y };
            Parallelism.For(count / CopyWork.Length, ref work);
        }

        // Of the same number of elements at either size: the batch grows.
        private void NormalizeBatch(int batch, int channels, int positions)
        {
            batch *= count >> 20;
            string name = $"batch norm {batch}×{channels}×{positions}";
            works.Add(($"{name}, training", 2, () => Normalization.Forward<float>(
                batch, channels, positions, x.Span, weight.Span[..channels], bias.Span[..channels], perElement: false, Epsilon, y.Span, mean.Span, variance.Span)));
            works.Add(($"{name}, backward", 3, () => Normalization.Backward<float>(
                batch, channels, positions, dy.Span, x.Span, weight.Span[..channels], perElement: false, mean.Span, variance.Span, Epsilon, y.Span,
                dWeight.Span[..channels], dBias.Span[..channels])));
            works.Add(($"{name}, inference", 2, () => Normalization.ScaleShift<float>(
                batch, channels, positions, x.Span, weight.Span[..channels], bias.Span[..channels], y.Span)));
        }

        private void NormalizeRows(int inner)
        {
            int rows = count / inner;
            string name = $"layer norm {rows}×{inner}";
            works.Add((name, 2, () => Normalization.Forward<float>(
                1, rows, inner, x.Span, weight.Span[..inner], bias.Span[..inner], perElement: true, Epsilon, y.Span, mean.Span, variance.Span)));
            works.Add(($"{name}, backward", 3, () => Normalization.Backward<float>(
                1, rows, inner, dy.Span, x.Span, weight.Span[..inner], perElement: true, mean.Span, variance.Span, Epsilon, y.Span, dWeight.Span[..inner],
                dBias.Span[..inner])));
        }

        private void Exponentiate(string shape, int outer, int middle, int inner)
        {
            works.Add(($"softmax {shape}", 2, () => Softmax.Forward<float>(outer, middle, inner, x.Span, softmax.Span)));
            works.Add(($"softmax {shape}, backward", 3, () => Softmax.Backward<float>(outer, middle, inner, softmax.Span, dy.Span, y.Span)));
            works.Add(($"log softmax {shape}", 2, () => Softmax.LogForward<float>(outer, middle, inner, x.Span, log.Span)));
            works.Add(($"log softmax {shape}, backward", 3, () => Softmax.LogBackward<float>(outer, middle, inner, log.Span, dy.Span, y.Span)));
        }
    }

    // Chunks that are too short for the runtime to write past the caches, which no operation does.
    private struct CopyWork : IParallelWork
    {
        public const int Length = 1 << 14;

        public Buffer From, To;

        public readonly void Run(int chunk) => From.Span.Slice(chunk * Length, Length).CopyTo(To.Span[(chunk * Length)..]);
    }
}
