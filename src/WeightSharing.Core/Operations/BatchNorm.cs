using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Normalisation of each channel over a batch.</summary>
public static class BatchNormOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = (x − m)/√(v + ε) ⊙ w + b, m and v of each channel over batch and positions
        /// <summary>
        /// Mean 0 and variance 1 (biased) of each channel over batch and positions, then scaled and shifted: training. Ioffe and Szegedy
        /// 2015.
        /// </summary>
        /// <param name="weight">[C], or null.</param>
        /// <param name="bias">[C], or null.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <returns>
        /// The result, and mean and unbiased variance of each channel, [C], without history, for <see cref="RunningStatistics{T}"/>.
        /// </returns>
        /// <exception cref="ArgumentException">Not [N, C, ..], or a weight or bias that is not [C].</exception>
        /// <exception cref="InvalidOperationException">Fewer than two values a channel.</exception>
        public (Tensor<T> Output, Tensor<T> Mean, Tensor<T> Variance) BatchNorm(
            Tensor<T>? weight = null, Tensor<T>? bias = null, double epsilon = 1e-5)
        {
            Check(x, weight, bias);
            int batch = x.Shape[0], channels = x.Shape[1], positions = x.Shape.Slice(2, x.Rank).Count, count = batch * positions;
            if (count < 2)
            {
                throw new InvalidOperationException(
                    $"BatchNorm: {count} values a channel in input {x.Shape}; "
                    + "training needs at least 2, otherwise use the running statistics.");
            }

            Shape perChannel = [1, channels, 1];
            (Tensor<T> y, Tensor<T> mean, Tensor<T> variance) = Normalization.Apply(
                x.Reshape(batch, channels, positions), weight?.Reshape(perChannel), bias?.Reshape(perChannel), T.CreateChecked(epsilon),
                "BatchNorm");
            return (y.Reshape(x.Shape), mean, variance * (T.CreateChecked(count) / T.CreateChecked(count - 1)));
        }

        // y = (x − mean)/√(variance + ε) ⊙ w + b
        /// <summary>As in training, with a given mean and variance of each channel: inference.</summary>
        /// <param name="mean">[C].</param>
        /// <param name="variance">[C].</param>
        /// <param name="weight">[C], or null.</param>
        /// <param name="bias">[C], or null.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ArgumentException">Not [N, C, ..], or another operand that is not [C].</exception>
        public Tensor<T> BatchNorm(Tensor<T> mean, Tensor<T> variance, Tensor<T>? weight, Tensor<T>? bias, double epsilon = 1e-5)
        {
            Check(x, weight, bias);
            ArgumentNullException.ThrowIfNull(mean);
            ArgumentNullException.ThrowIfNull(variance);
            if (mean.Shape != x.Shape[1] || variance.Shape != x.Shape[1])
            {
                throw new ArgumentException(
                    $"BatchNorm: mean {mean.Shape} and variance {variance.Shape} for input {x.Shape}; each must be [{x.Shape[1]}].");
            }

            Tensor<T> scale = (variance + T.CreateChecked(epsilon)).Pow(T.CreateChecked(-0.5));
            if (weight is not null) scale *= weight;
            Tensor<T> shift = -(mean * scale);
            if (bias is not null) shift += bias;
            Span<int> extents = stackalloc int[x.Rank - 1];
            extents.Fill(1);
            extents[0] = x.Shape[1];
            var perChannel = new Shape(extents);
            return x * scale.Reshape(perChannel) + shift.Reshape(perChannel);
        }
    }

    extension(Tensor)
    {
        /// <summary>(1 − momentum)·running + momentum·batch: what batch normalisation remembers for inference.</summary>
        public static Tensor<T> RunningStatistics<T>(Tensor<T> running, Tensor<T> batch, double momentum)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            running * T.CreateChecked(1 - momentum) + batch * T.CreateChecked(momentum);
    }

    private static void Check<T>(Tensor<T> x, Tensor<T>? weight, Tensor<T>? bias)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2) throw new ArgumentException($"BatchNorm: input {x.Shape}; expected [N, C] or [N, C, ..].");
        if (weight is not null && weight.Shape != x.Shape[1] || bias is not null && bias.Shape != x.Shape[1])
        {
            throw new ArgumentException(
                $"BatchNorm: weight {weight?.Shape.ToString() ?? "none"} and bias {bias?.Shape.ToString() ?? "none"}; "
                + $"each must be [{x.Shape[1]}].");
        }
    }
}
