using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = eˣ − t·x, or x − t·ln(x + ε), + ln t! by Stirling where t > 1
    /// <summary>−ln of the Poisson probability of a count, without terms of the target alone unless asked for.</summary>
    /// <param name="prediction">The logarithm of the rate, or the rate, any shape.</param>
    /// <param name="target">Counts, of the same shape.</param>
    /// <param name="isLogarithm">Whether the prediction is ln of the rate.</param>
    /// <param name="full">Adds Stirling's t ln t − t + ½ ln 2πt for counts above 1.</param>
    /// <param name="epsilon">Added to a rate under the logarithm.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> PoissonNegativeLogLikelihood<T>(
        Tensor<T> prediction, Tensor<T> target, bool isLogarithm = true, bool full = false, double epsilon = 1e-8, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("PoissonNegativeLogLikelihood", prediction, target);
        Tensor<T> values = isLogarithm
            ? prediction.Exp() - target * prediction
            : prediction - target * (prediction + T.CreateChecked(epsilon)).Log();
        if (full)
        {
            Tensor<bool> large = target.Detach().Greater(T.One);
            Tensor<T> counts = Tensor.Where(large, target, Tensor.Scalar(T.One));
            Tensor<T> stirling = counts * counts.Log() - counts + (counts * T.CreateChecked(2 * Math.PI)).Log() * T.CreateChecked(0.5);
            values += Tensor.Where(large, stirling, Tensor.Scalar(T.Zero));
        }

        return Reduce(values, reduction, "PoissonNegativeLogLikelihood");
    }
}
