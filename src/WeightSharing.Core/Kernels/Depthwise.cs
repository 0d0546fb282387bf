using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>3×3 filters of step one that see a single channel each: depthwise convolutions, and images of one channel.</summary>
/// <remarks>
/// Operands, overwriting and aliasing as in <see cref="Convolution"/>. So few products are made of a value that copying it into padded planes and strips, as
/// the general kernel does, would take longer than the sums: a block of rows of one plane is padded in the first cache and swept a vector of columns
/// and four rows at a time, straight into the output. Bound by memory beyond the caches. Every sum runs over the taps in ascending order.
/// </remarks>
internal static unsafe class Depthwise
{
    /// <summary>True where forward products are done here.</summary>
    public static bool Applies(in ConvolutionGeometry g)
        => g is { InputChannelsPerGroup: 1, KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 };

    /// <summary>True where gradients are done here too: each channel has one filter.</summary>
    public static bool AppliesToGradients(in ConvolutionGeometry g) => Applies(g) && g.OutputChannelsPerGroup == 1;

    /// <summary>y = x ⋆ weight + bias, or max(0, ·) of it, forward; dx of dy backward.</summary>
    public static void Run<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, bool relu, T* source, T* weight, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512 && IsWide<T>(forward ? g.OutputWidth : g.Width))
            DepthwisePlanes<T, Vector512<T>, Lanes512<T>>.Run(g, forward, relu, source, weight, bias, destination);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256)
            DepthwisePlanes<T, Vector256<T>, Lanes256<T>>.Run(g, forward, relu, source, weight, bias, destination);
        else
            DepthwisePlanes<T, Vector128<T>, Lanes128<T>>.Run(g, forward, relu, source, weight, bias, destination);
    }

    /// <summary>dw of x and dy, added to dw when accumulating.</summary>
    public static void WeightGradient<T>(SimdVariant variant, in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512 && IsWide<T>(g.OutputWidth))
            DepthwiseWeights<T, Vector512<T>, Lanes512<T>>.Run(g, x, dy, dw, accumulate);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256)
            DepthwiseWeights<T, Vector256<T>, Lanes256<T>>.Run(g, x, dy, dw, accumulate);
        else
            DepthwiseWeights<T, Vector128<T>, Lanes128<T>>.Run(g, x, dy, dw, accumulate);
    }

    // Rows shorter than a vector would leave part of it idle.
    private static bool IsWide<T>(int width)
        where T : unmanaged => width >= Vector512<T>.Count;
}
