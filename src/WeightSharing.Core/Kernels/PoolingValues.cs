using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The maxima of <see cref="MaxPooling"/> without their positions, and the means of <see cref="AveragePooling"/>: an associative operator over windows,
/// first over their rows, in vectors along them, then over their columns. Chunks are runs of planes.
/// </summary>
internal unsafe struct PoolingValues<T, V, L, TFold> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where TFold : struct, IBinaryOperator<T>
{
    private const int ChunkElements = 32 * 1024;

    // What the vectors of a line may read beyond it.
    private const int Slack = 16;

    private PoolingGeometry g;
    private T* x, y, divisors;
    private T outside;
    private int planesPerChunk, lineLength;

    /// <summary>y = fold over each window of x, with <paramref name="outside"/> in the padding.</summary>
    public static void RunAll(in PoolingGeometry g, T outside, T* x, T* y) => RunAll(g, outside, x, y, null);

    /// <summary>The same, over the divisors of means [oH + oW]: of rows, then of columns, whose product counts; or null.</summary>
    public static void RunAll(in PoolingGeometry g, T outside, T* x, T* y, T* divisors)
    {
        int reach = (g.OutputWidth - 1) * g.StrideWidth + (g.KernelWidth - 1) * g.DilationWidth + 1;
        var work = new PoolingValues<T, V, L, TFold>
        {
            g = g,
            x = x,
            y = y,
            divisors = divisors,
            outside = outside,
            planesPerChunk = Math.Max(1, ChunkElements / Math.Max(1, g.InputPlane)),
            lineLength = Math.Max(reach, g.PaddingLeft + g.Width) + Slack,
        };
        double nanoseconds = 0.1 * g.InputLength + 0.2 * g.OutputLength * g.KernelWidth;
        Parallelism.For((g.Planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, nanoseconds);
    }

    public readonly void Run(int chunk)
    {
        // Padding stays as it is: only the columns of the input are written, anew for each row of windows.
        using Scratch<T> scratch = Scratch<T>.Rent(lineLength);
        new Span<T>(scratch.Pointer, lineLength).Fill(outside);
        int end = Math.Min((chunk + 1) * planesPerChunk, g.Planes);
        for (int p = chunk * planesPerChunk; p < end; p++)
        {
            T* plane = x + (nint)p * g.InputPlane, target = y + (nint)p * g.OutputPlane;
            for (int i = 0; i < g.OutputHeight; i++, target += g.OutputWidth)
            {
                (int first, int last) = PoolingGeometry.Taps(i, g.Height, g.KernelHeight, g.StrideHeight, g.DilationHeight, g.PaddingTop);
                int row = i * g.StrideHeight + first * g.DilationHeight - g.PaddingTop;
                OverRows(plane + (nint)row * g.Width, (nint)g.DilationHeight * g.Width, last - first, scratch.Pointer + g.PaddingLeft, g.Width);
                OverColumns(scratch.Pointer, target);
                if (divisors != null) Divide(target, divisors[i], divisors + g.OutputHeight, g.OutputWidth);
            }
        }
    }

    /// <summary>line[w] = fold over k of source[k · step + w]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void OverRows(T* source, nint step, int count, T* line, int width)
    {
        int w = 0;
        while (width >= L.Count && w < width)
        {
            // The last vector overlaps the one before it.
            w = Math.Min(w, width - L.Count);
            T* from = source + w;
            V best = L.Load(from);
            for (int k = 1; k < count; k++)
            {
                from += step;
                best = default(TFold).Apply<V, L>(best, L.Load(from));
            }

            L.Store(best, line + w);
            w += L.Count;
        }

        for (; w < width; w++)
        {
            T best = source[w];
            for (int k = 1; k < count; k++) best = default(TFold).Apply<T, ScalarLanes<T>>(best, source[k * step + w]);
            line[w] = best;
        }
    }

    /// <summary>target[j] = fold over v of line[j · stride + v · dilation]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void OverColumns(T* line, T* target)
    {
        int stride = g.StrideWidth, taps = g.KernelWidth, step = g.DilationWidth, width = g.OutputWidth, j = 0;
        if (stride == 1)
        {
            for (; j <= width - L.Count; j += L.Count)
            {
                V best = L.Load(line + j);
                for (int v = 1; v < taps; v++) best = default(TFold).Apply<V, L>(best, L.Load(line + j + v * step));
                L.Store(best, target + j);
            }
        }
        else if (typeof(T) == typeof(float) && L.Count > 1 && stride == 2)
        {
            for (; j <= width - Vector128<T>.Count; j += Vector128<T>.Count)
            {
                Vector128<T> best = Even((float*)line + 2 * j);
                for (int v = 1; v < taps; v++) best = default(TFold).Apply<Vector128<T>, Lanes128<T>>(best, Even((float*)line + 2 * j + v * step));
                best.Store(target + j);
            }
        }

        for (; j < width; j++)
        {
            T* from = line + (nint)j * stride;
            T best = *from;
            for (int v = 1; v < taps; v++) best = default(TFold).Apply<T, ScalarLanes<T>>(best, from[v * step]);
            target[j] = best;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Even(float* from) => ConvolutionShuffle.Even(Vector128.Load(from), Vector128.Load(from + 4)).As<float, T>();

    /// <summary>target[j] /= row · columns[j]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Divide(T* target, T row, T* columns, int width)
    {
        V rows = L.Broadcast(row);
        int j = 0;
        for (; j + L.Count <= width; j += L.Count) L.Store(L.Divide(L.Load(target + j), L.Multiply(rows, L.Load(columns + j))), target + j);
        for (; j < width; j++) target[j] /= row * columns[j];
    }
}
