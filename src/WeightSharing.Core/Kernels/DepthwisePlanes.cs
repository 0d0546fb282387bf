using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>Forward products and input gradients of <see cref="Depthwise"/>; a chunk is a run of planes of the source.</summary>
internal unsafe struct DepthwisePlanes<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // A padded block stays in the first cache together with what is written.
    private const int BlockBytes = 12 * 1024;
    private const int SmallestChunk = 1 << 18;
    private const int RowsAtOnce = 4, Taps = 9;

    private int planes, planesPerChunk, groups, filters, height, width, top, left, outHeight, outWidth, pitch, rowsPerBlock;
    private bool flipped, relu;
    private T* source, weight, bias, destination;

    public static void Run(in ConvolutionGeometry g, bool forward, bool relu, T* source, T* weight, T* bias, T* destination)
    {
        int outHeight = forward ? g.OutputHeight : g.Height, outWidth = forward ? g.OutputWidth : g.Width;
        int pitch = Pitch(outWidth), planes = g.Batch * g.Groups;
        long unitWork = (long)outHeight * outWidth * g.OutputChannelsPerGroup * Taps + 1;
        var work = new DepthwisePlanes<T, V, L>
        {
            planes = planes,
            planesPerChunk = (int)Math.Clamp(SmallestChunk / unitWork, 1, planes),
            groups = g.Groups,
            filters = g.OutputChannelsPerGroup,
            height = forward ? g.Height : g.OutputHeight,
            width = forward ? g.Width : g.OutputWidth,
            top = forward ? g.PaddingTop : 2 - g.PaddingTop,
            left = forward ? g.PaddingLeft : 2 - g.PaddingLeft,
            outHeight = outHeight,
            outWidth = outWidth,
            pitch = pitch,
            rowsPerBlock = Math.Min(outHeight, Math.Max(RowsAtOnce, BlockBytes / sizeof(T) / pitch)),
            flipped = !forward,
            relu = relu,
            source = source,
            weight = weight,
            bias = bias,
            destination = destination,
        };
        Parallelism.For((planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, (double)unitWork * planes / L.Count);
    }

    /// <summary>Elements from one padded row to the next: whole vectors of outputs and what their windows see.</summary>
    public static int Pitch(int outputs) => (outputs + L.Count - 1) / L.Count * L.Count + 2;

    public void Run(int chunk)
    {
        using Scratch<T> padded = Scratch<T>.Rent((long)(rowsPerBlock + 2) * pitch + L.Count);
        using Scratch<T> narrow = Scratch<T>.Rent((long)rowsPerBlock * L.Count);
        int end = Math.Min((chunk + 1) * planesPerChunk, planes);
        for (int plane = chunk * planesPerChunk; plane < end; plane++)
        {
            for (int row = 0; row < outHeight; row += rowsPerBlock)
            {
                int rows = Math.Min(rowsPerBlock, outHeight - row);
                PadRows(source + (nint)plane * height * width, height, width, row - top, rows + 2, left, pitch, padded.Pointer);
                for (int f = 0; f < filters; f++)
                {
                    int channel = plane % groups * filters + f;
                    T* to = destination + ((nint)plane * filters + f) * outHeight * outWidth + (nint)row * outWidth;
                    RunRows(padded.Pointer, channel, rows, to, narrow.Pointer);
                }
            }
        }
    }

    /// <summary>padded[r][t] = plane[firstRow + r, t − left], zero outside, t &lt; pitch, which is a vector or more; a vector behind the last row may be written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PadRows(T* plane, int height, int width, int firstRow, int rows, int left, int pitch, T* padded)
    {
        int skipped = Math.Max(0, -left), start = Math.Clamp(left, 0, pitch), count = Math.Clamp(width - skipped, 0, pitch - start);
        int right = pitch - start - count;
        T* end = plane + (nint)height * width;
        for (int r = 0; r < rows; r++, padded += pitch)
        {
            int h = firstRow + r;
            if ((uint)h >= (uint)height || count == 0)
            {
                ConvolutionPlanes<T, V, L>.Fill(padded, pitch, T.Zero);
                continue;
            }

            // Whole vectors: what they write too much is written again by what follows, here or in the next row.
            T* from = plane + (nint)h * width + skipped, to = padded + start;
            if (start > L.Count) ConvolutionPlanes<T, V, L>.Fill(padded, start, T.Zero);
            else L.Store(L.Zero, padded);
            if (from + count + L.Count <= end)
            {
                for (int t = 0; t < count; t += L.Count) L.Store(L.Load(from + t), to + t);
            }
            else
            {
                ConvolutionPlanes<T, V, L>.Copy(from, to, count);
            }

            if (right > L.Count) ConvolutionPlanes<T, V, L>.Fill(to + count, right, T.Zero);
            else L.Store(L.Zero, to + count);
        }
    }

    private readonly void RunRows(T* padded, int channel, int rows, T* to, T* narrow)
    {
        T* filter = stackalloc T[Taps];
        for (int k = 0; k < Taps; k++) filter[k] = weight[(nint)channel * Taps + (flipped ? Taps - 1 - k : k)];
        T offset = bias == null ? T.Zero : bias[channel];
        if (outWidth < L.Count)
        {
            Sweep(padded, pitch, filter, offset, relu, rows, narrow, L.Count);
            for (int r = 0; r < rows; r++) ConvolutionPlanes<T, V, L>.Copy(narrow + (nint)r * L.Count, to + (nint)r * outWidth, outWidth);
            return;
        }

        for (int column = 0; column < outWidth; column += L.Count)
        {
            // The last vector may repeat columns of the one before.
            if (column > outWidth - L.Count) column = outWidth - L.Count;
            Sweep(padded + column, pitch, filter, offset, relu, rows, to + column, outWidth);
        }
    }

    /// <summary>One vector of columns down all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(T* x, nint pitch, T* filter, T bias, bool relu, int rows, T* y, nint outPitch)
    {
        V w0 = L.Broadcast(filter[0]), w1 = L.Broadcast(filter[1]), w2 = L.Broadcast(filter[2]);
        V w3 = L.Broadcast(filter[3]), w4 = L.Broadcast(filter[4]), w5 = L.Broadcast(filter[5]);
        V w6 = L.Broadcast(filter[6]), w7 = L.Broadcast(filter[7]), w8 = L.Broadcast(filter[8]);
        if (rows < RowsAtOnce)
        {
            for (int r = 0; r < rows; r++, x += pitch, y += outPitch)
            {
                T* second = x + pitch, third = second + pitch;
                V sum = L.MultiplyAdd(w2, L.Load(x + 2), L.MultiplyAdd(w1, L.Load(x + 1), L.MultiplyAdd(w0, L.Load(x), L.Broadcast(bias))));
                sum = L.MultiplyAdd(w5, L.Load(second + 2), L.MultiplyAdd(w4, L.Load(second + 1), L.MultiplyAdd(w3, L.Load(second), sum)));
                sum = L.MultiplyAdd(w8, L.Load(third + 2), L.MultiplyAdd(w7, L.Load(third + 1), L.MultiplyAdd(w6, L.Load(third), sum)));
                L.Store(relu ? default(Relu<T>).Apply<V, L>(sum) : sum, y);
            }

            return;
        }

        for (int row = 0; row < rows; row += RowsAtOnce)
        {
            // The last four rows may repeat some of those before.
            if (row > rows - RowsAtOnce) row = rows - RowsAtOnce;
            T* p = x + row * pitch, to = y + row * outPitch;
            V a = L.Broadcast(bias), b = a, c = a, d = a;
            V u = L.Load(p), v = L.Load(p + 1), w = L.Load(p + 2);
            a = L.MultiplyAdd(w2, w, L.MultiplyAdd(w1, v, L.MultiplyAdd(w0, u, a)));
            p += pitch;
            u = L.Load(p); v = L.Load(p + 1); w = L.Load(p + 2);
            a = L.MultiplyAdd(w3, u, a); b = L.MultiplyAdd(w0, u, b);
            a = L.MultiplyAdd(w4, v, a); b = L.MultiplyAdd(w1, v, b);
            a = L.MultiplyAdd(w5, w, a); b = L.MultiplyAdd(w2, w, b);
            p += pitch;
            u = L.Load(p); v = L.Load(p + 1); w = L.Load(p + 2);
            a = L.MultiplyAdd(w6, u, a); b = L.MultiplyAdd(w3, u, b); c = L.MultiplyAdd(w0, u, c);
            a = L.MultiplyAdd(w7, v, a); b = L.MultiplyAdd(w4, v, b); c = L.MultiplyAdd(w1, v, c);
            a = L.MultiplyAdd(w8, w, a); b = L.MultiplyAdd(w5, w, b); c = L.MultiplyAdd(w2, w, c);
            p += pitch;
            u = L.Load(p); v = L.Load(p + 1); w = L.Load(p + 2);
            b = L.MultiplyAdd(w6, u, b); c = L.MultiplyAdd(w3, u, c); d = L.MultiplyAdd(w0, u, d);
            b = L.MultiplyAdd(w7, v, b); c = L.MultiplyAdd(w4, v, c); d = L.MultiplyAdd(w1, v, d);
            b = L.MultiplyAdd(w8, w, b); c = L.MultiplyAdd(w5, w, c); d = L.MultiplyAdd(w2, w, d);
            p += pitch;
            u = L.Load(p); v = L.Load(p + 1); w = L.Load(p + 2);
            c = L.MultiplyAdd(w6, u, c); d = L.MultiplyAdd(w3, u, d);
            c = L.MultiplyAdd(w7, v, c); d = L.MultiplyAdd(w4, v, d);
            c = L.MultiplyAdd(w8, w, c); d = L.MultiplyAdd(w5, w, d);
            p += pitch;
            d = L.MultiplyAdd(w8, L.Load(p + 2), L.MultiplyAdd(w7, L.Load(p + 1), L.MultiplyAdd(w6, L.Load(p), d)));
            if (relu)
            {
                a = default(Relu<T>).Apply<V, L>(a);
                b = default(Relu<T>).Apply<V, L>(b);
                c = default(Relu<T>).Apply<V, L>(c);
                d = default(Relu<T>).Apply<V, L>(d);
            }

            L.Store(a, to);
            L.Store(b, to + outPitch);
            L.Store(c, to + 2 * outPitch);
            L.Store(d, to + 3 * outPitch);
        }
    }
}
