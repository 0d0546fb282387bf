using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The maxima of <see cref="MaxPooling"/> without their positions, first over the rows of a window, in vectors along them, then over its columns. Chunks are
/// runs of planes.
/// </summary>
internal unsafe struct MaxPoolingValues<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int ChunkElements = 32 * 1024;

    // What the vectors of a line may read beyond it.
    private const int Slack = 16;

    private PoolingGeometry g;
    private T* x, y;
    private int planesPerChunk, lineLength;

    public static void RunAll(in PoolingGeometry g, T* x, T* y)
    {
        int reach = (g.OutputWidth - 1) * g.StrideWidth + (g.KernelWidth - 1) * g.DilationWidth + 1;
        var work = new MaxPoolingValues<T, V, L>
        {
            g = g,
            x = x,
            y = y,
            planesPerChunk = Math.Max(1, ChunkElements / Math.Max(1, g.InputPlane)),
            lineLength = Math.Max(reach, g.PaddingLeft + g.Width) + Slack,
        };
        double nanoseconds = 0.1 * g.InputLength + 0.2 * g.OutputLength * g.KernelWidth;
        Parallelism.For((g.Planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, nanoseconds);
    }

    public readonly void Run(int chunk)
    {
        // Padding stays −∞: only the columns of the input are written, anew for each row of windows.
        using Scratch<T> scratch = Scratch<T>.Rent(lineLength);
        new Span<T>(scratch.Pointer, lineLength).Fill(T.NegativeInfinity);
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
            }
        }
    }

    /// <summary>line[w] = max over k of source[k · step + w]</summary>
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
                best = L.Max(best, L.Load(from));
            }

            L.Store(best, line + w);
            w += L.Count;
        }

        for (; w < width; w++)
        {
            T best = source[w];
            for (int k = 1; k < count; k++) best = T.Max(best, source[k * step + w]);
            line[w] = best;
        }
    }

    /// <summary>target[j] = max over v of line[j · stride + v · dilation]</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void OverColumns(T* line, T* target)
    {
        int stride = g.StrideWidth, taps = g.KernelWidth, step = g.DilationWidth, width = g.OutputWidth, j = 0;
        if (stride == 1)
        {
            for (; j <= width - L.Count; j += L.Count)
            {
                V best = L.Load(line + j);
                for (int v = 1; v < taps; v++) best = L.Max(best, L.Load(line + j + v * step));
                L.Store(best, target + j);
            }
        }
        else if (typeof(T) == typeof(float) && L.Count > 1 && stride == 2)
        {
            for (; j <= width - Vector128<float>.Count; j += Vector128<float>.Count)
            {
                float* from = (float*)line + 2 * j;
                Vector128<float> best = ConvolutionShuffle.Even(Vector128.Load(from), Vector128.Load(from + 4));
                for (int v = 1; v < taps; v++)
                {
                    float* tap = from + v * step;
                    best = Vector128.Max(best, ConvolutionShuffle.Even(Vector128.Load(tap), Vector128.Load(tap + 4)));
                }

                best.Store((float*)target + j);
            }
        }

        for (; j < width; j++)
        {
            T* from = line + (nint)j * stride;
            T best = *from;
            for (int v = 1; v < taps; v++) best = T.Max(best, from[v * step]);
            target[j] = best;
        }
    }
}
