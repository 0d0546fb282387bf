namespace WeightSharing.Kernels;

/// <summary>What a caller asks of a convolution beyond its geometry.</summary>
/// <param name="Direct">Only sums in the order of the definition: no algorithm that rearranges the arithmetic.</param>
/// <param name="Relu">Forward: max(0, ·) of the output, NaN kept.</param>
internal readonly record struct ConvolutionOptions(bool Direct = false, bool Relu = false);
