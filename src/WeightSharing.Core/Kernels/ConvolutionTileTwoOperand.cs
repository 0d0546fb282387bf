using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The micro-kernel of a correlation for x64 without FMA, the default of programs compiled ahead of time: 4 output channels × 2 vectors of positions,
/// as <see cref="ConvolutionTile{T,V,L}"/> defines it.
/// </summary>
/// <remarks>
/// Why it differs, and how weights are spread over vectors, stands at <see cref="GemmTileTwoOperand{T}"/>. Eight sums are enough to keep both adders
/// busy; twelve with three vectors of positions would need a register more than there are.
/// </remarks>
internal static unsafe class ConvolutionTileTwoOperand<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Channels = 4;

    /// <summary>All pairs of vectors of positions; returns the number of vectors done, an even one.</summary>
    public static int Run(int vectors, int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        int pairs = vectors / 2;
        using Scratch<T> repeated = Scratch<T>.Rent((long)Vector128<T>.Count * Channels * taps);
        GemmTileTwoOperand<T>.Repeat(weights, repeated.Pointer, Channels * taps);
        for (int p = 0; p < pairs; p++)
            Run4x2(taps, offsets, source + 2 * p * Vector128<T>.Count, repeated.Pointer, bias, target + 2 * p * Vector128<T>.Count, pitch);
        return 2 * pairs;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run4x2(int taps, int* offsets, T* source, T* weights, T* bias, T* target, nint pitch)
    {
        Vector128<T> a0 = Vector128.Create(bias[0]), a1 = Vector128.Create(bias[1]), a2 = Vector128.Create(bias[2]), a3 = Vector128.Create(bias[3]);
        Vector128<T> b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        int* end = offsets + taps;
        if ((taps & 1) != 0)
        {
            Step(source + *offsets++, weights, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
            weights += Channels * Vector128<T>.Count;
        }

        for (; offsets != end; offsets += 2, weights += 2 * Channels * Vector128<T>.Count)
        {
            Step(source + offsets[0], weights, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
            Step(source + offsets[1], weights + Channels * Vector128<T>.Count, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        }

        Store(target, a0, b0);
        Store(target + pitch, a1, b1);
        Store(target + 2 * pitch, a2, b2);
        Store(target + 3 * pitch, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        T* x, T* weights, ref Vector128<T> a0, ref Vector128<T> a1, ref Vector128<T> a2, ref Vector128<T> a3,
        ref Vector128<T> b0, ref Vector128<T> b1, ref Vector128<T> b2, ref Vector128<T> b3)
    {
        Vector128<T> x0 = Vector128.Load(x), x1 = Vector128.Load(x + Vector128<T>.Count);
        Step(weights, x0, x1, ref a0, ref b0);
        Step(weights + Vector128<T>.Count, x0, x1, ref a1, ref b1);
        Step(weights + 2 * Vector128<T>.Count, x0, x1, ref a2, ref b2);
        Step(weights + 3 * Vector128<T>.Count, x0, x1, ref a3, ref b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(T* weight, Vector128<T> x0, Vector128<T> x1, ref Vector128<T> a, ref Vector128<T> b)
    {
        Vector128<T> spread = Vector128.Load(weight);
        Vector128<T> product = x0 * spread;
        a += product;
        product = spread * x1;
        b += product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, Vector128<T> a, Vector128<T> b)
    {
        a.Store(target);
        b.Store(target + Vector128<T>.Count);
    }
}
