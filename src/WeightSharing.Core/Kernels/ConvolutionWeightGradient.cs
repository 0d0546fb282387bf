using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The weight gradient: dw[o, k] = Σ over images and positions p of dy[o, p] · planes[offsets[k] + p], with the planes and the offsets of
/// the forward <see cref="ConvolutionPlan"/> and dy laid out at the same pitch, zero between the rows.
/// </summary>
/// <remarks>
/// Chunks are (run of groups, run of tiles of output channels, run of units); a unit is a block of rows of one image, or a few whole small
/// images, as much as lets a tile of dy stay close and still makes long sums. Runs of units have a partial sum each, added in ascending
/// order; how many there are depends on the shape alone.
/// </remarks>
internal unsafe struct ConvolutionWeightGradient<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // One channel of dy; measured: half as much loses 10 % to the ends of the sums, twice as much gains nothing.
    private const int DyBytes = 7200;
    private const int WantedChunks = 8;
    private const long LargestPartials = 1 << 19;

    private ConvolutionPlan plan;
    private int imagesPerUnit, units, unitRuns, groupRuns, tileRuns, tiles, pitch, slack;
    private bool accumulate;
    private int* offsets;
    private T* x, dy, dw, partials;

    public static void Run(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
    {
        ConvolutionPlan plan = ConvolutionPlan.Forward(g);
        plan.Cut(sizeof(T), DyBytes / sizeof(T));
        int full = ConvolutionTile<T, V, L>.Channels;
        int positions = Padded((plan.RowsPerBlock - 1) * plan.Pitch + plan.ColumnsPerBlock);
        int imagesPerUnit = plan.Blocks > 1 ? 1 : Math.Clamp(DyBytes / sizeof(T) / positions, 1, plan.Batch);
        int units = (plan.Batch + imagesPerUnit - 1) / imagesPerUnit * plan.Blocks;
        int tiles = (plan.OutputChannels + full - 1) / full;
        int unitRuns = (int)Math.Min(units, Math.Clamp(LargestPartials / g.WeightLength, 1, WantedChunks));
        int groupRuns = Math.Min(plan.Groups, WantedChunks / unitRuns);
        int tileRuns = Math.Min(tiles, WantedChunks / unitRuns / groupRuns);

        using Scratch<int> tables = Scratch<int>.Rent(2 * plan.Taps);
        using Scratch<T> partials = Scratch<T>.Rent(unitRuns > 1 ? unitRuns * g.WeightLength : 0);
        ConvolutionPhase phase;
        plan.WriteTables(g, forward: true, tables.Pointer, tables.Pointer + plan.Taps, &phase);
        var work = new ConvolutionWeightGradient<T, V, L>
        {
            plan = plan,
            imagesPerUnit = imagesPerUnit,
            units = units,
            unitRuns = unitRuns,
            groupRuns = groupRuns,
            tileRuns = tileRuns,
            tiles = tiles,
            // An odd number of cache lines, so that the rows of a tile do not compete for one set of the cache.
            pitch = positions + ((positions * sizeof(T) / 64) % 2 == 0 ? 64 / sizeof(T) : 0),
            slack = plan.Pitch + L.Count,
            accumulate = accumulate,
            offsets = tables.Pointer,
            x = x,
            dy = dy,
            dw = dw,
            partials = partials.Pointer,
        };
        Parallelism.For(groupRuns * tileRuns * unitRuns, ref work, g.Work / L.Count);
        if (unitRuns > 1) AddPartials(partials.Pointer, unitRuns, (nint)g.WeightLength, dw, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int unitRun = chunk % unitRuns, tileRun = chunk / unitRuns % tileRuns, groupRun = chunk / unitRuns / tileRuns;
        int full = ConvolutionTile<T, V, L>.Channels;
        int firstChannel = tiles * tileRun / tileRuns * full;
        int endChannel = Math.Min(tiles * (tileRun + 1) / tileRuns * full, plan.OutputChannels);
        int firstGroup = (int)((long)plan.Groups * groupRun / groupRuns), endGroup = (int)((long)plan.Groups * (groupRun + 1) / groupRuns);
        T* result = unitRuns > 1 ? partials + unitRun * (nint)plan.Groups * plan.GroupStride : dw;
        for (int group = firstGroup; group < endGroup && (unitRuns > 1 || !accumulate); group++)
        {
            T* part = result + (nint)group * plan.GroupStride + (nint)firstChannel * plan.Taps;
            new Span<T>(part, (endChannel - firstChannel) * plan.Taps).Clear();
        }

        using Scratch<T> planes = Scratch<T>.Rent(imagesPerUnit * (nint)(plan.PlanesLength + slack));
        using Scratch<T> strips = Scratch<T>.Rent((long)imagesPerUnit * full * pitch);
        int end = (int)((long)units * (unitRun + 1) / unitRuns);
        for (int unit = (int)((long)units * unitRun / unitRuns); unit < end; unit++)
        {
            // Groups inside units: memory is read in the order in which it lies.
            for (int group = firstGroup; group < endGroup; group++)
            {
                RunUnit(
                    unit, group, firstChannel, endChannel, planes.Pointer, strips.Pointer, result + (nint)group * plan.GroupStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunUnit(int unit, int group, int firstChannel, int endChannel, T* planes, T* strips, T* result)
    {
        nint planesLength = plan.PlanesLength + slack;
        int block = unit % plan.Blocks, firstImage = unit / plan.Blocks * imagesPerUnit;
        int images = Math.Min(imagesPerUnit, plan.Batch - firstImage);
        ConvolutionPlan part = plan.Block(block, out int firstRow, out int rows, out int firstColumn);
        for (int i = 0; i < images; i++)
        {
            nint image = (nint)(firstImage + i) * plan.Groups + group;
            T* source = x + image * plan.SourceChannels * plan.SourceHeight * plan.SourceWidth;
            ConvolutionPlanes<T, V, L>.Pack(part, source, firstRow, planes + i * planesLength, slack);
        }

        int full = ConvolutionTile<T, V, L>.Channels;
        for (int channel = firstChannel; channel < endChannel; channel += full)
        {
            int rest = plan.OutputChannels - channel;
            int tile = rest >= full ? full : ConvolutionTile<T, V, L>.TileChannels(rest), channels = Math.Min(rest, tile);
            for (int i = 0; i < images; i++)
            {
                nint plane = ((nint)(firstImage + i) * plan.Groups + group) * plan.OutputChannels + channel;
                T* from = dy + (plane * plan.OutputHeight + firstRow) * plan.OutputWidth + firstColumn;
                PackDy(from, channels, tile, rows, part.OutputWidth, strips + (nint)i * full * pitch);
            }

            int positions = (rows - 1) * plan.Pitch + part.OutputWidth;
            RunTile(tile, channels, images, positions, strips, planes, planesLength, result + (nint)channel * plan.Taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTile(
        int tile, int channels, int images, int positions, T* strips, T* planes, nint planesLength, T* result)
    {
        const int taps = ConvolutionWeightTile<T, V, L>.Taps;
        int vectors = Padded(positions) / L.Count, last = plan.Taps - 1;
        T* sums = stackalloc T[8 * taps];
        for (int k = 0; k < plan.Taps; k += taps)
        {
            T* x0 = planes + offsets[k], x1 = planes + offsets[Math.Min(k + 1, last)], x2 = planes + offsets[Math.Min(k + 2, last)];
            ConvolutionWeightTile<T, V, L>.Run(
                tile, images, vectors, strips, (nint)ConvolutionTile<T, V, L>.Channels * pitch, pitch, x0, x1, x2, planesLength, sums);
            int valid = Math.Min(taps, plan.Taps - k);
            for (int r = 0; r < channels; r++)
            {
                for (int i = 0; i < valid; i++) result[(nint)r * plan.Taps + k + i] += sums[r * taps + i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackDy(T* source, int channels, int tile, int rows, int width, T* strip)
    {
        int gap = plan.Pitch - width, length = Padded((rows - 1) * plan.Pitch + width);
        for (int r = 0; r < tile; r++, source += plan.OutputHeight * plan.OutputWidth)
        {
            T* target = strip + (nint)r * pitch, end = target + length, from = source;
            if (r >= channels)
            {
                ConvolutionPlanes<T, V, L>.Fill(target, length, T.Zero);
                continue;
            }

            for (int i = 0; i < rows; i++, from += plan.OutputWidth)
            {
                ConvolutionPlanes<T, V, L>.Copy(from, target, width);
                target += width;
                int zeros = i < rows - 1 ? gap : (int)(end - target);
                ConvolutionPlanes<T, V, L>.Fill(target, zeros, T.Zero);
                target += zeros;
            }
        }
    }

    private static int Padded(int positions) => (positions + L.Count - 1) / L.Count * L.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPartials(T* partials, int count, nint length, T* dw, bool accumulate)
    {
        for (nint i = 0; i < length; i++)
        {
            T sum = partials[i];
            for (int run = 1; run < count; run++) sum += partials[run * length + i];
            dw[i] = accumulate ? dw[i] + sum : sum;
        }
    }
}
