using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = −w·t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = (1 − t)·x + (1 + (w − 1)·t)·ln(1 + e⁻ˣ)
    /// <summary>The cross entropy of independent yes-or-no answers, from logits; stable at both ends.</summary>
    /// <param name="logits">Any shape.</param>
    /// <param name="target">Probabilities of yes, of the same shape.</param>
    /// <param name="positiveWeight">Weight of yes, broadcast to the logits; null is 1.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> BinaryCrossEntropyWithLogits<T>(
        Tensor<T> logits, Tensor<T> target, Tensor<T>? positiveWeight = null, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("BinaryCrossEntropyWithLogits", logits, target);
        if (positiveWeight is not null && !positiveWeight.Shape.BroadcastsTo(logits.Shape))
        {
            throw new ArgumentException(
                $"BinaryCrossEntropyWithLogits: positive weight {positiveWeight.Shape} does not broadcast to the logits {logits.Shape}.");
        }

        Tensor<T> unlikeliness = (-logits).Softplus(T.One, T.PositiveInfinity);
        if (positiveWeight is not null) unlikeliness *= target * (positiveWeight - T.One) + T.One;
        return Reduce((T.One - target) * logits + unlikeliness, reduction, "BinaryCrossEntropyWithLogits");
    }
}
