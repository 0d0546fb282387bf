using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernels of a correlation: a few output channels × a few vectors of consecutive positions of the flattened plane.
/// </summary>
/// <remarks>
/// target[r · pitch + p] = bias[r] + Σ_k weights[k · R + r] · source[offsets[k] + p], r &lt; R, p &lt; 3 or 1 vectors. One entry of the
/// offset table per tap stands for channel, row and column of the kernel alike (implicit matrix product). Every sum runs over k in
/// ascending order, whichever tile it is in. R is 8 where there are 32 registers, else 4; 1 serves single channels.
/// </remarks>
internal static unsafe class ConvolutionTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>
    /// Channels of the full tile: 8 × 3 accumulators fill the 32 registers of AVX-512, 4 × 3 the 16 of the narrower sets.
    /// </summary>
    public static int Channels => L.Count * sizeof(T) == 64 ? 8 : 4;

    /// <summary>Vectors of positions in the wide tiles.</summary>
    public const int Vectors = 3;

    /// <summary>Channels of the tile that begins with <paramref name="rest"/> channels left; the surplus ones have zero weights.</summary>
    public static int TileChannels(int rest) => rest == 1 ? 1 : rest <= 4 ? 4 : Channels;

    // x64 without FMA.
    private static bool TwoOperands => typeof(V) == typeof(Vector128<T>) && !Simd.HasMultiplyAdd;

    /// <summary>The channels that the tiles of <paramref name="channels"/> channels hold, surplus included.</summary>
    public static int Padded(int channels)
    {
        int full = channels / Channels * Channels;
        return channels == full ? full : full + TileChannels(channels - full);
    }

    /// <summary>All positions of one tile of channels; <paramref name="vectors"/> vectors of positions.</summary>
    public static void Run(int channels, int vectors, int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        int p = TwoOperands && channels == 4 ? ConvolutionTileTwoOperand<T>.Run(vectors, taps, offsets, source, weights, bias, target, pitch) : 0;
        for (; p + Vectors <= vectors; p += Vectors)
        {
            nint position = p * L.Count;
            if (channels == 8) Run8x3(taps, offsets, source + position, weights, bias, target + position, pitch);
            else if (channels == 4) Run4x3(taps, offsets, source + position, weights, bias, target + position, pitch);
            else Run1x3(taps, offsets, source + position, weights, bias, target + position);
        }

        for (; p < vectors; p++)
        {
            nint position = p * L.Count;
            if (channels == 8) Run8x1(taps, offsets, source + position, weights, bias, target + position, pitch);
            else if (channels == 4) Run4x1(taps, offsets, source + position, weights, bias, target + position, pitch);
            else Run1x1(taps, offsets, source + position, weights, bias, target + position);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run8x3(int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        V a0 = L.Broadcast(bias[0]), b0 = a0, c0 = a0;
        V a1 = L.Broadcast(bias[1]), b1 = a1, c1 = a1;
        V a2 = L.Broadcast(bias[2]), b2 = a2, c2 = a2;
        V a3 = L.Broadcast(bias[3]), b3 = a3, c3 = a3;
        V a4 = L.Broadcast(bias[4]), b4 = a4, c4 = a4;
        V a5 = L.Broadcast(bias[5]), b5 = a5, c5 = a5;
        V a6 = L.Broadcast(bias[6]), b6 = a6, c6 = a6;
        V a7 = L.Broadcast(bias[7]), b7 = a7, c7 = a7;
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights += 8)
        {
            T* x = source + *offsets;
            V x0 = L.Load(x), x1 = L.Load(x + L.Count), x2 = L.Load(x + 2 * L.Count);
            V w = L.Broadcast(weights[0]);
            a0 = L.MultiplyAdd(w, x0, a0); b0 = L.MultiplyAdd(w, x1, b0); c0 = L.MultiplyAdd(w, x2, c0);
            w = L.Broadcast(weights[1]);
            a1 = L.MultiplyAdd(w, x0, a1); b1 = L.MultiplyAdd(w, x1, b1); c1 = L.MultiplyAdd(w, x2, c1);
            w = L.Broadcast(weights[2]);
            a2 = L.MultiplyAdd(w, x0, a2); b2 = L.MultiplyAdd(w, x1, b2); c2 = L.MultiplyAdd(w, x2, c2);
            w = L.Broadcast(weights[3]);
            a3 = L.MultiplyAdd(w, x0, a3); b3 = L.MultiplyAdd(w, x1, b3); c3 = L.MultiplyAdd(w, x2, c3);
            w = L.Broadcast(weights[4]);
            a4 = L.MultiplyAdd(w, x0, a4); b4 = L.MultiplyAdd(w, x1, b4); c4 = L.MultiplyAdd(w, x2, c4);
            w = L.Broadcast(weights[5]);
            a5 = L.MultiplyAdd(w, x0, a5); b5 = L.MultiplyAdd(w, x1, b5); c5 = L.MultiplyAdd(w, x2, c5);
            w = L.Broadcast(weights[6]);
            a6 = L.MultiplyAdd(w, x0, a6); b6 = L.MultiplyAdd(w, x1, b6); c6 = L.MultiplyAdd(w, x2, c6);
            w = L.Broadcast(weights[7]);
            a7 = L.MultiplyAdd(w, x0, a7); b7 = L.MultiplyAdd(w, x1, b7); c7 = L.MultiplyAdd(w, x2, c7);
        }

        Store3(target, a0, b0, c0);
        Store3(target + pitch, a1, b1, c1);
        Store3(target + 2 * pitch, a2, b2, c2);
        Store3(target + 3 * pitch, a3, b3, c3);
        Store3(target + 4 * pitch, a4, b4, c4);
        Store3(target + 5 * pitch, a5, b5, c5);
        Store3(target + 6 * pitch, a6, b6, c6);
        Store3(target + 7 * pitch, a7, b7, c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run8x1(int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        V a0 = L.Broadcast(bias[0]), a1 = L.Broadcast(bias[1]), a2 = L.Broadcast(bias[2]), a3 = L.Broadcast(bias[3]);
        V a4 = L.Broadcast(bias[4]), a5 = L.Broadcast(bias[5]), a6 = L.Broadcast(bias[6]), a7 = L.Broadcast(bias[7]);
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights += 8)
        {
            V x = L.Load(source + *offsets);
            a0 = L.MultiplyAdd(L.Broadcast(weights[0]), x, a0);
            a1 = L.MultiplyAdd(L.Broadcast(weights[1]), x, a1);
            a2 = L.MultiplyAdd(L.Broadcast(weights[2]), x, a2);
            a3 = L.MultiplyAdd(L.Broadcast(weights[3]), x, a3);
            a4 = L.MultiplyAdd(L.Broadcast(weights[4]), x, a4);
            a5 = L.MultiplyAdd(L.Broadcast(weights[5]), x, a5);
            a6 = L.MultiplyAdd(L.Broadcast(weights[6]), x, a6);
            a7 = L.MultiplyAdd(L.Broadcast(weights[7]), x, a7);
        }

        L.Store(a0, target);
        L.Store(a1, target + pitch);
        L.Store(a2, target + 2 * pitch);
        L.Store(a3, target + 3 * pitch);
        L.Store(a4, target + 4 * pitch);
        L.Store(a5, target + 5 * pitch);
        L.Store(a6, target + 6 * pitch);
        L.Store(a7, target + 7 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4x3(int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        V a0 = L.Broadcast(bias[0]), b0 = a0, c0 = a0;
        V a1 = L.Broadcast(bias[1]), b1 = a1, c1 = a1;
        V a2 = L.Broadcast(bias[2]), b2 = a2, c2 = a2;
        V a3 = L.Broadcast(bias[3]), b3 = a3, c3 = a3;
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights += 4)
        {
            T* x = source + *offsets;
            V x0 = L.Load(x), x1 = L.Load(x + L.Count), x2 = L.Load(x + 2 * L.Count);
            V w = L.Broadcast(weights[0]);
            a0 = L.MultiplyAdd(w, x0, a0); b0 = L.MultiplyAdd(w, x1, b0); c0 = L.MultiplyAdd(w, x2, c0);
            w = L.Broadcast(weights[1]);
            a1 = L.MultiplyAdd(w, x0, a1); b1 = L.MultiplyAdd(w, x1, b1); c1 = L.MultiplyAdd(w, x2, c1);
            w = L.Broadcast(weights[2]);
            a2 = L.MultiplyAdd(w, x0, a2); b2 = L.MultiplyAdd(w, x1, b2); c2 = L.MultiplyAdd(w, x2, c2);
            w = L.Broadcast(weights[3]);
            a3 = L.MultiplyAdd(w, x0, a3); b3 = L.MultiplyAdd(w, x1, b3); c3 = L.MultiplyAdd(w, x2, c3);
        }

        Store3(target, a0, b0, c0);
        Store3(target + pitch, a1, b1, c1);
        Store3(target + 2 * pitch, a2, b2, c2);
        Store3(target + 3 * pitch, a3, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4x1(int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        V a0 = L.Broadcast(bias[0]), a1 = L.Broadcast(bias[1]), a2 = L.Broadcast(bias[2]), a3 = L.Broadcast(bias[3]);
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights += 4)
        {
            V x = L.Load(source + *offsets);
            a0 = L.MultiplyAdd(L.Broadcast(weights[0]), x, a0);
            a1 = L.MultiplyAdd(L.Broadcast(weights[1]), x, a1);
            a2 = L.MultiplyAdd(L.Broadcast(weights[2]), x, a2);
            a3 = L.MultiplyAdd(L.Broadcast(weights[3]), x, a3);
        }

        L.Store(a0, target);
        L.Store(a1, target + pitch);
        L.Store(a2, target + 2 * pitch);
        L.Store(a3, target + 3 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run1x3(int taps, int* offsets, T* source, T* weights, T* bias, T* target)
    {
        V a = L.Broadcast(bias[0]), b = a, c = a;
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights++)
        {
            T* x = source + *offsets;
            V w = L.Broadcast(*weights);
            a = L.MultiplyAdd(w, L.Load(x), a);
            b = L.MultiplyAdd(w, L.Load(x + L.Count), b);
            c = L.MultiplyAdd(w, L.Load(x + 2 * L.Count), c);
        }

        Store3(target, a, b, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run1x1(int taps, int* offsets, T* source, T* weights, T* bias, T* target)
    {
        V a = L.Broadcast(bias[0]);
        int* end = offsets + taps;
        for (; offsets != end; offsets++, weights++) a = L.MultiplyAdd(L.Broadcast(*weights), L.Load(source + *offsets), a);
        L.Store(a, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store3(T* target, V a, V b, V c)
    {
        L.Store(a, target);
        L.Store(b, target + L.Count);
        L.Store(c, target + 2 * L.Count);
    }
}
