using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Filters of step one with a single channel each: forward products and input gradients, a chunk being a run of planes; or all gradients, a chunk being
/// some images of a run of channels, with sums of its own, which are added in one order.
/// </summary>
/// <remarks>
/// Planes are read where they lie: what a vector sees of the neighbouring row is cleared by a mask. Only planes so near an end of the tensor that a vector
/// would read beyond it are copied first. The last vector of a row repeats columns of the one before; a row shorter than a vector is written with what
/// spills into the next, which is written after, and the last one by the element. Input and weight gradients of a plane are taken in one
/// sweep: both look at the same shifted rows of it.
/// </remarks>
internal unsafe struct DepthwiseChannels<T, V, L, S> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where S : struct, IDepthwiseSweeps<T>
{
    // The rows that one vector of columns goes down stay in the first cache together with what is written.
    private const int BlockBytes = 12 * 1024;
    private const int FewestRows = 14;

    // Planes that fit into the second cache need not be asked for.
    private const long CachedBytes = 1 << 20;
    private const int SumBytes = 64 * 1024;
    private const int MostImageChunks = 8;
    private const long ChunkWork = 1 << 18;

    private int batch, channels, height, width, top, left, outHeight, outWidth, columns, rowsPerBlock, before, after, unitsPerChunk,
        imagesPerChunk, channelChunks;
    private bool isForward, isGradient, relu, accumulate;
    private T* source, weight, bias, destination, x, dw, db, masks, sums;

    private static int Taps => S.Size * S.Size;

    /// <summary>A vector a tap and one for the bias.</summary>
    private static int SumsOfChannel => (Taps + 1) * L.Count;

    public static void Forward(in ConvolutionGeometry g, bool relu, T* x, T* weight, T* bias, T* y)
    {
        DepthwiseChannels<T, V, L, S> work = Create(g, isForward: true);
        work.relu = relu;
        work.source = x;
        work.weight = weight;
        work.bias = bias;
        work.destination = y;
        work.RunAll(g);
    }

    /// <summary>Whatever is not null of dx, dw and db.</summary>
    public static void Gradients(in ConvolutionGeometry g, T* x, T* dy, T* weight, T* dx, T* dw, T* db, bool accumulate)
    {
        DepthwiseChannels<T, V, L, S> work = Create(g, isForward: false);
        work.isGradient = dw != null || db != null;
        work.accumulate = accumulate;
        work.x = x;
        work.source = dy;
        work.weight = weight;
        work.destination = dx;
        work.dw = dw;
        work.db = db;
        work.RunAll(g);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int planeSize = height * width, outPlane = outHeight * outWidth;
        using Scratch<T> staged = Scratch<T>.Rent((long)before + planeSize + after);
        using Scratch<T> stagedFactor = Scratch<T>.Rent((long)outPlane + L.Count);
        using Scratch<T> small = Scratch<T>.Rent((Taps + 3) * L.Count + 2 * Taps);
        using Scratch<nint> table = Scratch<nint>.Rent(64);
        var sweep = new DepthwiseSweep<T>
        {
            Zeros = small.Pointer,
            Filter = small.Pointer + 2 * L.Count + Taps,
            Pitch = width,
            OutPitch = outWidth,
            Height = height,
            Relu = relu,
            Table = (T**)table.Pointer,
        };
        ConvolutionPlanes<T, V, L>.Fill(sweep.Zeros, L.Count + Taps, T.Zero);
        T* spill = sweep.Filter + Taps;
        if (isGradient)
        {
            RunGradients(chunk, ref sweep, spill, staged.Pointer, stagedFactor.Pointer);
            return;
        }

        SetAhead(ref sweep, 1);
        int end = Math.Min((chunk + 1) * unitsPerChunk, batch * channels);
        for (int plane = chunk * unitsPerChunk; plane < end; plane++)
        {
            LoadFilter(plane % channels, ref sweep);
            T* from = Readable(source, plane, planeSize, before, after, staged.Pointer);
            Sweep(ref sweep, from, null, destination + (nint)plane * outPlane, spill);
        }
    }

