using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// 3×3 cross-correlations with fewer multiplications: Winograd's minimal filtering F(4×4, 3×3), dilated or not, needs a quarter; of stride two, 25 of 36.
/// </summary>
/// <remarks>
/// The result is that of <see cref="Convolution"/> in exact arithmetic; rounding is relative to the largest inputs of a tile in all channels, where
/// a direct sum is relative to the terms of each output. What is not finite spreads over the outputs of its tile.
/// Operands as in <see cref="Convolution"/>, dense and not overlapping; outputs are overwritten. The same bits for any number of threads, and whether or not
/// the filters were transformed before.
/// </remarks>
internal static unsafe class Winograd
{
    /// <summary>True when the geometry is one that this algorithm can do: 3×3 filters without stride, or of stride two without dilation.</summary>
    public static bool Applies(in ConvolutionGeometry g)
        => g is { KernelHeight: 3, KernelWidth: 3 }
            and ({ StrideHeight: 1, StrideWidth: 1 } or { StrideHeight: 2, StrideWidth: 2, DilationHeight: 1, DilationWidth: 1 });

    /// <summary>Elements of the transformed filters of one direction.</summary>
    public static long FilterLength<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = LanesOf<T>(variant);
        return WinogradPlan.For(g, forward, lanes, sizeof(T)).FilterLength(lanes);
    }

    /// <summary>The filters as <see cref="Run{T}"/> takes them; they depend on the channels, groups and strides of the geometry alone.</summary>
    public static void TransformFilters<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward, T* weight, T* filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WinogradPlan plan = WinogradPlan.For(g, forward, LanesOf<T>(variant), sizeof(T));
        if (Simd.Has512 && variant == SimdVariant.Vector512) WinogradFilters<T, Vector512<T>, Lanes512<T>>.Run(plan, forward, weight, filters);
        else if (Simd.Has256 && variant == SimdVariant.Vector256) WinogradFilters<T, Vector256<T>, Lanes256<T>>.Run(plan, forward, weight, filters);
        else WinogradFilters<T, Vector128<T>, Lanes128<T>>.Run(plan, forward, weight, filters);
    }

    /// <summary>
    /// y = x ⋆ weight + bias forward, dx of dy backward, from transformed filters; a null bias is zero. With <paramref name="relu"/>, max(0, ·) of it.
    /// </summary>
    public static void Run<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, bool relu, T* source, T* filters, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = LanesOf<T>(variant);
        WinogradPlan plan = WinogradPlan.For(g, forward, lanes, sizeof(T));
        using Scratch<T> biases = Scratch<T>.Rent((long)plan.Groups * plan.OutputBlocks * lanes);
        for (int i = 0; i < plan.Groups * plan.OutputBlocks * lanes; i++)
        {
            int group = i / (plan.OutputBlocks * lanes), channel = i % (plan.OutputBlocks * lanes);
            biases.Pointer[i] = bias != null && channel < plan.OutputChannels ? bias[group * plan.OutputChannels + channel] : T.Zero;
        }

        if (Simd.Has512 && variant == SimdVariant.Vector512)
            WinogradChunks<T, Vector512<T>, Lanes512<T>>.Run(plan, relu, source, filters, biases.Pointer, destination);
        else if (Simd.Has256 && variant == SimdVariant.Vector256)
            WinogradChunks<T, Vector256<T>, Lanes256<T>>.Run(plan, relu, source, filters, biases.Pointer, destination);
        else
            WinogradChunks<T, Vector128<T>, Lanes128<T>>.Run(plan, relu, source, filters, biases.Pointer, destination);
    }

    /// <summary>dw of x and dy, added to dw when accumulating.</summary>
    public static void WeightGradient<T>(SimdVariant variant, in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WinogradPlan plan = WinogradPlan.For(g, forward: true, LanesOf<T>(variant), sizeof(T));
        if (Simd.Has512 && variant == SimdVariant.Vector512) WinogradWeights<T, Vector512<T>, Lanes512<T>>.Run(plan, x, dy, dw, accumulate);
        else if (Simd.Has256 && variant == SimdVariant.Vector256) WinogradWeights<T, Vector256<T>, Lanes256<T>>.Run(plan, x, dy, dw, accumulate);
        else WinogradWeights<T, Vector128<T>, Lanes128<T>>.Run(plan, x, dy, dw, accumulate);
    }

    private static int LanesOf<T>(SimdVariant variant) => variant switch
    {
        SimdVariant.Vector512 => Vector512<T>.Count,
        SimdVariant.Vector256 => Vector256<T>.Count,
        _ => Vector128<T>.Count,
    };
}
