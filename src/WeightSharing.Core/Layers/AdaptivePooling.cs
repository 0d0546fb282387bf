using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Means over windows that cover the sequence, whatever its length: [N, C, L] → [N, C, count], or [C, L] → [C, count].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="outputSize">How many windows.</param>
public sealed class AdaptiveAveragePool1d<T>(int outputSize) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No sequence, or no windows.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => input.AdaptiveAveragePool1d(outputSize);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AdaptiveAveragePool1d<TOther>(outputSize);
}

/// <summary>Maxima over windows that cover the sequence, whatever its length: [N, C, L] → [N, C, count], or [C, L] → [C, count].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="outputSize">How many windows.</param>
public sealed class AdaptiveMaxPool1d<T>(int outputSize) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No sequence, or no windows.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => input.AdaptiveMaxPool1d(outputSize);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AdaptiveMaxPool1d<TOther>(outputSize);
}

/// <summary>Maxima over a grid of windows that cover the image, whatever its size: [N, C, H, W] → [N, C, height, width], or [C, H, W] → [C, height, width].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="outputSize">Rows and columns of the grid.</param>
public sealed class AdaptiveMaxPool2d<T>(Size2 outputSize) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No image, or a grid without windows.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => input.AdaptiveMaxPool2d(outputSize);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AdaptiveMaxPool2d<TOther>(outputSize);
}
