using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    /// <summary>PyTorch's, which is a single-precision number in every precision: keeps the cosine of a zero vector at 0.</summary>
    private const double CosineEpsilon = 1e-12f;

    // ℓ = 1 − c for y = 1, max(0, c − m) for y = −1,  c = a·b / √((a·a + ε)(b·b + ε))
    /// <summary>Turns similar vectors the same way, and different ones apart until their cosine is below a margin.</summary>
    /// <param name="left">[N, D].</param>
    /// <param name="right">[N, D].</param>
    /// <param name="labels">[N]: 1 for a similar pair, −1 for a different one.</param>
    /// <param name="margin">m, the cosine up to which a different pair costs nothing; −1 to 1.</param>
    /// <param name="reduction">Mean over the pairs, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a label is neither 1 nor −1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not in −1 … 1.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> CosineEmbedding<T>(
        Tensor<T> left, Tensor<T> right, Tensor<T> labels, double margin = 0, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireRows("CosineEmbedding", left, right, "left", "right");
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Shape != left.Shape.Slice(0, left.Rank - 1))
        {
            throw new ArgumentException($"CosineEmbedding: labels {labels.Shape} for vectors {left.Shape}; there must be one label for each pair.", nameof(labels));
        }

        if (!(margin is >= -1 and <= 1)) throw new ArgumentOutOfRangeException(nameof(margin), $"CosineEmbedding: margin {margin}; expected −1 to 1.");
        RequireLabels("CosineEmbedding", labels, label => label == T.One || label == -T.One, "1 for similar or -1 for different");
        T epsilon = T.CreateChecked(CosineEpsilon);
        Tensor<T> lengths = (((left * left).Sum(-1) + epsilon) * ((right * right).Sum(-1) + epsilon)).Sqrt();
        Tensor<T> cosine = (left * right).Sum(-1) / lengths;
        Tensor<T> losses = Tensor.Where(labels.Greater(T.Zero), T.One - cosine, Hinge(cosine - T.CreateChecked(margin)));
        return Reduce(losses, reduction, "CosineEmbedding");
    }
}
