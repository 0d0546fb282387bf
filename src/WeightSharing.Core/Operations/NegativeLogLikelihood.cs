using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = −w[t]·x[t]       ∂x[t] −= ∂ℓ·w[t]
    /// <summary>
    /// −logProbabilities[target], after a <c>LogSoftmax</c>; <see cref="CrossEntropy{T}(Tensor{T}, Tensor{int}, LossReduction, Tensor{T}, double, int)"/>
    /// does both in one. The mean is weighted by the classes' weights.
    /// </summary>
    /// <param name="logProbabilities">[N, C] or [N, C, d1, …], or [C] for one row.</param>
    /// <param name="target">Class numbers, of the shape without the classes.</param>
    /// <param name="reduction">Mean over the rows, sum, or none.</param>
    /// <param name="classWeight">[C]; null is all one.</param>
    /// <param name="ignoreIndex">A class number that counts as no label.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number that is no class.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> NegativeLogLikelihood<T>(
        Tensor<T> logProbabilities, Tensor<int> target, LossReduction reduction = LossReduction.Mean, Tensor<T>? classWeight = null,
        int ignoreIndex = DefaultIgnoreIndex)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        ArgumentNullException.ThrowIfNull(target);
        if (logProbabilities.Rank == 1 && target.Rank == 0)
        {
            Tensor<T> one = NegativeLogLikelihood(logProbabilities.Unsqueeze(0), target.Unsqueeze(0), reduction, classWeight, ignoreIndex);
            return one.Rank == 0 ? one : one.Squeeze(0);
        }

        if (logProbabilities.Rank < 2 || target.Shape != logProbabilities.Shape.Without(1))
        {
            throw new ArgumentException(
                $"NegativeLogLikelihood: target {target.Shape} does not fit log probabilities {logProbabilities.Shape}; it must have their shape without the classes.");
        }

        int classes = logProbabilities.Shape[1];
        if (classWeight is not null && classWeight.Shape != classes)
        {
            throw new ArgumentException($"NegativeLogLikelihood: class weights {classWeight.Shape} do not fit log probabilities {logProbabilities.Shape}; they must be [{classes}].");
        }

        ReadOnlySpan<T> weights = classWeight is null ? default : classWeight.DenseSpan();
        var labels = new int[target.Count];
        T divisor = TakeLabels(target, ignoreIndex, weights, classes, labels, "NegativeLogLikelihood", "log probabilities", logProbabilities.Shape);
        var factors = new T[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            factors[i] = labels[i] < 0 ? T.Zero : weights.IsEmpty ? T.One : weights[labels[i]];
            labels[i] = Math.Max(labels[i], 0);
        }

        Tensor<T> picked = logProbabilities.Gather(1, Tensor.From(labels, target.Shape).Unsqueeze(1)).Squeeze(1);
        Tensor<T> scale = Tensor.From(factors, target.Shape);

        // What is ignored counts as 0, also where its logarithm is −∞.
        Tensor<T> losses = Tensor.Where(scale.Equal(T.Zero), Tensor.Scalar(T.Zero), picked * -scale);
        if (reduction != LossReduction.Mean) return Reduce(losses, reduction, "NegativeLogLikelihood");
        return divisor > T.Zero ? losses.Sum() / divisor : throw new InvalidOperationException("NegativeLogLikelihood: the mean over no labels is undefined.");
    }
}
