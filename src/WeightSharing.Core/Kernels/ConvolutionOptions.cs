namespace WeightSharing.Kernels;

/// <summary>What a caller asks of a convolution beyond its geometry.</summary>
/// <param name="Direct">Only sums in the order of the definition: no algorithm that rearranges the arithmetic.</param>
/// <param name="Relu">Forward: max(0, ·) of the output, NaN kept.</param>
/// <param name="Pool">Forward, where <c>Convolution.FusesPooling</c>: of the output only the largest of every 2×2, windows side by side.</param>
internal readonly record struct ConvolutionOptions(bool Direct = false, bool Relu = false, bool Pool = false);
