using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>The one place where the algorithm of a convolution is chosen: from shapes alone, so that equal shapes give equal bits.</summary>
internal static class ConvolutionChoice
{
    // Below, the transforms cost more than the multiplications that they save.
    private const int FewestChannels = 12;

    // Rows and columns of a phase's output that fill enough of its last tile.
    private const int FewestPixels = 3;

    /// <summary>True when a forward product or an input gradient is done by <see cref="Winograd"/>.</summary>
    public static bool IsWinograd<T>(in ConvolutionGeometry g, bool forward, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => !options.Direct && Winograd.Applies(g) && Math.Min(g.InputChannelsPerGroup, g.OutputChannelsPerGroup) >= FewestChannels
            && (forward ? IsLarge(g, g.OutputHeight, g.OutputWidth) : IsLarge(g, g.Height, g.Width));

    /// <summary>True when a forward product or an input gradient that is not done by <see cref="Winograd"/> is done by <see cref="NarrowConvolution"/>.</summary>
    public static bool IsNarrow<T>(SimdVariant variant, in ConvolutionGeometry g, bool forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => NarrowConvolution.Applies<T>(variant, g, forward);

    /// <summary>True when a weight gradient is done by <see cref="Winograd"/>.</summary>
    public static bool IsWinogradForWeights<T>(in ConvolutionGeometry g, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => !options.Direct && Winograd.Applies(g) && Math.Min(g.InputChannelsPerGroup, g.OutputChannelsPerGroup) >= FewestChannels
            && IsLarge(g, g.OutputHeight, g.OutputWidth);

    /// <summary>True when a weight gradient that is not done by <see cref="Winograd"/> is done by <see cref="NarrowConvolution"/>.</summary>
    public static bool IsNarrowForWeights<T>(SimdVariant variant, in ConvolutionGeometry g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => NarrowConvolution.AppliesToWeights<T>(variant, g);

    // The small tiles of stride two pay from the first one on.
    private static bool IsLarge(in ConvolutionGeometry g, int height, int width)
        => g.StrideHeight == 2 || Math.Min(height / g.DilationHeight, width / g.DilationWidth) >= FewestPixels;
}
