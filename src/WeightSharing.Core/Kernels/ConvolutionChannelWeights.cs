using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Weight gradients of unit stride with the output channels in the lanes of a vector and the input channels side by side at every position.
/// </summary>
/// <remarks>
/// A unit is a block of rows of one image. Its x goes into [row][column][channel] with the padding around it, its dy into [position][lane], one vector of
/// channels after the other. Chunks are runs of units with a partial sum each, [vector][u][v][channel][lane], added in ascending order; how many
/// there are depends on the shape alone.
/// </remarks>
internal unsafe struct ConvolutionChannelWeights<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // A block of dy and its x are in the first cache together.
    private const int StripBytes = 16 * 1024;
    private const int WantedChunks = 8;

    private ConvolutionGeometry g;
    private int pitch, rowsPerBlock, blocks, units, runs;
    private int* places;
    private T* x, dy, partials;

    private readonly int RowElements => g.KernelWidth * g.InputChannels;
    private readonly int Reach => (g.KernelHeight - 1) * g.DilationHeight;

    /// <summary>True where rows of filters are whole tiles, vectors of channels are full, and there are registers enough.</summary>
    public static bool Suits(in ConvolutionGeometry g)
        => L.Count * sizeof(T) == 64 && g is { Groups: 1, StrideHeight: 1, StrideWidth: 1, DilationWidth: 1 }
            && g.KernelWidth * g.InputChannels % ConvolutionChannelWeightTile<T, V, L>.Elements == 0
            && g.InputChannels % Vector128<T>.Count == 0 && g.OutputChannels % L.Count == 0;

    public static void Run(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
    {
        int rows = Math.Clamp(StripBytes / sizeof(T) / L.Count / g.OutputWidth, 1, g.OutputHeight), blocks = (g.OutputHeight + rows - 1) / rows;
        var work = new ConvolutionChannelWeights<T, V, L>
        {
            g = g,
            pitch = g.OutputWidth + g.KernelWidth - 1,
            rowsPerBlock = rows,
            blocks = blocks,
            units = g.Batch * blocks,
            runs = Math.Min(WantedChunks, g.Batch * blocks),
            x = x,
            dy = dy,
        };
        int pixels = rows * g.OutputWidth, sourceRows = rows + work.Reach;
        using Scratch<int> places = Scratch<int>.Rent(pixels + sourceRows * g.Width);
        using Scratch<T> partials = Scratch<T>.Rent(work.runs * g.WeightLength);
        work.places = places.Pointer;
        work.partials = partials.Pointer;
        int* place = places.Pointer;
        for (int p = 0; p < pixels; p++) *place++ = p * L.Count;
        for (int r = 0; r < sourceRows; r++)
        {
            for (int w = 0; w < g.Width; w++) *place++ = (r * work.pitch + w) * g.InputChannels;
        }

        Parallelism.For(work.runs, ref work, g.Work / L.Count);
        Collect(g, partials.Pointer, work.runs, dw, accumulate);
    }

    public readonly void Run(int chunk)
    {
        using Scratch<T> planes = Scratch<T>.Rent((long)(rowsPerBlock + Reach) * pitch * g.InputChannels);
        using Scratch<T> strip = Scratch<T>.Rent((long)rowsPerBlock * g.OutputWidth * L.Count);
        T* sums = partials + chunk * (nint)g.WeightLength;
        new Span<T>(sums, (int)g.WeightLength).Clear();
        int end = (int)((long)units * (chunk + 1) / runs);
        for (int unit = (int)((long)units * chunk / runs); unit < end; unit++)
        {
            int image = unit / blocks, firstRow = unit % blocks * rowsPerBlock, rows = Math.Min(rowsPerBlock, g.OutputHeight - firstRow);
            Pack(x + (nint)image * g.InputChannels * g.Height * g.Width, firstRow - g.PaddingTop, rows + Reach, planes.Pointer);
            for (int channel = 0; channel < g.OutputChannels; channel += L.Count)
            {
                nint plane = (nint)g.OutputHeight * g.OutputWidth;
                T* from = dy + ((nint)image * g.OutputChannels + channel) * plane + (nint)firstRow * g.OutputWidth;
                ChannelVectors<T, V, L>.Gather(from, plane, L.Count, rows * g.OutputWidth, places, strip.Pointer);
                RunVector(rows, planes.Pointer, strip.Pointer, sums + (nint)channel * g.PatchSize);
            }
        }
    }

    private readonly void RunVector(int rows, T* planes, T* strip, T* sums)
    {
        const int tile = ConvolutionChannelWeightTile<T, V, L>.Elements;
        nint rowStep = (nint)pitch * g.InputChannels;
        for (int u = 0; u < g.KernelHeight; u++)
        {
            T* row = planes + u * g.DilationHeight * rowStep;
            for (int k = 0; k < RowElements; k += tile, sums += tile * L.Count)
                ConvolutionChannelWeightTile<T, V, L>.Run(rows, g.OutputWidth, strip, row + k, rowStep, g.InputChannels, sums);
        }
    }

    /// <summary>packed[r][left + w][c] = image[c, firstRow + r, w], zero outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(T* image, int firstRow, int rows, T* packed)
    {
        int channels = g.InputChannels, lanes = Vector128<T>.Count, from = Math.Max(firstRow, 0), count = Math.Min(firstRow + rows, g.Height) - from;
        new Span<T>(packed, rows * pitch * channels).Clear();
        if (count <= 0) return;
        T* target = packed + ((nint)(from - firstRow) * pitch + g.PaddingLeft) * channels;
        int* place = places + rowsPerBlock * g.OutputWidth;
        nint plane = (nint)g.Height * g.Width;
        for (int c = 0; c < channels; c += lanes)
        {
            T* source = image + c * plane + (nint)from * g.Width;
            ChannelVectors<T, Vector128<T>, Lanes128<T>>.Gather(source, plane, lanes, count * g.Width, place, target + c);
        }
    }

    /// <summary>dw[o, c, u, v] (+)= Σ_run partials[run][o / L][u][v][c][o % L].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Collect(in ConvolutionGeometry g, T* partials, int runs, T* dw, bool accumulate)
    {
        nint length = (nint)g.WeightLength;
        for (nint i = 0; i < length; i += L.Count)
        {
            V sum = L.Load(partials + i);
            for (int run = 1; run < runs; run++) sum = L.Add(sum, L.Load(partials + run * length + i));
            L.Store(sum, partials + i);
        }

        int size = g.KernelSize, patch = g.PatchSize;
        for (int o = 0; o < g.OutputChannels; o++)
        {
            T* from = partials + (nint)(o / L.Count) * patch * L.Count + o % L.Count;
            for (int c = 0; c < g.InputChannels; c++)
            {
                for (int k = 0; k < size; k++, dw++)
                {
                    T value = from[(nint)(k * g.InputChannels + c) * L.Count];
                    *dw = accumulate ? *dw + value : value;
                }
            }
        }
    }
}
