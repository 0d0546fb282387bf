using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = ½·y·d² + ½·(1 − y)·max(0, m − d)²       ∂d += ∂ℓ ⊙ (y·d − (1 − y)·max(0, m − d))
    /// <summary>Pulls similar pairs together and pushes different ones a margin apart. Hadsell, Chopra &amp; LeCun 2006, eq. 4.</summary>
    /// <param name="distance">d of each pair, of any shape; not negative.</param>
    /// <param name="similar">y of the same shape: 1 for a similar pair, 0 for a different one, or a degree of similarity between.</param>
    /// <param name="margin">m, the distance from which on a different pair costs nothing; not negative.</param>
    /// <param name="reduction">Mean over the pairs, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a label is not in 0 … 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> Contrastive<T>(Tensor<T> distance, Tensor<T> similar, double margin = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(distance);
        ArgumentNullException.ThrowIfNull(similar);
        if (distance.Shape != similar.Shape)
        {
            throw new ArgumentException(
                $"Contrastive: distances {distance.Shape} and labels {similar.Shape} differ; there must be one label for each pair.", nameof(similar));
        }

        if (!(margin >= 0)) throw new ArgumentOutOfRangeException(nameof(margin), $"Contrastive: margin {margin}; it must not be negative.");
        RequireLabels("Contrastive", similar, label => label >= T.Zero && label <= T.One, "1 for similar, 0 for different, or a number between");
        T half = T.CreateChecked(0.5), one = T.One;
        Tensor<T> gap = (T.CreateChecked(margin) - distance).Relu();
        return Reduce(similar * (distance * distance) * half + (one - similar) * (gap * gap) * half, reduction, "Contrastive");
    }

    /// <summary>The contrastive loss of pairs of vectors at their Euclidean distances; the gradient at distance 0 is 0.</summary>
    /// <param name="left">[N, D].</param>
    /// <param name="right">[N, D].</param>
    /// <param name="similar">[N]: 1 for a similar pair, 0 for a different one.</param>
    /// <param name="margin">m; not negative.</param>
    /// <param name="reduction">Mean over the pairs, sum, or none.</param>
    /// <inheritdoc cref="Contrastive{T}(Tensor{T}, Tensor{T}, double, LossReduction)"/>
    public static Tensor<T> Contrastive<T>(
        Tensor<T> left, Tensor<T> right, Tensor<T> similar, double margin = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireRows("Contrastive", left, right, "left", "right");
        return Contrastive((left - right).Norm(-1), similar, margin, reduction);
    }

    /// <summary>Both are vectors of one length, or equally many of them.</summary>
    private static void RequireRows<T>(string loss, Tensor<T> a, Tensor<T> b, string first, string second)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Rank == 0 || a.Shape != b.Shape)
        {
            throw new ArgumentException($"{loss}: {first} {a.Shape} and {second} {b.Shape}; the shapes must be equal, [.., D].");
        }
    }

    /// <summary>A label that is no label, NaN above all, would spoil the loss or turn it round without a word.</summary>
    private static void RequireLabels<T>(string loss, Tensor<T> labels, Func<T, bool> isLabel, string expected)
        where T : unmanaged
    {
        T[] values = labels.ToArray();
        int bad = Array.FindIndex(values, value => !isLabel(value));
        if (bad >= 0) throw new ArgumentException($"{loss}: label {values[bad]} at {bad}; expected {expected}.", nameof(labels));
    }
}
