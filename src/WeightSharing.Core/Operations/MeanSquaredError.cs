using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = (x − t)²       ∂x += 2∂ℓ ⊙ (x − t)       ∂t −= 2∂ℓ ⊙ (x − t)
    /// <summary>Squared difference of prediction and target, both differentiable.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The same shape.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MeanSquaredError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        // Broadcasting a [n] target against a [n, 1] prediction would silently average n² differences.
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException($"MeanSquaredError: prediction {prediction.Shape} and target {target.Shape} differ; they must be equal, reshape one of them.");
        }

        Tensor<T> difference = prediction - target;
        return Reduce(difference * difference, reduction, "MeanSquaredError");
    }
}
