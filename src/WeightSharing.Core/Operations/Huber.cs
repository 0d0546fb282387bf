using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = c·(d − ½c), d = x − t, c = d limited to ±δ: ½d² inside, δ(|d| − ½δ) outside       ∂x += ∂ℓ ⊙ c       ∂t −= ∂ℓ ⊙ c
    /// <summary>Squared difference for small ones, absolute for large ones. Huber 1964.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The same shape; differentiable too.</param>
    /// <param name="delta">δ, where the one goes over into the other; greater than 0.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">δ is not positive.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> Huber<T>(Tensor<T> prediction, Tensor<T> target, double delta = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("Huber", prediction, target);
        if (!(delta > 0)) throw new ArgumentOutOfRangeException(nameof(delta), $"Huber: delta {delta}; it must be greater than 0.");
        T bound = T.CreateChecked(delta);
        Tensor<T> difference = prediction - target, limited = difference.Clamp(-bound, bound);
        return Reduce(limited * (difference - limited * T.CreateChecked(0.5)), reduction, "Huber");
    }

    private static void RequireEqualShapes<T>(string loss, Tensor<T> prediction, Tensor<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException($"{loss}: prediction {prediction.Shape} and target {target.Shape}; the shapes must be equal.");
        }
    }
}
