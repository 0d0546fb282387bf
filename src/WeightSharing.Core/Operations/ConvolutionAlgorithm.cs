namespace WeightSharing.Tensors;

/// <summary>How a convolution may be computed.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>
    /// Whichever is fastest for the shapes: 3×3 filters of 12 channels or more take Winograd's algorithms, F(4×4, 3×3), which needs a quarter of the
    /// multiplications, or 25 of 36 where the stride is two; their rounding is relative to the largest values near an output. Everything else is summed
    /// directly.
    /// </summary>
    Automatic,

    /// <summary>
    /// Sums of products as in the definition, in the same order at every position: equal windows give equal bits wherever they lie, rounding is relative
    /// to the terms of each output, and what is not finite stays within the windows that see it.
    /// </summary>
    Direct,
}
