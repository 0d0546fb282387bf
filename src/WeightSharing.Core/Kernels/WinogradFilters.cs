using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// The filters of a <see cref="WinogradPlan"/> transformed: u[group][panel][point][source channel][vectors of the panel], a panel two vectors of output
/// channels, the last one where their number is odd. Chunks are (group, vector of output channels).
/// </summary>
internal unsafe struct WinogradFilters<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    // Roughly what one filter costs: most of it the way to and from memory.
    private const double FilterNanoseconds = 16;

    private WinogradPlan plan;
    private bool forward;
    private T* weight, filters;

    public static void Run(in WinogradPlan plan, bool forward, T* weight, T* filters)
    {
        var work = new WinogradFilters<T, V, L> { plan = plan, forward = forward, weight = weight, filters = filters };
        Parallelism.For(
            plan.Groups * plan.OutputBlocks, ref work, FilterNanoseconds * plan.Groups * plan.OutputChannels * plan.SourceChannels);
    }

    public void Run(int chunk)
    {
        const int taps = 9;
        int group = chunk / plan.OutputBlocks, block = chunk % plan.OutputBlocks, lanes = L.Count;
        int firstChannel = block * lanes, channels = Math.Min(lanes, plan.OutputChannels - firstChannel);
        int width = Math.Min(2, plan.OutputBlocks - block / 2 * 2) * lanes;
        nint pointStride = (nint)plan.SourceChannels * width;
        T* target = filters + (nint)plan.Points * plan.SourceChannels * lanes * ((nint)group * plan.OutputBlocks + block / 2 * 2)
            + block % 2 * lanes;

        // Forward the lanes are filters (the first dimension of the weight), backward the channels that the filters see (the second).
        nint filterLength = (nint)(forward ? plan.SourceChannels : plan.OutputChannels) * taps;
        nint laneStride = forward ? filterLength : taps, sourceStride = forward ? taps : filterLength;
        T* from = weight + (nint)group * plan.OutputChannels * plan.SourceChannels * taps + firstChannel * laneStride;
        int* place = stackalloc int[taps];
        for (int i = 0; i < taps; i++) place[i] = i * lanes;
        T* taken = stackalloc T[taps * lanes];
        for (int c = 0; c < plan.SourceChannels; c++, from += sourceStride, target += width)
        {
            ChannelVectors<T, V, L>.Gather(from, laneStride, channels, taps, place, taken);
            WinogradForm<T, V, L>.Filter(plan, taken, target, pointStride);
        }
    }
}
