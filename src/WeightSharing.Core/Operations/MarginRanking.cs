using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = max(0, −y·(a − b) + margin)
    /// <summary>Asks that a be larger than b by a margin where the label is 1, smaller where it is −1.</summary>
    /// <param name="a">Scores, any shape.</param>
    /// <param name="b">The others, of the same shape.</param>
    /// <param name="labels">1 or −1, of the same shape.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MarginRanking<T>(Tensor<T> a, Tensor<T> b, Tensor<T> labels, double margin = 0, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("MarginRanking", a, b);
        RequireEqualShapes("MarginRanking", a, labels);
        return Reduce(Hinge(labels * (b - a) + T.CreateChecked(margin)), reduction, "MarginRanking");
    }
}
