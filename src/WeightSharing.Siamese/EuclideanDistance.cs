using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d = ‖a − b‖₂, or its square.
/// <para>Shares nothing: no weights.</para>
/// <para>Shapes: [.., D] and [.., D] → [..].</para>
/// <para>Parameters: none. The gradient at distance 0 is 0.</para>
/// <para>Hadsell, Chopra &amp; LeCun, "Dimensionality reduction by learning an invariant mapping", 2006; squared: Schroff et al., "FaceNet", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class EuclideanDistance<T> : Distance<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A Euclidean distance.</summary>
    /// <param name="squared">Leaves out the root.</param>
    public EuclideanDistance(bool squared = false) => IsSquared = squared;

    /// <summary>True for the square of the distance.</summary>
    public bool IsSquared { get; }

    /// <inheritdoc/>
    protected override Tensor<T> Measure(Tensor<T> left, Tensor<T> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        Tensor<T> difference = left - right;
        return IsSquared ? (difference * difference).Sum(-1) : difference.Norm(-1);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new EuclideanDistance<TOther>(IsSquared);
}
