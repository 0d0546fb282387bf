using System.Numerics.Tensors;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Benchmarks;

/// <summary>
/// Normalisation and softmax against the speed of the memory: the bytes that each has to move at least — every operand and the result once, however often it
/// reads them — by its time, and that as a share of what a copy of the same size moves; at 1M and 8M floats, on one thread and on two.
/// </summary>
/// <remarks>
/// The bound is the time that cannot be saved: of what passes the second cache, at a copy's speed (normalisation over a batch reads its operands twice: once for
/// the sums, of which every result is made), or of an exponential of every element, if that is longer.
/// </remarks>
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
        private readonly List<(string Name, int Transfers, int Passes, bool Exponentials, Action Run)> works = [];
        private readonly int count;
        private readonly Buffer x, dy, y, mean, variance, weight, bias, dWeight, dBias, softmax, log;

        public Measurement(int count)
        {
            this.count = count;
            (x, dy, y, softmax, log) = (Normal(1), Normal(2), Normal(3), Normal(10), Normal(11));
            (mean, variance, weight, bias) = (Normal(4), new Buffer(count, _ => 1), Normal(6), Normal(7));
            (dWeight, dBias) = (Normal(8), Normal(9));
            Add("copy", 2, 2, Copy);
            Add("exp", 2, 2, () => Elementwise.Map(x.Span, y.Span, default(Exp<float>)));
            Add("read", 1, 1, () => TensorPrimitives.Sum<float>(x.Span));
            NormalizeBatch(64, 64, 256);
            NormalizeBatch(32, 32, 1024);
            NormalizeBatch(334, 64, 49);
            NormalizeBatch(4096, 256, 1);
            foreach (int inner in new[] { 64, 512, 1024, 8192 }) NormalizeRows(inner);
            foreach (int row in new[] { 10, 16, 32, 100, 1024 }) Exponentiate($"{count / row}×{row}", count / row, row, 1);
            Exponentiate($"{count / 65536}×64×1024, dim 1", count / 65536, 64, 1024);
        }

        public void Run(int threads)
        {
            double[] median = Timing.Medians([.. works.Select(work => work.Run)], rounds: 11, batchMicroseconds: 1000);
            double copied = Rate(0);
            Console.WriteLine($"{Simd.Chosen}, {count} floats, {threads} {(threads == 1 ? "thread" : "threads")}");
            for (int i = 0; i < works.Count; i++)
                Console.WriteLine($"  {works[i].Name,-42} {median[i] / 1000,8:F0} µs  {Rate(i),6:F1} GB/s  {Rate(i) / copied,5:P0} of the copy's, {Bound(i) / median[i],5:P0} of the bound");

            double Bound(int work) => Math.Max(works[work].Passes * median[0] / 2, works[work].Exponentials ? median[1] : 0);
            double Rate(int work) => works[work].Transfers * (double)sizeof(float) * count / median[work];
        }

        private void Add(string name, int transfers, int passes, Action run, bool exponentials = false) => works.Add((name, transfers, passes, exponentials, run));

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
            Add($"{name}, training", 2, 3, () => Normalization.Forward<float>(
                batch, channels, positions, x.Span, weight.Span[..channels], bias.Span[..channels], perElement: false, Epsilon, y.Span, mean.Span, variance.Span));
            Add($"{name}, backward", 3, 5, () => Normalization.Backward<float>(
                batch, channels, positions, dy.Span, x.Span, weight.Span[..channels], perElement: false, mean.Span, variance.Span, Epsilon, y.Span,
                dWeight.Span[..channels], dBias.Span[..channels]));
            Add($"{name}, inference", 2, 2, () => Normalization.ScaleShift<float>(
                batch, channels, positions, x.Span, weight.Span[..channels], bias.Span[..channels], y.Span));
        }

        private void NormalizeRows(int inner)
        {
            int rows = count / inner;
            string name = $"layer norm {rows}×{inner}";
            Add(name, 2, 2, () => Normalization.Forward<float>(
                1, rows, inner, x.Span, weight.Span[..inner], bias.Span[..inner], perElement: true, Epsilon, y.Span, mean.Span, variance.Span));
            Add($"{name}, backward", 3, 3, () => Normalization.Backward<float>(
                1, rows, inner, dy.Span, x.Span, weight.Span[..inner], perElement: true, mean.Span, variance.Span, Epsilon, y.Span, dWeight.Span[..inner],
                dBias.Span[..inner]));
        }

        private void Exponentiate(string shape, int outer, int middle, int inner)
        {
            Add($"softmax {shape}", 2, 2, () => Softmax.Forward<float>(outer, middle, inner, x.Span, softmax.Span), exponentials: true);
            Add($"softmax {shape}, backward", 3, 3, () => Softmax.Backward<float>(outer, middle, inner, softmax.Span, dy.Span, y.Span));
            Add($"log softmax {shape}", 2, 2, () => Softmax.LogForward<float>(outer, middle, inner, x.Span, log.Span), exponentials: true);
            Add($"log softmax {shape}, backward", 3, 3, () => Softmax.LogBackward<float>(outer, middle, inner, log.Span, dy.Span, y.Span), exponentials: true);
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
