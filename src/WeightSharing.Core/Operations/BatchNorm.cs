using System.Numerics;
using WeightSharing.Autograd;
using Kernel = WeightSharing.Kernels.Normalization;

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
        /// The result, and mean and unbiased variance of each channel, [C], without history, for <see cref="RunningStatistics{T}"/>; of no values these are
        /// 0 and mean nothing.
        /// </returns>
        /// <exception cref="ArgumentException">Not [N, C, ..], or a weight or bias that is not [C].</exception>
        /// <exception cref="InvalidOperationException">A single value a channel.</exception>
        public (Tensor<T> Output, Tensor<T> Mean, Tensor<T> Variance) BatchNorm(
            Tensor<T>? weight = null, Tensor<T>? bias = null, double epsilon = 1e-5)
        {
            Check(x, weight, bias);
            int batch = x.Shape[0], channels = x.Shape[1], positions = x.Shape.Slice(2, x.Rank).Count, count = batch * positions;
            if (count == 0)
            {
                // Nothing to normalise, and nothing known of mean and variance; the gradients of weight and bias are 0.
                Tensor<T> zero = Tensor.Zeros<T>(channels);
                return (ScaleShift(x, weight ?? zero, bias ?? zero), zero, zero);
            }

            if (count == 1)
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
            return ScaleShift(x, scale, shift);
        }
    }

    extension(Tensor)
    {
        /// <summary>(1 − momentum)·running + momentum·batch: what batch normalisation remembers for inference.</summary>
        public static Tensor<T> RunningStatistics<T>(Tensor<T> running, Tensor<T> batch, double momentum)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            running * T.CreateChecked(1 - momentum) + batch * T.CreateChecked(momentum);
    }

    // y = x ⊙ s + t, s and t of each channel
    private static Tensor<T> ScaleShift<T>(Tensor<T> x, Tensor<T> scale, Tensor<T> shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, "BatchNorm");
        Kernel.ScaleShift(
            x.Shape[0], x.Shape[1], x.Shape.Slice(2, x.Rank).Count, x.DenseSpan(), scale.DenseSpan(), shift.DenseSpan(), y.Buffer);
        return Graph.Records(x, scale, shift) ? y.From(new ScaleShiftNode<T>(x, scale, shift)) : y;
    }

    private sealed class ScaleShiftNode<T>(Tensor<T> x, Tensor<T> scale, Tensor<T> shift) : Node<T>([x, scale, shift])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), scale = new(scale);

        public override string Name => "BatchNorm";

        // ∂x += ∂y ⊙ s       ∂s += Σ ∂y ⊙ x       ∂t += Σ ∂y
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Span<int> extents = stackalloc int[dy.Rank - 1];
            extents.Fill(1);
            extents[0] = dy.Shape[1];
            if (to.Wants(0)) to.Give(0, dy * Recall(scale).Reshape(new Shape(extents)));
            Span<int> others = stackalloc int[dy.Rank - 1];
            for (int i = 0; i < others.Length; i++) others[i] = i == 0 ? 0 : i + 1;
            if (to.Wants(1)) to.Add(1, (dy * Recall(x)).Sum(others));
            if (to.Wants(2)) to.Add(2, dy.Sum(others));
        }
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
