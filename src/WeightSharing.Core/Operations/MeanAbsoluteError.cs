using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = |x − t|       ∂x += ∂ℓ ⊙ sign(x − t), 0 where they are equal       ∂t −= as much
    /// <summary>The absolute difference, which outliers move less than the squared one.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The same shape; differentiable too.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MeanAbsoluteError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("MeanAbsoluteError", prediction, target);
        return Reduce((prediction - target).Abs(), reduction, "MeanAbsoluteError");
    }
}
