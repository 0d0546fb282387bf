using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Runs a <see cref="ConvolutionPlan"/>: the forward product and the input gradient alike.
/// </summary>
/// <remarks>
/// Chunks are runs of (image, group, block of positions). Each copies its padded planes once, then for every phase and tile of output
/// channels sweeps the positions into a strip that stays in the cache, whose used columns go to the destination.
/// </remarks>
internal unsafe struct ConvolutionCorrelation<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Positions of a strip of 8 channels of floats: 48 KB.
    private const int StripBytes = 6 * 1024;

    // Multiply-adds below which one chunk takes several units.
    private const long SmallestChunk = 1 << 19;

    private ConvolutionPlan plan;
    private bool relu, pool;
    private int unitsPerChunk, paddedChannels, stripPitch, slack;
    private int* offsets;
    private ConvolutionPhase* phases;
    private T* source, weights, bias, destination;

    /// <summary>destination = source ⋆ weight (+ bias), and what the options ask for; source x and destination y forward, dy and dx backward.</summary>
    public static void Run(in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* weight, T* bias, T* destination)
    {
        ConvolutionPlan plan = forward ? ConvolutionPlan.Forward(g) : ConvolutionPlan.InputGradient(g);
        plan.Cut(sizeof(T), StripBytes / sizeof(T));
        if (options.Pool) plan.PairRows();
        int paddedChannels = ConvolutionTile<T, V, L>.Padded(plan.OutputChannels);
        using Scratch<int> tables = Scratch<int>.Rent(2 * plan.Taps);
        using Scratch<ConvolutionPhase> phases = Scratch<ConvolutionPhase>.Rent(plan.Phases);
        using Scratch<T> weights = Scratch<T>.Rent((long)plan.Groups * paddedChannels * (plan.Taps + 1));
        int* weightOffsets = tables.Pointer + plan.Taps;
        plan.WriteTables(g, forward, tables.Pointer, weightOffsets, phases.Pointer);
        T* packedBias = weights.Pointer + (nint)plan.Groups * paddedChannels * plan.Taps;
        PackWeights(plan, phases.Pointer, weightOffsets, weight, weights.Pointer, paddedChannels);
        for (int i = 0; i < plan.Groups * paddedChannels; i++)
        {
            int group = i / paddedChannels, channel = i % paddedChannels;
            packedBias[i] = bias != null && channel < plan.OutputChannels ? bias[group * plan.OutputChannels + channel] : T.Zero;
        }

        int positions = (plan.RowsPerBlock - 1) * plan.Pitch + plan.ColumnsPerBlock;
        long unitWork = (long)positions * plan.OutputChannels * plan.Taps + 1;
        var work = new ConvolutionCorrelation<T, V, L>
        {
            plan = plan,
            relu = options.Relu,
            pool = options.Pool,
            unitsPerChunk = (int)Math.Clamp(SmallestChunk / unitWork, 1, plan.Units),
            paddedChannels = paddedChannels,
            stripPitch = (positions + L.Count - 1) / L.Count * L.Count,
            slack = plan.Pitch + L.Count,
            offsets = tables.Pointer,
            phases = phases.Pointer,
            source = source,
            weights = weights.Pointer,
            bias = packedBias,
            destination = destination,
        };
        int chunks = (plan.Units + work.unitsPerChunk - 1) / work.unitsPerChunk;
        Parallelism.For(chunks, ref work, (double)unitWork * plan.Units / L.Count);
    }

    /// <summary>True when blocks of the work hold whole rows.</summary>
    public static bool HasWholeRows(in ConvolutionGeometry g) => g.OutputWidth <= StripBytes / sizeof(T);

    public void Run(int chunk)
    {
        using Scratch<T> planes = Scratch<T>.Rent(plan.PlanesLength + slack);
        using Scratch<T> strip = Scratch<T>.Rent((long)ConvolutionTile<T, V, L>.Channels * stripPitch + L.Count);
        using Scratch<T> line = Scratch<T>.Rent(pool ? plan.OutputWidth + L.Count : 0);
        int end = Math.Min((chunk + 1) * unitsPerChunk, plan.Units);
        for (int unit = chunk * unitsPerChunk; unit < end; unit++) RunUnit(unit, planes.Pointer, strip.Pointer, line.Pointer);
    }

    private readonly void RunUnit(int unit, T* planes, T* strip, T* line)
    {
        int block = unit % plan.Blocks, group = unit / plan.Blocks % plan.Groups;
        nint image = unit / plan.Blocks; // image · groups + group
        ConvolutionPlan part = plan.Block(block, out int firstRow, out int rows, out int firstColumn);
        int vectors = ((rows - 1) * plan.Pitch + part.OutputWidth + L.Count - 1) / L.Count;
        int scale = pool ? 2 : 1;
        nint destinationPlane = (nint)(plan.DestinationHeight / scale) * (plan.DestinationWidth / scale);
        T* target = destination + image * plan.OutputChannels * destinationPlane;
        ConvolutionPlanes<T, V, L>.Pack(
            part, source + image * plan.SourceChannels * plan.SourceHeight * plan.SourceWidth, firstRow, planes, slack);
        T* groupWeights = weights + (nint)group * paddedChannels * plan.Taps;
        T* groupBias = bias + (nint)group * paddedChannels;
        for (int p = 0; p < plan.Phases; p++)
        {
            ConvolutionPhase phase = phases[p];
            phase.ColumnShift += firstColumn * plan.StepWidth;
            T* tileWeights = groupWeights + (nint)paddedChannels * phase.FirstTap;
            int full = ConvolutionTile<T, V, L>.Channels;
            for (int channel = 0; channel < plan.OutputChannels; channel += full)
            {
                int rest = plan.OutputChannels - channel;
                int tile = rest >= full ? full : ConvolutionTile<T, V, L>.TileChannels(rest);
                ConvolutionTile<T, V, L>.Run(
                    tile, vectors, phase.Taps, offsets + phase.FirstTap, planes, tileWeights, groupBias + channel, strip, stripPitch);
                tileWeights += tile * phase.Taps;
                if (pool)
                {
                    T* pooled = target + channel * destinationPlane + (nint)(firstRow / 2) * (plan.OutputWidth / 2);
                    ConvolutionPooling<T, V, L>.FromPlanes(
                        strip, stripPitch, part.Pitch, Math.Min(tile, rest), rows, plan.OutputWidth, relu, line, pooled, destinationPlane);
                    continue;
                }

                ConvolutionPlanes<T, V, L>.Unpack(
                    part, phase, strip, stripPitch, Math.Min(tile, rest), firstRow, rows, target + channel * destinationPlane, relu);
            }
        }
    }

    /// <summary>packed [group][phase][tile][tap][channel of the tile], zero for surplus channels.</summary>
    private static void PackWeights(
        in ConvolutionPlan plan, ConvolutionPhase* phases, int* weightOffsets, T* weight, T* packed, int paddedChannels)
    {
        int full = ConvolutionTile<T, V, L>.Channels;
        for (int group = 0; group < plan.Groups; group++)
        {
            for (int p = 0; p < plan.Phases; p++)
            {
                for (int channel = 0; channel < plan.OutputChannels; channel += full)
                {
                    int rest = plan.OutputChannels - channel;
                    int tile = rest >= full ? full : ConvolutionTile<T, V, L>.TileChannels(rest);
                    T* from = weight + (nint)group * plan.GroupStride + (nint)channel * plan.OutputStride;
                    PackTile(
                        from, plan.OutputStride, Math.Min(rest, tile), weightOffsets + phases[p].FirstTap, phases[p].Taps, tile, packed);
                    packed += tile * phases[p].Taps;
                }
            }
        }
    }

    private static void PackTile(T* weight, nint channelStride, int channels, int* weightOffsets, int taps, int tile, T* packed)
    {
        for (int k = 0; k < taps; k++, packed += tile)
        {
            T* from = weight + weightOffsets[k];
            for (int r = 0; r < channels; r++) packed[r] = from[r * channelStride];
            for (int r = channels; r < tile; r++) packed[r] = T.Zero;
        }
    }
}