    private static DepthwiseChannels<T, V, L, S> Create(in ConvolutionGeometry g, bool isForward)
    {
        int width = isForward ? g.Width : g.OutputWidth, left = isForward ? g.PaddingLeft : S.Size - 1 - g.PaddingLeft;
        int outHeight = isForward ? g.OutputHeight : g.Height, outWidth = isForward ? g.OutputWidth : g.Width;
        int lastColumn = Math.Max(0, outWidth - L.Count);
        return new()
        {
            isForward = isForward,
            batch = g.Batch,
            channels = g.Groups,
            height = isForward ? g.Height : g.OutputHeight,
            width = width,
            top = isForward ? g.PaddingTop : S.Size - 1 - g.PaddingTop,
            left = left,
            outHeight = outHeight,
            outWidth = outWidth,
            columns = (outWidth + L.Count - 1) / L.Count,
            rowsPerBlock = Math.Min(outHeight, Math.Max(FewestRows, BlockBytes / sizeof(T) / outWidth / FewestRows * FewestRows)),
            before = Math.Max(0, left),
            after = Math.Max(0, lastColumn + L.Count + S.Size - 1 - left - width),
        };
    }

    private void RunAll(in ConvolutionGeometry g)
    {
        long planeWork = (long)outHeight * outWidth * Taps + 1;
        using Scratch<T> masks = Scratch<T>.Rent((long)columns * (S.Size + 1) * L.Count);
        this.masks = masks.Pointer;
        WriteMasks();
        if (!isGradient)
        {
            int planes = batch * channels;
            unitsPerChunk = (int)Math.Clamp(ChunkWork / planeWork, 1, planes);
            Parallelism.For((planes + unitsPerChunk - 1) / unitsPerChunk, ref this, g.Work / L.Count);
            return;
        }

        // As many images in a row as there are; the sums of the channels of a chunk stay in the second cache.
        imagesPerChunk = (batch + MostImageChunks - 1) / MostImageChunks;
        int imageChunks = (batch + imagesPerChunk - 1) / imagesPerChunk, fitting = Math.Max(1, SumBytes / (SumsOfChannel * sizeof(T)));
        unitsPerChunk = (int)Math.Clamp(imageChunks == MostImageChunks ? fitting : Math.Min(fitting, ChunkWork / (2 * planeWork * imagesPerChunk)), 1, channels);
        channelChunks = (channels + unitsPerChunk - 1) / unitsPerChunk;
        using Scratch<T> sums = Scratch<T>.Rent((long)imageChunks * channels * SumsOfChannel);
        this.sums = sums.Pointer;
        Parallelism.For(imageChunks * channelChunks, ref this, 2 * g.Work / L.Count);
        Reduce(imageChunks);
    }

    /// <summary>For every vector of columns, a mask a tap column of the lanes whose source exists, and one of the lanes that no vector before it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void WriteMasks()
    {
        T all = ScalarLanes<T>.Equal(T.Zero, T.Zero);
        T* mask = masks;
        for (int index = 0; index < columns; index++)
        {
            int column = Column(index);
            for (int v = 0; v < S.Size; v++)
            {
                for (int lane = 0; lane < L.Count; lane++) *mask++ = (uint)(column + lane + v - left) < (uint)width ? all : T.Zero;
            }

            for (int lane = 0; lane < L.Count; lane++) *mask++ = column + lane >= index * L.Count && column + lane < outWidth ? all : T.Zero;
        }
    }

    private readonly int Column(int index) => Math.Max(0, Math.Min(index * L.Count, outWidth - L.Count));

    /// <summary>The plane where it lies, or a copy where reading around it would leave the tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly T* Readable(T* tensor, int plane, int size, int before, int after, T* copy)
    {
        long first = (long)plane * size;
        if (first >= before && first + size + after <= (long)batch * channels * size) return tensor + first;
        ConvolutionPlanes<T, V, L>.Copy(tensor + first, copy + before, size);
        return copy + before;
    }

