using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>All dimensions but the first as one: [N, ..] → [N, rest].</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Flatten<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.Reshape([input.Shape[0], input.Shape.Slice(1, input.Rank).Count]);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Flatten<TOther>();
}
