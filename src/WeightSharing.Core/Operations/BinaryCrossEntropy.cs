using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = −t·max(ln p, −100) − (1 − t)·max(ln(1 − p), −100)
    /// <summary>
    /// The cross entropy of independent yes-or-no answers, from probabilities; logarithms stop at −100, and have no gradient there. From logits
    /// <see cref="BinaryCrossEntropyWithLogits{T}"/> is exact.
    /// </summary>
    /// <param name="probabilities">Any shape; in 0 … 1.</param>
    /// <param name="target">Probabilities of yes, of the same shape.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is no probability.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> BinaryCrossEntropy<T>(Tensor<T> probabilities, Tensor<T> target, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("BinaryCrossEntropy", probabilities, target);
        ReadOnlySpan<T> values = probabilities.DenseSpan();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < T.Zero || values[i] > T.One)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(probabilities),
                    $"BinaryCrossEntropy: probability {values[i]} at position {i} of {probabilities.Shape}; expected 0 to 1 (BinaryCrossEntropyWithLogits takes logits).");
            }
        }

        return Reduce(-(target * BoundedLog(probabilities) + (T.One - target) * BoundedLog(T.One - probabilities)), reduction, "BinaryCrossEntropy");
    }

    /// <summary>max(ln p, −100), without the infinite slope at 0.</summary>
    private static Tensor<T> BoundedLog<T>(Tensor<T> p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T bound = T.CreateChecked(-100);
        Tensor<bool> zero = p.Detach().Equal(T.Zero);
        if (!zero.Any()) return p.Log().Maximum(bound);
        return Tensor.Where(zero, Tensor.Scalar(bound), Tensor.Where(zero, Tensor.Scalar(T.One), p).Log().Maximum(bound));
    }
}
