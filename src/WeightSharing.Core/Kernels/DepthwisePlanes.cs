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
        Parallelism.For((planes + work.planesPerChunk - 1) / work.planesPerChunk, ref work, (double)unitWork * planes / Lane.Count<T, V>());
    }

    /// <summary>Elements from one padded row to the next: whole vectors of outputs and what their windows see.</summary>
    public static int Pitch(int outputs) => (outputs + Lane.Count<T, V>() - 1) / Lane.Count<T, V>() * Lane.Count<T, V>() + 2;

    public void Run(int chunk)
    {
        using Scratch<T> padded = Scratch<T>.Rent((long)(rowsPerBlock + 2) * pitch + Lane.Count<T, V>());
        using Scratch<T> narrow = Scratch<T>.Rent((long)rowsPerBlock * Lane.Count<T, V>());
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
            if (start > Lane.Count<T, V>()) ConvolutionPlanes<T, V, L>.Fill(padded, start, T.Zero);
            else Lane.Store<T, V>(default, padded);
            if (from + count + Lane.Count<T, V>() <= end)
            {
                for (int t = 0; t < count; t += Lane.Count<T, V>()) Lane.Store(Lane.Load<T, V>(from + t), to + t);
            }
            else
            {
                ConvolutionPlanes<T, V, L>.Copy(from, to, count);
            }

            if (right > Lane.Count<T, V>()) ConvolutionPlanes<T, V, L>.Fill(to + count, right, T.Zero);
            else Lane.Store<T, V>(default, to + count);
        }
    }

    private readonly void RunRows(T* padded, int channel, int rows, T* to, T* narrow)
    {
        T* filter = stackalloc T[Taps];
        for (int k = 0; k < Taps; k++) filter[k] = weight[(nint)channel * Taps + (flipped ? Taps - 1 - k : k)];
        T offset = bias == null ? T.Zero : bias[channel];
        if (outWidth < Lane.Count<T, V>())
        {
            Sweep(padded, pitch, filter, offset, relu, rows, narrow, Lane.Count<T, V>());
            for (int r = 0; r < rows; r++) ConvolutionPlanes<T, V, L>.Copy(narrow + (nint)r * Lane.Count<T, V>(), to + (nint)r * outWidth, outWidth);
            return;
        }

        for (int column = 0; column < outWidth; column += Lane.Count<T, V>())
        {
            // The last vector may repeat columns of the one before.
            if (column > outWidth - Lane.Count<T, V>()) column = outWidth - Lane.Count<T, V>();
            Sweep(padded + column, pitch, filter, offset, relu, rows, to + column, outWidth);
        }
    }

    /// <summary>One vector of columns down all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(T* x, nint pitch, T* filter, T bias, bool relu, int rows, T* y, nint outPitch)
    {
        V w0 = Lane.Broadcast<T, V>(filter[0]), w1 = Lane.Broadcast<T, V>(filter[1]), w2 = Lane.Broadcast<T, V>(filter[2]);
        V w3 = Lane.Broadcast<T, V>(filter[3]), w4 = Lane.Broadcast<T, V>(filter[4]), w5 = Lane.Broadcast<T, V>(filter[5]);
        V w6 = Lane.Broadcast<T, V>(filter[6]), w7 = Lane.Broadcast<T, V>(filter[7]), w8 = Lane.Broadcast<T, V>(filter[8]);
        if (rows < RowsAtOnce)
        {
            for (int r = 0; r < rows; r++, x += pitch, y += outPitch)
            {
                T* second = x + pitch, third = second + pitch;
                V sum = Lane.MultiplyAdd<T, V>(w2, Lane.Load<T, V>(x + 2), Lane.MultiplyAdd<T, V>(w1, Lane.Load<T, V>(x + 1), Lane.MultiplyAdd<T, V>(w0, Lane.Load<T, V>(x), Lane.Broadcast<T, V>(bias))));
                sum = Lane.MultiplyAdd<T, V>(w5, Lane.Load<T, V>(second + 2), Lane.MultiplyAdd<T, V>(w4, Lane.Load<T, V>(second + 1), Lane.MultiplyAdd<T, V>(w3, Lane.Load<T, V>(second), sum)));
                sum = Lane.MultiplyAdd<T, V>(w8, Lane.Load<T, V>(third + 2), Lane.MultiplyAdd<T, V>(w7, Lane.Load<T, V>(third + 1), Lane.MultiplyAdd<T, V>(w6, Lane.Load<T, V>(third), sum)));
                Lane.Store(relu ? default(Relu<T>).Apply<V, L>(sum) : sum, y);
            }

            return;
        }

        for (int row = 0; row < rows; row += RowsAtOnce)
        {
            // The last four rows may repeat some of those before.
            if (row > rows - RowsAtOnce) row = rows - RowsAtOnce;
            T* p = x + row * pitch, to = y + row * outPitch;
            V a = Lane.Broadcast<T, V>(bias), b = a, c = a, d = a;
            V u = Lane.Load<T, V>(p), v = Lane.Load<T, V>(p + 1), w = Lane.Load<T, V>(p + 2);
            a = Lane.MultiplyAdd<T, V>(w2, w, Lane.MultiplyAdd<T, V>(w1, v, Lane.MultiplyAdd<T, V>(w0, u, a)));
            p += pitch;
            u = Lane.Load<T, V>(p); v = Lane.Load<T, V>(p + 1); w = Lane.Load<T, V>(p + 2);
            a = Lane.MultiplyAdd<T, V>(w3, u, a); b = Lane.MultiplyAdd<T, V>(w0, u, b);
            a = Lane.MultiplyAdd<T, V>(w4, v, a); b = Lane.MultiplyAdd<T, V>(w1, v, b);
            a = Lane.MultiplyAdd<T, V>(w5, w, a); b = Lane.MultiplyAdd<T, V>(w2, w, b);
            p += pitch;
            u = Lane.Load<T, V>(p); v = Lane.Load<T, V>(p + 1); w = Lane.Load<T, V>(p + 2);
            a = Lane.MultiplyAdd<T, V>(w6, u, a); b = Lane.MultiplyAdd<T, V>(w3, u, b); c = Lane.MultiplyAdd<T, V>(w0, u, c);
            a = Lane.MultiplyAdd<T, V>(w7, v, a); b = Lane.MultiplyAdd<T, V>(w4, v, b); c = Lane.MultiplyAdd<T, V>(w1, v, c);
            a = Lane.MultiplyAdd<T, V>(w8, w, a); b = Lane.MultiplyAdd<T, V>(w5, w, b); c = Lane.MultiplyAdd<T, V>(w2, w, c);
            p += pitch;
            u = Lane.Load<T, V>(p); v = Lane.Load<T, V>(p + 1); w = Lane.Load<T, V>(p + 2);
            b = Lane.MultiplyAdd<T, V>(w6, u, b); c = Lane.MultiplyAdd<T, V>(w3, u, c); d = Lane.MultiplyAdd<T, V>(w0, u, d);
            b = Lane.MultiplyAdd<T, V>(w7, v, b); c = Lane.MultiplyAdd<T, V>(w4, v, c); d = Lane.MultiplyAdd<T, V>(w1, v, d);
            b = Lane.MultiplyAdd<T, V>(w8, w, b); c = Lane.MultiplyAdd<T, V>(w5, w, c); d = Lane.MultiplyAdd<T, V>(w2, w, d);
            p += pitch;
            u = Lane.Load<T, V>(p); v = Lane.Load<T, V>(p + 1); w = Lane.Load<T, V>(p + 2);
            c = Lane.MultiplyAdd<T, V>(w6, u, c); d = Lane.MultiplyAdd<T, V>(w3, u, d);
            c = Lane.MultiplyAdd<T, V>(w7, v, c); d = Lane.MultiplyAdd<T, V>(w4, v, d);
            c = Lane.MultiplyAdd<T, V>(w8, w, c); d = Lane.MultiplyAdd<T, V>(w5, w, d);
            p += pitch;
            d = Lane.MultiplyAdd<T, V>(w8, Lane.Load<T, V>(p + 2), Lane.MultiplyAdd<T, V>(w7, Lane.Load<T, V>(p + 1), Lane.MultiplyAdd<T, V>(w6, Lane.Load<T, V>(p), d)));
            if (relu)
            {
                a = default(Relu<T>).Apply<V, L>(a);
                b = default(Relu<T>).Apply<V, L>(b);
                c = default(Relu<T>).Apply<V, L>(c);
                d = default(Relu<T>).Apply<V, L>(d);
            }

            Lane.Store(a, to);
            Lane.Store(b, to + outPitch);
            Lane.Store(c, to + 2 * outPitch);
            Lane.Store(d, to + 3 * outPitch);
        }
    }
}
