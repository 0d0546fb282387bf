using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = ln(1 + e^(−y·x))
    /// <summary>The logistic loss of scores for labels 1 and −1.</summary>
    /// <param name="scores">Any shape.</param>
    /// <param name="labels">1 or −1, of the same shape.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> SoftMargin<T>(Tensor<T> scores, Tensor<T> labels, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("SoftMargin", scores, labels);
        return Reduce((-(scores * labels)).Softplus(), reduction, "SoftMargin");
    }

    // ℓ = x for y = 1, max(0, m − x) for y = −1
    /// <summary>Makes distances small where the label is 1, and at least a margin where it is −1.</summary>
    /// <param name="distances">Any shape.</param>
    /// <param name="labels">1 or −1, of the same shape.</param>
    /// <param name="margin">m.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a label is neither 1 nor −1.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> HingeEmbedding<T>(Tensor<T> distances, Tensor<T> labels, double margin = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("HingeEmbedding", distances, labels);
        RequireLabels("HingeEmbedding", labels, label => label == T.One || label == -T.One, "1 for similar or -1 for different");
        return Reduce(
            Tensor.Where(labels.Greater(T.Zero), distances, Hinge(T.CreateChecked(margin) - distances)), reduction, "HingeEmbedding");
    }

    // ℓ = −Σ_c w_c·(y_c ln σ(x_c) + (1 − y_c) ln σ(−x_c)) / C
    /// <summary>Several labels at once, each of the classes being there or not: the mean of the binary cross-entropies of all classes.</summary>
    /// <param name="logits">[.., C].</param>
    /// <param name="target">0 or 1, of the same shape.</param>
    /// <param name="classWeight">[C]; null is all one.</param>
    /// <param name="reduction">Mean over the rows, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MultiLabelSoftMargin<T>(
        Tensor<T> logits, Tensor<T> target, Tensor<T>? classWeight = null, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("MultiLabelSoftMargin", logits, target);
        if (logits.Rank == 0 || classWeight is not null && classWeight.Shape != new Shape(logits.Shape[^1]))
        {
            throw new ArgumentException($"MultiLabelSoftMargin: logits {logits.Shape}, weights {classWeight?.Shape.ToString() ?? "none"}; expected [.., C] and [C].");
        }

        Tensor<T> values = BinaryCrossEntropyWithLogits(logits, target, reduction: LossReduction.None);
        return Reduce((classWeight is null ? values : values * classWeight).Mean(-1), reduction, "MultiLabelSoftMargin");
    }
}
