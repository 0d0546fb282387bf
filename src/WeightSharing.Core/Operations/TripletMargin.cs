using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    /// <summary>PyTorch's: added to every component of a difference.</summary>
    private const double TripletEpsilon = 1e-6;

    // ℓ = max(0, d⁺ − d⁻ + m)
    /// <summary>Wants the distance to something else larger by a margin than the distance to something alike.</summary>
    /// <param name="positive">d⁺ of each triplet, of any shape.</param>
    /// <param name="negative">d⁻, of the same shape.</param>
    /// <param name="margin">m; not negative.</param>
    /// <param name="reduction">Mean over the triplets, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> TripletMargin<T>(Tensor<T> positive, Tensor<T> negative, double margin = 1, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(positive);
        ArgumentNullException.ThrowIfNull(negative);
        if (positive.Shape != negative.Shape)
        {
            throw new ArgumentException($"TripletMargin: distances {positive.Shape} to the positive and {negative.Shape} to the negative; the shapes must be equal.");
        }

        if (!(margin >= 0)) throw new ArgumentOutOfRangeException(nameof(margin), $"TripletMargin: margin {margin}; it must not be negative.");
        return Reduce(Hinge(positive - negative + T.CreateChecked(margin)), reduction, "TripletMargin");
    }

    // d(u, v) = ‖u − v + 10⁻⁶‖ₚ,  or  ‖u − v‖₂²
    /// <summary>The triplet loss of vectors (Balntas et al. 2016); with squared distances that of FaceNet (Schroff et al. 2015, eq. 1).</summary>
    /// <param name="anchor">[N, D].</param>
    /// <param name="positive">[N, D], alike the anchor.</param>
    /// <param name="negative">[N, D], unlike it.</param>
    /// <param name="margin">m; not negative.</param>
    /// <param name="p">Of the norm; 2 is Euclidean, 0 counts the elements that differ, without a gradient.</param>
    /// <param name="squared">Squared Euclidean distances instead; their gradient at distance 0 is 0.</param>
    /// <param name="swap">Takes the distance from positive to negative where that is the smaller one.</param>
    /// <param name="reduction">Mean over the triplets, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ, or squared distances are asked for with another norm.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative, or p negative.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> TripletMargin<T>(
        Tensor<T> anchor, Tensor<T> positive, Tensor<T> negative, double margin = 1, double p = 2, bool squared = false, bool swap = false,
        LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireRows("TripletMargin", anchor, positive, "anchor", "positive");
        RequireRows("TripletMargin", anchor, negative, "anchor", "negative");
        if (!(p >= 0)) throw new ArgumentOutOfRangeException(nameof(p), $"TripletMargin: p {p}; it must not be negative.");
        if (squared && p != 2) throw new ArgumentException($"TripletMargin: squared distances with p = {p}; they are Euclidean, leave p at 2.", nameof(p));
        Tensor<T> far = Distance(anchor, negative);
        if (swap) far = far.Minimum(Distance(positive, negative));
        return TripletMargin(Distance(anchor, positive), far, margin, reduction);

        Tensor<T> Distance(Tensor<T> u, Tensor<T> v)
        {
            Tensor<T> difference = u - v;
            return squared ? (difference * difference).Sum(-1) : (difference + T.CreateChecked(TripletEpsilon)).Norm(-1, p);
        }
    }
}
