using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Blocks of r² channels as r × r pixels (Shi et al. 2016): [N, C·r², H, W] → [N, C, H·r, W·r].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="factor">r.</param>
public sealed class PixelShuffle<T>(int factor) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.PixelShuffle(factor);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new PixelShuffle<TOther>(factor);
}

/// <summary>Blocks of r × r pixels as r² channels: [N, C, H·r, W·r] → [N, C·r², H, W].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="factor">r.</param>
public sealed class PixelUnshuffle<T>(int factor) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.PixelUnshuffle(factor);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new PixelUnshuffle<TOther>(factor);
}
