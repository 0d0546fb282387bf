using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>3×3 and 5×5 filters of step one that see a single channel each: depthwise convolutions, and images of one channel.</summary>
/// <remarks>
/// Operands, overwriting and aliasing as in <see cref="Convolution"/>. So few products are made of a value that copying it into padded planes and strips, as
/// the general kernel does, would take longer than the sums. With one filter a channel planes are not copied at all (<see cref="DepthwiseChannels{T, V, L, S}"/>);
/// with several of 3×3 a block of rows of one plane is padded in the first cache and swept for each (<see cref="DepthwisePlanes{T, V, L}"/>).
/// Every sum runs over the taps in the same order at every position.
/// </remarks>
internal static unsafe class Depthwise
{
    /// <summary>True where forward products are done here.</summary>
    public static bool Applies(in ConvolutionGeometry g) => AppliesToGradients(g) || IsSingleChannel(g, 3);

    /// <summary>
    /// True where gradients are done here too: each channel has one filter. What a vector writes beyond a row of one element would reach past the next row.
    /// </summary>
    public static bool AppliesToGradients(in ConvolutionGeometry g)
        => g.OutputChannelsPerGroup == 1 && (IsSingleChannel(g, 3) || IsSingleChannel(g, 5)) && g.OutputWidth > 1 && g.Width > 1;

    /// <summary>y = x ⋆ weight + bias, or max(0, ·) of it.</summary>
    public static void Forward<T>(SimdVariant variant, in ConvolutionGeometry g, bool relu, T* x, T* weight, T* bias, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!AppliesToGradients(g))
            ForwardOfSeveral(variant, g, relu, x, weight, bias, y);
        else if (Simd.Has512 && variant == SimdVariant.Vector512 && g.OutputWidth > Vector256<T>.Count)
            DepthwiseSizes<T, Vector512<T>, Lanes512<T>>.Forward(g, relu, x, weight, bias, y);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.OutputWidth > Vector128<T>.Count)
            DepthwiseSizes<T, Vector256<T>, Lanes256<T>>.Forward(g, relu, x, weight, bias, y);
        else
            DepthwiseSizes<T, Vector128<T>, Lanes128<T>>.Forward(g, relu, x, weight, bias, y);
    }

    /// <summary>Whatever is not null of dx, dw and db = Σ dy; dw and db are added to when accumulating.</summary>
    public static void Gradients<T>(
        SimdVariant variant, in ConvolutionGeometry g, T* x, T* dy, T* weight, T* dx, T* dw, T* db, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512 && g.Width > Vector256<T>.Count)
            DepthwiseSizes<T, Vector512<T>, Lanes512<T>>.Gradients(g, x, dy, weight, dx, dw, db, accumulate);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256 && g.Width > Vector128<T>.Count)
            DepthwiseSizes<T, Vector256<T>, Lanes256<T>>.Gradients(g, x, dy, weight, dx, dw, db, accumulate);
        else
            DepthwiseSizes<T, Vector128<T>, Lanes128<T>>.Gradients(g, x, dy, weight, dx, dw, db, accumulate);
    }

    private static void ForwardOfSeveral<T>(SimdVariant variant, in ConvolutionGeometry g, bool relu, T* x, T* weight, T* bias, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Rows shorter than a vector would leave part of it idle.
        if (Simd.Has512 && variant == SimdVariant.Vector512 && g.OutputWidth >= Vector512<T>.Count)
            DepthwisePlanes<T, Vector512<T>, Lanes512<T>>.Run(g, forward: true, relu, x, weight, bias, y);
        else if (Simd.Has256 && variant >= SimdVariant.Vector256)
            DepthwisePlanes<T, Vector256<T>, Lanes256<T>>.Run(g, forward: true, relu, x, weight, bias, y);
        else
            DepthwisePlanes<T, Vector128<T>, Lanes128<T>>.Run(g, forward: true, relu, x, weight, bias, y);
    }

    private static bool IsSingleChannel(in ConvolutionGeometry g, int kernel)
        => g is { InputChannelsPerGroup: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 }
            && g.KernelHeight == kernel && g.KernelWidth == kernel;
}

/// <summary>The one place where the sweeps of a size of filter are chosen.</summary>
internal static unsafe class DepthwiseSizes<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    public static void Forward(in ConvolutionGeometry g, bool relu, T* x, T* weight, T* bias, T* y)
    {
        if (g.KernelWidth == 3) DepthwiseChannels<T, V, L, DepthwiseThree<T, V, L>>.Forward(g, relu, x, weight, bias, y);
        else DepthwiseChannels<T, V, L, DepthwiseFive<T, V, L>>.Forward(g, relu, x, weight, bias, y);
    }

    public static void Gradients(in ConvolutionGeometry g, T* x, T* dy, T* weight, T* dx, T* dw, T* db, bool accumulate)
    {
        if (g.KernelWidth == 3) DepthwiseChannels<T, V, L, DepthwiseThree<T, V, L>>.Gradients(g, x, dy, weight, dx, dw, db, accumulate);
        else DepthwiseChannels<T, V, L, DepthwiseFive<T, V, L>>.Gradients(g, x, dy, weight, dx, dw, db, accumulate);
    }
}