    /// <summary>The plane so many further on is the next.</summary>
    private readonly void SetAhead(ref DepthwiseSweep<T> sweep, int planes)
    {
        int planeSize = height * width, outPlane = outHeight * outWidth;
        if ((long)batch * channels * (planeSize + outPlane) * sizeof(T) < CachedBytes) return;
        sweep.SourceAhead = (nint)planes * planeSize;
        sweep.OutAhead = (nint)planes * outPlane;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void LoadFilter(int channel, ref DepthwiseSweep<T> sweep)
    {
        T* from = weight + (nint)channel * Taps;
        if (isForward)
        {
            sweep.Filter = from;
        }
        else
        {
            for (int k = 0; k < Taps; k++) sweep.Filter[k] = from[Taps - 1 - k];
        }

        sweep.Bias = bias == null ? T.Zero : bias[channel];
    }

    /// <summary>The correlation where there is a target, the weights where there is a factor, or both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sweep(ref DepthwiseSweep<T> sweep, T* plane, T* factor, T* target, T* spill)
    {
        for (int row = 0; row < outHeight; row += rowsPerBlock)
        {
            sweep.First = row - top;
            sweep.Rows = Math.Min(rowsPerBlock, outHeight - row);
            for (int index = 0; index < columns; index++)
            {
                int column = Column(index);
                nint start = (nint)row * outWidth + column;
                sweep.Source = plane + column - left;
                sweep.Masks = masks + (nint)index * (S.Size + 1) * L.Count;
                sweep.FactorMask = sweep.Masks + S.Size * L.Count;
                sweep.Factor = factor + start;
                if (target == null)
                {
                    S.Weights(sweep);
                    continue;
                }

                sweep.Target = target + start;
                T* last = sweep.Target + (nint)(sweep.Rows - 1) * outWidth;
                sweep.LastTarget = outWidth < L.Count ? spill : last;
                if (factor == null) S.Correlate(sweep);
                else S.CorrelateAndWeights(sweep);
                if (outWidth < L.Count) ConvolutionPlanes<T, V, L>.Copy(spill, last, outWidth);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunGradients(int chunk, ref DepthwiseSweep<T> sweep, T* spill, T* staged, T* stagedFactor)
    {
        int first = chunk % channelChunks * unitsPerChunk, count = Math.Min(unitsPerChunk, channels - first);
        int planeSize = height * width, outPlane = outHeight * outWidth;

        // The last images first: what the forward pass has touched last is still in the cache.
        int part = (batch - 1) / imagesPerChunk - chunk / channelChunks, firstImage = part * imagesPerChunk;
        T* ofChunk = sums + ((nint)part * channels + first) * SumsOfChannel;
        ConvolutionPlanes<T, V, L>.Fill(ofChunk, count * SumsOfChannel, T.Zero);
        for (int n = Math.Min(firstImage + imagesPerChunk, batch) - 1; n >= firstImage; n--)
        {
            for (int c = 0; c < count; c++)
            {
                int plane = n * channels + first + c;
                T* sum = ofChunk + (nint)c * SumsOfChannel, from = Readable(source, plane, planeSize, before, after, staged);
                SetAhead(ref sweep, (c + 1 < count ? plane + 1 : (n - 1) * channels + first) - plane);
                if (db != null) Add(from, planeSize, sum + Taps * L.Count);
                if (destination != null) LoadFilter(first + c, ref sweep);
                sweep.Sums = sum;
                T* factor = dw == null ? null : Readable(x, plane, outPlane, 0, outWidth < L.Count ? L.Count : 0, stagedFactor);
                T* target = destination == null ? null : destination + (nint)plane * outPlane;
                if (factor != null || target != null) Sweep(ref sweep, from, factor, target, spill);
            }
        }
    }

    /// <summary>Adds what the chunks have summed, in the order of the images, and its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Reduce(int parts)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            T* sum = sums + (nint)channel * SumsOfChannel;
            for (int part = 1; part < parts; part++)
            {
                T* more = sum + (nint)part * channels * SumsOfChannel;
                for (int i = 0; i < SumsOfChannel; i += L.Count) L.Store(L.Add(L.Load(sum + i), L.Load(more + i)), sum + i);
            }

            for (int k = 0; k < Taps && dw != null; k++) Put(dw + (nint)channel * Taps + Taps - 1 - k, L.Sum(L.Load(sum + k * L.Count)));
            if (db != null) Put(db + channel, L.Sum(L.Load(sum + Taps * L.Count)));
        }
    }

    private readonly void Put(T* target, T value) => *target = accumulate ? *target + value : value;

    /// <summary>sum += all elements, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(T* from, int count, T* sum)
    {
        V a = L.Load(sum), b = L.Zero, c = L.Zero, d = L.Zero;
        int i = 0;
        for (; i + 4 * L.Count <= count; i += 4 * L.Count)
        {
            a = L.Add(a, L.Load(from + i));
            b = L.Add(b, L.Load(from + i + L.Count));
            c = L.Add(c, L.Load(from + i + 2 * L.Count));
            d = L.Add(d, L.Load(from + i + 3 * L.Count));
        }

        for (; i + L.Count <= count; i += L.Count) a = L.Add(a, L.Load(from + i));
        L.Store(L.Add(L.Add(a, b), L.Add(c, d)), sum);
        for (; i < count; i++) *sum += from[i];
    }
}
