using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Weight gradients of <see cref="Depthwise"/>; a chunk is a channel of all images, so that its nine sums are added in one order.</summary>
internal unsafe struct DepthwiseWeights<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int BlockBytes = 12 * 1024;
    private const int Taps = 9;

    private ConvolutionGeometry geometry;
    private bool accumulate;
    private T* x, dy, dw;

    public static void Run(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
    {
        var work = new DepthwiseWeights<T, V, L> { geometry = g, x = x, dy = dy, dw = dw, accumulate = accumulate };
        Parallelism.For(g.Groups, ref work, g.Work / L.Count);
    }

    public void Run(int channel)
    {
        ConvolutionGeometry g = geometry;
        int outHeight = g.OutputHeight, outWidth = g.OutputWidth, vectors = (outWidth + L.Count - 1) / L.Count, length = vectors * L.Count;
        int pitch = DepthwisePlanes<T, V, L>.Pitch(outWidth), most = Math.Min(outHeight, Math.Max(4, BlockBytes / sizeof(T) / pitch));
        using Scratch<T> inputs = Scratch<T>.Rent((long)(most + 2) * pitch + L.Count);
        using Scratch<T> outputs = Scratch<T>.Rent((long)most * length + L.Count);
        T* sums = stackalloc T[Taps * L.Count];
        for (int k = 0; k < Taps; k++) L.Store(L.Zero, sums + k * L.Count);
        for (int n = 0; n < g.Batch; n++)
        {
            nint plane = (nint)n * g.Groups + channel;
            for (int row = 0; row < outHeight; row += most)
            {
                int rows = Math.Min(most, outHeight - row);
                DepthwisePlanes<T, V, L>.PadRows(
                    x + plane * g.Height * g.Width, g.Height, g.Width, row - g.PaddingTop, rows + 2, g.PaddingLeft, pitch, inputs.Pointer);
                DepthwisePlanes<T, V, L>.PadRows(dy + plane * outHeight * outWidth, outHeight, outWidth, row, rows, 0, length, outputs.Pointer);
                for (int column = 0; column < length; column += L.Count) Sweep(inputs.Pointer + column, pitch, outputs.Pointer + column, length, rows, sums);
            }
        }

        T* target = dw + (nint)channel * Taps;
        for (int k = 0; k < Taps; k++)
        {
            T sum = L.Sum(L.Load(sums + k * L.Count));
            target[k] = accumulate ? target[k] + sum : sum;
        }
    }

    /// <summary>sums[3u + v] += dy[r] · x[r + u, v …] down one vector of columns: a row of x meets the three rows of dy that it has part in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(T* x, nint pitch, T* dy, nint dyPitch, int rows, T* sums)
    {
        V s0 = L.Load(sums), s1 = L.Load(sums + L.Count), s2 = L.Load(sums + 2 * L.Count);
        V s3 = L.Load(sums + 3 * L.Count), s4 = L.Load(sums + 4 * L.Count), s5 = L.Load(sums + 5 * L.Count);
        V s6 = L.Load(sums + 6 * L.Count), s7 = L.Load(sums + 7 * L.Count), s8 = L.Load(sums + 8 * L.Count);
        V before = L.Zero, beforeThat = L.Zero;
        for (int r = 0; r < rows + 2; r++, x += pitch, dy += dyPitch)
        {
            V now = r < rows ? L.Load(dy) : L.Zero, u = L.Load(x), v = L.Load(x + 1), w = L.Load(x + 2);
            s0 = L.MultiplyAdd(now, u, s0); s1 = L.MultiplyAdd(now, v, s1); s2 = L.MultiplyAdd(now, w, s2);
            s3 = L.MultiplyAdd(before, u, s3); s4 = L.MultiplyAdd(before, v, s4); s5 = L.MultiplyAdd(before, w, s5);
            s6 = L.MultiplyAdd(beforeThat, u, s6); s7 = L.MultiplyAdd(beforeThat, v, s7); s8 = L.MultiplyAdd(beforeThat, w, s8);
            beforeThat = before;
            before = now;
        }

        L.Store(s0, sums);
        L.Store(s1, sums + L.Count);
        L.Store(s2, sums + 2 * L.Count);
        L.Store(s3, sums + 3 * L.Count);
        L.Store(s4, sums + 4 * L.Count);
        L.Store(s5, sums + 5 * L.Count);
        L.Store(s6, sums + 6 * L.Count);
        L.Store(s7, sums + 7 * L.Count);
        L.Store(s8, sums + 8 * L.Count);
    }
}
