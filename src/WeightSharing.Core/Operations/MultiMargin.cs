using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = Σ_{c ≠ t} w[t]·max(0, m − x[t] + x[c])ᵖ / C
    /// <summary>The multi-class hinge (Crammer and Singer 2001): asks that the score of the right class be larger than every other by a margin.</summary>
    /// <param name="scores">[N, C], or [C] for one row.</param>
    /// <param name="target">Class numbers [N], or a scalar.</param>
    /// <param name="p">1, or 2 for squares.</param>
    /// <param name="margin">m.</param>
    /// <param name="classWeight">[C]; null is all one.</param>
    /// <param name="reduction">Mean over the rows, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number that is no class, or p is neither 1 nor 2.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MultiMargin<T>(
        Tensor<T> scores, Tensor<int> target, int p = 1, double margin = 1, Tensor<T>? classWeight = null, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(target);
        if (scores.Rank is not (1 or 2) || target.Shape != scores.Shape.Slice(0, scores.Rank - 1) || classWeight is not null && classWeight.Shape != new Shape(scores.Shape[^1]))
        {
            throw new ArgumentException($"MultiMargin: scores {scores.Shape}, target {target.Shape}, weights {classWeight?.Shape.ToString() ?? "none"}; expected [N, C], [N] and [C], or [C], [] and [C].");
        }

        if (p is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(p), $"MultiMargin: p {p}; expected 1 or 2.");
        int classes = scores.Shape[^1];
        Tensor<int> at = target.Unsqueeze(-1);
        Tensor<T> others = T.One - Tensor.OneHot<T>(target, classes), excess = Hinge(scores - scores.Gather(-1, at) + T.CreateChecked(margin));
        if (p == 2) excess *= excess;
        Tensor<T> values = (excess * others).Sum(-1) * (T.One / T.CreateChecked(classes));
        if (classWeight is not null) values *= classWeight.IndexSelect(0, target.Flatten()).Reshape(target.Shape);
        return Reduce(values, reduction, "MultiMargin");
    }
}
