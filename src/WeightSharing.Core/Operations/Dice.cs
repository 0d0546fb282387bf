using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ[n, c] = 1 − (2·Σ p·t + s) / (Σ p + Σ t + s)       ∂p −= ∂ℓ·(2t·(Σ p + Σ t + s) − (2·Σ p·t + s)) / (Σ p + Σ t + s)²
    /// <summary>
    /// One less the Dice coefficient of a soft segmentation, for every example and class: how little the predicted region and the true one overlap,
    /// however small they are. Both are differentiable.
    /// </summary>
    /// <remarks>Milletari, Navab and Ahmadi, "V-Net: fully convolutional neural networks for volumetric medical image segmentation", 2016.</remarks>
    /// <param name="probabilities">[N, C, d1, …] in 0 … 1: a softmax over the classes, or sigmoids.</param>
    /// <param name="target">Of the same shape: 1 inside the region, 0 outside.</param>
    /// <param name="smoothing">s, which keeps the loss of an empty region defined: 0 where both are empty. Above 0.</param>
    /// <param name="reduction">Mean over examples and classes, sum, or none [N, C].</param>
    /// <exception cref="ArgumentException">The shapes differ, or have fewer than three dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not a finite number above 0.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> Dice<T>(Tensor<T> probabilities, Tensor<T> target, double smoothing = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("Dice", probabilities, target);
        if (probabilities.Rank < 3) throw new ArgumentException($"Dice: probabilities {probabilities.Shape}; expected [N, C, d1, …].", nameof(probabilities));
        if (!(smoothing > 0) || double.IsInfinity(smoothing))
        {
            throw new ArgumentOutOfRangeException(nameof(smoothing), $"Dice: smoothing {smoothing}; expected a finite number above 0.");
        }

        int n = probabilities.Shape[0], c = probabilities.Shape[1], places = probabilities.Shape.Slice(2, probabilities.Rank).Count;
        T s = T.CreateChecked(smoothing);
        Tensor<T> p = probabilities.Reshape([n, c, places]), t = target.Reshape([n, c, places]);
        Tensor<T> overlap = (p * t).Sum(2) * T.CreateChecked(2) + s, total = p.Sum(2) + t.Sum(2) + s;
        return Reduce(T.One - overlap / total, reduction, "Dice");
    }

    /// <summary>The same for class indices.</summary>
    /// <param name="probabilities">[N, C, d1, …], a softmax over the classes.</param>
    /// <param name="target">Class indices [N, d1, …], from 0 to C − 1.</param>
    /// <param name="smoothing">Keeps the loss of an empty region defined; above 0.</param>
    /// <param name="reduction">Mean over examples and classes, sum, or none [N, C].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class index or the smoothing is out of range.</exception>
    public static Tensor<T> Dice<T>(Tensor<T> probabilities, Tensor<int> target, double smoothing = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(target);
        if (probabilities.Rank < 3 || target.Shape != probabilities.Shape.Without(1))
        {
            throw new ArgumentException($"Dice: target {target.Shape} does not fit probabilities {probabilities.Shape}; class indices must be the shape [N, C, d1, …] without C.", nameof(target));
        }

        int rank = probabilities.Rank;
        int[] order = [0, rank - 1, .. Enumerable.Range(1, rank - 2)];
        return Dice(probabilities, Tensor.OneHot<T>(target, probabilities.Shape[1]).Permute(order), smoothing, reduction);
    }
}
