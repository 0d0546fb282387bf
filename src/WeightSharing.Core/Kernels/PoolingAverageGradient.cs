using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The backward pass of <see cref="AveragePooling"/>: the shares dy / divisor are added over the windows that hold a row, in vectors along it, then for each
/// phase of the stride over the windows that hold a column. Chunks are runs of planes.
/// </summary>
internal unsafe struct PoolingAverageGradient<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int ChunkElements = 32 * 1024;

    private PoolingGeometry g;
    private T* dy, dx, divisors;
    private int planesPerChunk, before, steps, lineLength;

    /// <summary>dx, all of it; divisors of rows [oH], then of columns [oW].</summary>
    public static void RunAll(in PoolingGeometry g, T* dy, T* dx, T* divisors)
    {
        // Windows before the first and behind the last one are zeros of the line.
        int before = (g.KernelWidth - 1) / g.StrideWidth, steps = (g.PaddingLeft + g.Width + g.StrideWidth - 1) / g.StrideWidth;
        var work = new PoolingAverageGradient<T, V, L>
        {
            g = g,
            dy = dy,
            dx = dx,
            divisors = divisors,
            planesPerChunk = Math.Max(1, ChunkElements / Math.Max(1, g.InputPlane)),
            before = before,
            steps = steps,
            lineLength = before + Math.Max(steps, g.OutputWidth) + 2 * L.Count,
        };
        double nanoseconds = 0.2 * g.InputLength + 0.2 * g.OutputLength * g.KernelHeight;
        Parallelism.For((g.Planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, nanoseconds);
    }

    public readonly void Run(int chunk)
    {
        using Scratch<T> shares = Scratch<T>.Rent(g.OutputPlane + L.Count);
        using Scratch<T> line = Scratch<T>.Rent(lineLength);
        using Scratch<T> phase = Scratch<T>.Rent(2L * (steps + L.Count));
        using Scratch<T> row = Scratch<T>.Rent((long)(steps + L.Count) * g.StrideWidth);
        new Span<T>(line.Pointer, lineLength).Clear();
        int end = Math.Min((chunk + 1) * planesPerChunk, g.Planes);
        for (int p = chunk * planesPerChunk; p < end; p++)
        {
            Share(dy + (nint)p * g.OutputPlane, shares.Pointer);
            T* target = dx + (nint)p * g.InputPlane;
            for (int h = 0; h < g.Height; h++, target += g.Width)
            {
                // Windows i with i · stride ≤ h + top < i · stride + kernel.
                int at = h + g.PaddingTop, last = Math.Min(at / g.StrideHeight, g.OutputHeight - 1);
                int first = at < g.KernelHeight ? 0 : (at - g.KernelHeight) / g.StrideHeight + 1;
                OverRows(shares.Pointer, first, last, line.Pointer + before);
                Spread(line.Pointer + before, phase.Pointer, row.Pointer);
                ConvolutionPlanes<T, V, L>.Copy(row.Pointer + g.PaddingLeft, target, g.Width);
            }
        }
    }

    /// <summary>shares = dy / divisor</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Share(T* gradient, T* shares)
    {
        T* columns = divisors + g.OutputHeight;
        int width = g.OutputWidth;
        for (int i = 0; i < g.OutputHeight; i++, gradient += width, shares += width)
        {
            V rows = L.Broadcast(divisors[i]);
            int j = 0;
            for (; j + L.Count <= width; j += L.Count)
                L.Store(L.Divide(L.Load(gradient + j), L.Multiply(rows, L.Load(columns + j))), shares + j);
            for (; j < width; j++) shares[j] = gradient[j] / (divisors[i] * columns[j]);
        }
    }

    /// <summary>line[j] = Σ_{first ≤ i ≤ last} shares[i][j]; what a last vector writes too much is zero again afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void OverRows(T* shares, int first, int last, T* line)
    {
        int width = g.OutputWidth;
        for (int j = 0; j < width; j += L.Count)
        {
            V sum = L.Zero;
            for (int i = first; i <= last; i++) sum = L.Add(sum, L.Load(shares + i * width + j));
            L.Store(sum, line + j);
        }

        L.Store(L.Zero, line + width);
    }

    /// <summary>row[q] = Σ over taps v ≡ q modulo the stride of line[(q − v) / stride]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Spread(T* line, T* phases, T* row)
    {
        int stride = g.StrideWidth;
        for (int r = 0; r < stride; r++)
        {
            T* phase = stride == 1 ? row : phases + (r & 1) * (steps + L.Count);
            for (int t = 0; t < steps; t += L.Count)
            {
                V sum = L.Zero;
                T* from = line + t;
                for (int v = r; v < g.KernelWidth; v += stride, from--) sum = L.Add(sum, L.Load(from));
                L.Store(sum, phase + t);
            }

            if (stride == 1) return;
            if (typeof(T) == typeof(float) && L.Count > 1 && stride == 2) continue;
            for (int t = 0; t < steps; t++) row[t * stride + r] = phase[t];
        }

        if (typeof(T) != typeof(float) || L.Count == 1 || stride != 2) return;
        float* even = (float*)phases, odd = even + steps + L.Count, to = (float*)row;
        for (int t = 0; t < steps; t += 4, to += 8)
        {
            Vector128<float> a = Vector128.Load(even + t), b = Vector128.Load(odd + t);
            ConvolutionShuffle.Low(a, b).Store(to);
            ConvolutionShuffle.High(a, b).Store(to + 4);
        }
    }
}
