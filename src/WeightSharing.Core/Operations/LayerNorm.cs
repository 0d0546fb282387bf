using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Normalisation of each example over its trailing dimensions.</summary>
public static class LayerNormOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = (x − m)/√(v + ε) ⊙ w + b, m and v over the trailing dimensions
        /// <summary>
        /// Mean 0 and variance 1 (biased) over the trailing dimensions, then scaled and shifted. Ba, Kiros and Hinton 2016.
        /// </summary>
        /// <param name="normalizedShape">The trailing dimensions.</param>
        /// <param name="weight">Of the normalised shape, or null.</param>
        /// <param name="bias">Of the normalised shape, or null.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public Tensor<T> LayerNorm(Shape normalizedShape, Tensor<T>? weight = null, Tensor<T>? bias = null, double epsilon = 1e-5)
        {
            ArgumentNullException.ThrowIfNull(x);
            _ = LeadingDimensions(x.Shape, normalizedShape, "LayerNorm", nameof(normalizedShape));
            if (weight is not null && weight.Shape != normalizedShape || bias is not null && bias.Shape != normalizedShape)
            {
                throw new ArgumentException(
                    $"LayerNorm: weight {weight?.Shape.ToString() ?? "none"} and bias {bias?.Shape.ToString() ?? "none"}; "
                    + $"each must have the normalised shape {normalizedShape}.");
            }

            if (x.Count == 0) return x * T.One;
            Shape each = [1, 1, normalizedShape.Count];
            return Normalization.Apply(
                x.Reshape(1, x.Count / normalizedShape.Count, normalizedShape.Count), weight?.Reshape(each), bias?.Reshape(each),
                T.CreateChecked(epsilon), "LayerNorm").Output.Reshape(x.Shape);
        }

        // y = (x − m)/√(v + ε) ⊙ w + b, m and v over the channels of a group and all positions
        /// <summary>
        /// Mean 0 and variance 1 (biased) over each group of channels of each example, then scaled and shifted by channel. Wu and He 2018.
        /// </summary>
        /// <param name="groups">How many groups; a divisor of the channels.</param>
        /// <param name="weight">[C], or null.</param>
        /// <param name="bias">[C], or null.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ArgumentException">
        /// Not [N, C, ..], groups that do not divide C, or a weight or bias that is not [C].
        /// </exception>
        public Tensor<T> GroupNorm(int groups, Tensor<T>? weight = null, Tensor<T>? bias = null, double epsilon = 1e-5)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank < 2 || groups < 1 || x.Shape[1] % groups != 0)
            {
                throw new ArgumentException(
                    $"GroupNorm: input {x.Shape} in {groups} groups; expected [N, C, ..] with C divisible by the groups.", nameof(groups));
            }

            int channels = x.Shape[1];
            if (weight is not null && weight.Shape != channels || bias is not null && bias.Shape != channels)
            {
                throw new ArgumentException(
                    $"GroupNorm: weight {weight?.Shape.ToString() ?? "none"} and bias {bias?.Shape.ToString() ?? "none"}; "
                    + $"each must be [{channels}].");
            }

            if (x.Count == 0) return x * T.One;
            Tensor<T> y = Normalization.Apply<T>(
                x.Reshape(1, x.Shape[0] * groups, -1), null, null, T.CreateChecked(epsilon), "GroupNorm").Output.Reshape(x.Shape);
            Span<int> extents = stackalloc int[x.Rank - 1];
            extents.Fill(1);
            extents[0] = channels;
            var perChannel = new Shape(extents);
            if (weight is not null) y *= weight.Reshape(perChannel);
            return bias is null ? y : y + bias.Reshape(perChannel);
        }
    }

    /// <summary>How many dimensions of a shape stand before the normalised ones, which must end it.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal static int LeadingDimensions(in Shape shape, in Shape normalizedShape, string operation, string parameter)
    {
        int lead = shape.Rank - normalizedShape.Rank;
        if (lead >= 0 && shape.Slice(lead, shape.Rank) == normalizedShape) return lead;
        throw new ArgumentException(
            $"{operation}: normalised shape {normalizedShape} does not end shape {shape}; it must equal the trailing dimensions.", parameter);
    }
}
