using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Forward products of 1×1 filters with the micro-kernels of a correlation, whose taps are the input's own planes: nothing is copied, and the bias is
/// where the sums begin. Chunks are (image, block of positions); a block of all input channels stays in the second cache.
/// </summary>
internal unsafe struct ConvolutionPointwiseTiles<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int BlockBytes = 192 * 1024;

    private int inputs, outputs, plane, positions, blocks;
    private bool relu;
    private int* offsets;
    private T* source, weights, bias, destination;

    /// <summary>True when a plane has whole vectors.</summary>
    public static bool Applies(in ConvolutionGeometry g) => g.InputPlane >= L.Count;

    public static void Run(in ConvolutionGeometry g, bool relu, T* x, T* weight, T* bias, T* y)
    {
        int inputs = g.InputChannels, outputs = g.OutputChannels, plane = g.InputPlane, step = ConvolutionTile<T, V, L>.Vectors * L.Count;
        int padded = ConvolutionTile<T, V, L>.Padded(outputs);
        using Scratch<int> offsets = Scratch<int>.Rent(inputs);
        using Scratch<T> weights = Scratch<T>.Rent((long)padded * (inputs + 1));
        for (int c = 0; c < inputs; c++) offsets.Pointer[c] = c * plane;
        T* packed = weights.Pointer;
        for (int channel = 0; channel < outputs; channel += ConvolutionTile<T, V, L>.Channels)
        {
            int rest = outputs - channel, tile = TileOf(rest);
            for (int c = 0; c < inputs; c++)
            {
                for (int r = 0; r < tile; r++) *packed++ = r < rest ? weight[(nint)(channel + r) * inputs + c] : T.Zero;
            }
        }

        for (int o = 0; o < padded; o++) packed[o] = bias != null && o < outputs ? bias[o] : T.Zero;
        int wanted = Math.Max(step, BlockBytes / sizeof(T) / inputs / step * step);
        int blocks = Math.Max(1, plane / wanted);
        var work = new ConvolutionPointwiseTiles<T, V, L>
        {
            inputs = inputs,
            outputs = outputs,
            plane = plane,
            positions = ((plane + blocks - 1) / blocks + step - 1) / step * step,
            relu = relu,
            offsets = offsets.Pointer,
            source = x,
            weights = weights.Pointer,
            bias = packed,
            destination = y,
        };
        work.blocks = Math.Max(1, plane / work.positions);
        Parallelism.For(g.Batch * work.blocks, ref work, g.Work / L.Count);
    }

    public void Run(int chunk)
    {
        int image = chunk / blocks, block = chunk % blocks, first = block * positions;

        // The last block takes what is left over, so that none is smaller than a vector; the last vector of a plane may repeat positions of the one before.
        int end = block == blocks - 1 ? plane : first + positions;
        int vectors = (end - first) / L.Count, rest = end - first - vectors * L.Count;
        T* from = source + (nint)image * inputs * plane, to = destination + (nint)image * outputs * plane, packed = weights;
        for (int channel = 0; channel < outputs; channel += ConvolutionTile<T, V, L>.Channels)
        {
            int left = outputs - channel, tile = TileOf(left);
            T* target = to + (nint)channel * plane;
            if (tile > left)
            {
                RunSurplus(tile, left, first, end, from, packed, bias + channel, target);
            }
            else
            {
                ConvolutionTile<T, V, L>.Run(tile, vectors, inputs, offsets, from + first, packed, bias + channel, target + first, plane);
                if (rest > 0)
                    ConvolutionTile<T, V, L>.Run(tile, 1, inputs, offsets, from + end - L.Count, packed, bias + channel, target + end - L.Count, plane);
            }

            packed += tile * inputs;
            for (int r = 0; r < Math.Min(tile, left) && relu; r++) ApplyRelu(target + (nint)r * plane + first, end - first);
        }
    }

    /// <summary>A tile with channels that the output does not have goes through a strip.</summary>
    private readonly void RunSurplus(int tile, int channels, int first, int end, T* from, T* packed, T* tileBias, T* target)
    {
        T* strip = stackalloc T[8 * L.Count];
        for (int p = first; p < end; p += L.Count)
        {
            int position = Math.Min(p, plane - L.Count);
            ConvolutionTile<T, V, L>.Run(tile, 1, inputs, offsets, from + position, packed, tileBias, strip, L.Count);
            for (int r = 0; r < channels; r++) L.Store(L.Load(strip + r * L.Count), target + (nint)r * plane + position);
        }
    }

    private static int TileOf(int rest)
        => rest >= ConvolutionTile<T, V, L>.Channels ? ConvolutionTile<T, V, L>.Channels : ConvolutionTile<T, V, L>.TileChannels(rest);

    private static void ApplyRelu(T* row, int count)
    {
        for (int p = 0; p < count; p += L.Count)
        {
            T* at = row + Math.Min(p, count - L.Count);
            L.Store(default(Relu<T>).Apply<V, L>(L.Load(at)), at);
        }
    }
}
