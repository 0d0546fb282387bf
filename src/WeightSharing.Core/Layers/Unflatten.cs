using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>One dimension as several: [N, rest] → [N, ..], the opposite of <see cref="Flatten{T}"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="shape">What the dimension becomes.</param>
/// <param name="dimension">Which dimension.</param>
public sealed class Unflatten<T>(Shape shape, int dimension = 1) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The dimension has not as many elements as the shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int at = input.Shape.Normalize(dimension, "Unflatten");
        return input.Shape[at] == shape.Count
            ? input.Reshape(input.Shape.Slice(0, at).Concat(shape).Concat(input.Shape.Slice(at + 1, input.Rank)))
            : throw new ArgumentException($"Unflatten: dimension {dimension} of input {input.Shape} to {shape}; it must have {shape.Count} elements.", nameof(input));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Unflatten<TOther>(shape, dimension);
}
