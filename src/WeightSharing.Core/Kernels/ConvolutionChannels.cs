using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Forward products and input gradients of unit stride with the destination channels in the lanes of a vector, for narrow planes.
/// </summary>
/// <remarks>
/// The source is copied, a block of rows of one image at a time, into padded planes [channel][row][pitch]. A block of outputs
/// [position][lane] stays in the first cache until it is written to the planes of the destination. Chunks are runs of blocks.
/// </remarks>
internal unsafe struct ConvolutionChannels<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // A block of outputs and its padded source are in the first cache together.
    private const int StripBytes = 16 * 1024;

    // With fewer, writing the result from vectors to planes takes longer than the products that are saved.
    private const int FewestSources = 4;

    // Multiply-adds below which one chunk takes several blocks.
    private const long SmallestChunk = 1 << 19;

    private int sourceChannels, height, width, top, left, channels, outHeight, outWidth;
    private int kernelHeight, dilationHeight;
    private int vectors, pitch, rowsPerBlock, blocks, units, unitsPerChunk;
    private bool relu, pool;

    // Of the rows of the filters in the padded planes, and behind those of the positions in a block of outputs.
    private int* offsets;
    private T* source, filters, bias, destination;

    private readonly int FilterRows => sourceChannels * kernelHeight;
    private readonly int PlaneRows => rowsPerBlock + (kernelHeight - 1) * dilationHeight;

    /// <summary>
    /// True where vectors of channels are full and a row is one tile. Measured in place of vectors along the plane, 64 images of 14×14 with 8 and 16 channels:
    /// 320 µs instead of 420; at 28×28 there is no difference.
    /// </summary>
    public static bool Suits(in ConvolutionGeometry g, bool forward)
    {
        return g is { Groups: 1, StrideHeight: 1, StrideWidth: 1, DilationWidth: 1, KernelWidth: ConvolutionChannelsTile<T, V, L>.RowTaps }
            && (forward ? g.InputChannels : g.OutputChannels) >= FewestSources
            && (forward ? g.OutputChannels : g.InputChannels) % L.Count == 0
            && (forward ? g.OutputWidth : g.Width) == ConvolutionChannelsTile<T, V, L>.Width;
    }

    /// <summary>filters[vector][source channel][u][v][lane], turned around backward.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformFilters(in ConvolutionGeometry g, bool forward, T* weight, T* filters)
    {
        int size = g.KernelSize, sources = forward ? g.InputChannels : g.OutputChannels, channels = forward ? g.OutputChannels : g.InputChannels;
        nint sourceStride = forward ? size : g.PatchSize, channelStride = forward ? g.PatchSize : size;
        for (int channel = 0; channel < channels; channel += L.Count)
        {
            for (int s = 0; s < sources; s++)
            {
                T* from = weight + channel * channelStride + s * sourceStride;
                for (int k = 0; k < size; k++)
                {
                    T* tap = from + (forward ? k : size - 1 - k);
                    for (int lane = 0; lane < L.Count; lane++, tap += channelStride) *filters++ = *tap;
                }
            }
        }
    }

    /// <summary>destination = source ⋆ filters (+ bias), and what the options ask for; source x and destination y forward, dy and dx backward.</summary>
    public static void Run(in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* filters, T* bias, T* destination)
    {
        ConvolutionChannels<T, V, L> work = Of(g, forward);
        int planeLength = work.PlaneRows * work.pitch;
        int positions = work.rowsPerBlock * work.outWidth;
        using Scratch<int> offsets = Scratch<int>.Rent(work.FilterRows + positions);
        using Scratch<T> zero = Scratch<T>.Rent(work.channels);
        if (bias == null) new Span<T>(zero.Pointer, work.channels).Clear();
        int* offset = offsets.Pointer;
        for (int s = 0; s < work.sourceChannels; s++)
        {
            for (int u = 0; u < g.KernelHeight; u++) *offset++ = s * planeLength + u * g.DilationHeight * work.pitch;
        }

        for (int p = 0; p < positions; p++) *offset++ = p * L.Count;
        long unitWork = (long)work.rowsPerBlock * work.outWidth * work.channels * work.FilterRows * g.KernelWidth;
        work.units = g.Batch * work.blocks;
        work.unitsPerChunk = (int)Math.Clamp(SmallestChunk / unitWork, 1, work.units);
        work.relu = options.Relu;
        work.pool = options.Pool;
        work.offsets = offsets.Pointer;
        work.source = source;
        work.filters = filters;
        work.bias = bias == null ? zero.Pointer : bias;
        work.destination = destination;
        Parallelism.For((work.units + work.unitsPerChunk - 1) / work.unitsPerChunk, ref work, (double)unitWork * work.units / L.Count);
    }

    public void Run(int chunk)
    {
        int planeLength = PlaneRows * pitch;
        using Scratch<T> planes = Scratch<T>.Rent((long)sourceChannels * planeLength + L.Count);
        using Scratch<T> strip = Scratch<T>.Rent((long)rowsPerBlock * outWidth * L.Count);
        int end = Math.Min((chunk + 1) * unitsPerChunk, units);
        for (int unit = chunk * unitsPerChunk; unit < end; unit++)
        {
            int image = unit / blocks, firstRow = unit % blocks * rowsPerBlock, rows = Math.Min(rowsPerBlock, outHeight - firstRow);
            Pad(source + (nint)image * sourceChannels * height * width, firstRow - top, planes.Pointer);
            int scale = pool ? 2 : 1;
            nint targetWidth = outWidth / scale, plane = outHeight / scale * targetWidth;
            T* target = destination + (nint)image * channels * plane + firstRow / scale * targetWidth;
            for (int vector = 0; vector < vectors; vector++, target += L.Count * plane)
                RunVector(vector, rows, planes.Pointer, strip.Pointer, target, plane);
        }
    }

    private readonly void RunVector(int vector, int rows, T* planes, T* strip, T* target, nint plane)
    {
        T* weights = filters + (nint)vector * FilterRows * ConvolutionChannelsTile<T, V, L>.RowTaps * L.Count, offset = bias + (nint)vector * L.Count;
        int positions = rows * outWidth;
        ConvolutionChannelsTile<T, V, L>.Run(rows, FilterRows, offsets, planes, pitch, weights, offset, strip);
        if (pool)
        {
            ConvolutionPooling<T, V, L>.FromVectors(strip, rows, outWidth, relu);
            positions = rows / 2 * (outWidth / 2);
        }
        else if (relu)
        {
            Rectify(strip, positions * L.Count);
        }

        ChannelVectors<T, V, L>.Scatter(strip, offsets + FilterRows, L.Count, positions, target, plane);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pad(T* image, int firstRow, T* planes)
    {
        for (int c = 0; c < sourceChannels; c++, planes += PlaneRows * pitch)
            DepthwisePlanes<T, V, L>.PadRows(image + (nint)c * height * width, height, width, firstRow, PlaneRows, left, pitch, planes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rectify(T* values, int count)
    {
        for (int i = 0; i < count; i += L.Count) L.Store(default(Relu<T>).Apply<V, L>(L.Load(values + i)), values + i);
    }

    private static ConvolutionChannels<T, V, L> Of(in ConvolutionGeometry g, bool forward)
    {
        int reachHeight = (g.KernelHeight - 1) * g.DilationHeight, reachWidth = g.KernelWidth - 1;
        var work = new ConvolutionChannels<T, V, L>
        {
            sourceChannels = forward ? g.InputChannels : g.OutputChannels,
            height = forward ? g.Height : g.OutputHeight,
            width = forward ? g.Width : g.OutputWidth,
            top = forward ? g.PaddingTop : reachHeight - g.PaddingTop,
            left = forward ? g.PaddingLeft : reachWidth - g.PaddingLeft,
            channels = forward ? g.OutputChannels : g.InputChannels,
            outHeight = forward ? g.OutputHeight : g.Height,
            outWidth = forward ? g.OutputWidth : g.Width,
            kernelHeight = g.KernelHeight,
            dilationHeight = g.DilationHeight,
        };
        work.vectors = work.channels / L.Count;
        work.pitch = Math.Max(L.Count, work.outWidth + reachWidth);

        // Even, so that windows of a pooling do not cross from one block to the next.
        int rows = Math.Max(2, StripBytes / sizeof(T) / L.Count / work.outWidth / 2 * 2);
        work.rowsPerBlock = Math.Min(rows, work.outHeight);
        work.blocks = (work.outHeight + rows - 1) / rows;
        return work;
    }
}
