using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Means over a grid of windows that cover the image, whatever its size: [N, C, H, W] → [N, C, height, width], or [C, H, W] → [C, height, width].
/// Window i of n takes pixels ⌊i·H/n⌋ to ⌈(i + 1)·H/n⌉ − 1, so that neighbours may overlap.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="outputSize">Rows and columns of the grid.</param>
public sealed class AdaptiveAveragePool2d<T>(Size2 outputSize) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No image, or a grid without windows.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => input.AdaptiveAveragePool2d(outputSize);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AdaptiveAveragePool2d<TOther>(outputSize);
}
