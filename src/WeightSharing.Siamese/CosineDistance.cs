using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d = 1 − cos(a, b), computed as ½·‖a/‖a‖ − b/‖b‖‖², which is 0 from a vector to itself without rounding.
/// <para>Shares nothing: no weights.</para>
/// <para>Shapes: [.., D] and [.., D] → [..], from 0 to 2.</para>
/// <para>Parameters: none. A zero vector has no direction: its distance is ½ to every other vector, and 0 to itself.</para>
/// <para>Wang et al., "NormFace: L2 hypersphere embedding for face verification", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class CosineDistance<T> : Distance<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Measure(Tensor<T> left, Tensor<T> right)
    {
        Tensor<T> difference = Direction(left) - Direction(right);
        return (difference * difference).Sum(-1) * T.CreateChecked(0.5);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new CosineDistance<TOther>();

    private static Tensor<T> Direction(Tensor<T> x)
    {
        Tensor<T> length = x.Norm(-1, keepDimensions: true);
        return x / Tensor.Where(length.Detach().Equal(T.Zero), Tensor.Scalar(T.One), length);
    }
}
