using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = ½(ln v + (a − b)²/v) + ½ ln 2π
    /// <summary>
    /// −ln of the normal density of the target, for a network that predicts mean and variance (Nix and Weigend 1994). Below ε the variance counts as ε,
    /// and as in PyTorch its gradient is still that at ε.
    /// </summary>
    /// <param name="prediction">The mean, any shape.</param>
    /// <param name="target">Of the same shape.</param>
    /// <param name="variance">Broadcasts to the prediction; not negative.</param>
    /// <param name="full">Adds ½ ln 2π.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a variance is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not greater than 0.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> GaussianNegativeLogLikelihood<T>(
        Tensor<T> prediction, Tensor<T> target, Tensor<T> variance, bool full = false, double epsilon = 1e-6, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("GaussianNegativeLogLikelihood", prediction, target);
        ArgumentNullException.ThrowIfNull(variance);
        if (!variance.Shape.BroadcastsTo(prediction.Shape))
        {
            throw new ArgumentException($"GaussianNegativeLogLikelihood: the variance {variance.Shape} does not broadcast to the prediction {prediction.Shape}.", nameof(variance));
        }

        if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), $"GaussianNegativeLogLikelihood: ε {epsilon}; it must be greater than 0.");
        if (variance.Detach().Less(T.Zero).Any()) throw new ArgumentException("GaussianNegativeLogLikelihood: a variance is negative; none may be.", nameof(variance));
        // The limit is a constant on top: the gradient passes as if there were none.
        Tensor<T> least = Tensor.Scalar(T.CreateChecked(epsilon)), now = variance.Detach();
        Tensor<T> spread = variance + (now.Maximum(least) - now);
        Tensor<T> difference = prediction - target, values = (spread.Log() + difference * difference / spread) * T.CreateChecked(0.5);
        return Reduce(full ? values + T.CreateChecked(0.5 * Math.Log(2 * Math.PI)) : values, reduction, "GaussianNegativeLogLikelihood");
    }
}
