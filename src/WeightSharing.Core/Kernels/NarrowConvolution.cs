using System.Numerics;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Cross-correlations of unit stride over planes of a few columns, computed with vectors along the channels of the result: no product is spent on what
/// lies between the rows of a plane.
/// </summary>
/// <remarks>
/// Formula and operands as in <see cref="Convolution"/>, in one group; dense, not overlapping. Outputs are overwritten, unless a weight gradient is asked to
/// accumulate. The same bits for any number of threads, and whether or not the filters were laid out before. Half as many channels as a vector has
/// lanes take half a vector: on Zen 4 it does as much in a cycle, twice.
/// </remarks>
internal static unsafe class NarrowConvolution
{
    /// <summary>True when a forward product or an input gradient fills vectors of channels and tiles of columns.</summary>
    public static bool Applies<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = LanesFor<T>(variant, forward ? g.OutputChannels : g.InputChannels);
        return Simd.Has512 && lanes == Vector512<T>.Count ? ConvolutionChannels<T, Vector512<T>, Lanes512<T>>.Suits(g, forward)
            : Simd.Has256 && lanes == Vector256<T>.Count ? ConvolutionChannels<T, Vector256<T>, Lanes256<T>>.Suits(g, forward)
            : lanes == Vector128<T>.Count && ConvolutionChannels<T, Vector128<T>, Lanes128<T>>.Suits(g, forward);
    }

    /// <summary>Elements of the filters as they are used in one direction.</summary>
    public static long FilterLength(in ConvolutionGeometry g) => g.WeightLength;

    /// <summary>The filters as <see cref="Run{T}"/> takes them; they depend on the channels and the kernel alone.</summary>
    public static void TransformFilters<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward, T* weight, T* filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = LanesFor<T>(variant, forward ? g.OutputChannels : g.InputChannels);
        if (Simd.Has512 && lanes == Vector512<T>.Count)
            ConvolutionChannels<T, Vector512<T>, Lanes512<T>>.TransformFilters(g, forward, weight, filters);
        else if (Simd.Has256 && lanes == Vector256<T>.Count)
            ConvolutionChannels<T, Vector256<T>, Lanes256<T>>.TransformFilters(g, forward, weight, filters);
        else
            ConvolutionChannels<T, Vector128<T>, Lanes128<T>>.TransformFilters(g, forward, weight, filters);
    }

    /// <summary>y forward, dx backward, from filters laid out before; a null bias is zero. Forward, as the options say, max(0, ·) of it and pooled.</summary>
    public static void Run<T>(
        SimdVariant variant, in ConvolutionGeometry g, bool forward, ConvolutionOptions options, T* source, T* filters, T* bias, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = LanesFor<T>(variant, forward ? g.OutputChannels : g.InputChannels);
        if (Simd.Has512 && lanes == Vector512<T>.Count)
            ConvolutionChannels<T, Vector512<T>, Lanes512<T>>.Run(g, forward, options, source, filters, bias, destination);
        else if (Simd.Has256 && lanes == Vector256<T>.Count)
            ConvolutionChannels<T, Vector256<T>, Lanes256<T>>.Run(g, forward, options, source, filters, bias, destination);
        else
            ConvolutionChannels<T, Vector128<T>, Lanes128<T>>.Run(g, forward, options, source, filters, bias, destination);
    }

    /// <summary>True when a weight gradient fills vectors of output channels and tiles of filter rows.</summary>
    public static bool AppliesToWeights<T>(SimdVariant variant, in ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Simd.Has512 && variant == SimdVariant.Vector512 && ConvolutionChannelWeights<T, Vector512<T>, Lanes512<T>>.Suits(g);

    /// <summary>dw of x and dy, added to dw when accumulating; where <see cref="AppliesToWeights{T}"/>.</summary>
    public static void WeightGradient<T>(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ConvolutionChannelWeights<T, Vector512<T>, Lanes512<T>>.Run(g, x, dy, dw, accumulate);

    /// <summary>The widest vector of the variant that so many channels fill; 0 where they fill none.</summary>
    private static int LanesFor<T>(SimdVariant variant, int channels)
    {
        if (channels == 0) return 0;
        if (Simd.Has512 && variant == SimdVariant.Vector512 && channels % Vector512<T>.Count == 0) return Vector512<T>.Count;
        if (Simd.Has256 && variant >= SimdVariant.Vector256 && channels % Vector256<T>.Count == 0) return Vector256<T>.Count;
        return variant == SimdVariant.Vector128 && channels % Vector128<T>.Count == 0 ? Vector128<T>.Count : 0;
    }
}
