using System.Numerics;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = p·(ln p − x)       ∂x −= ∂ℓ ⊙ p       ∂p += ∂ℓ ⊙ (ln p + 1 − x)
    /// <summary>
    /// The Kullback–Leibler divergence Σ p·(ln p − ln q), element by element, of a prediction ln q from a distribution p.
    /// </summary>
    /// <param name="logPrediction">ln q, such as <c>LogSoftmax</c> gives.</param>
    /// <param name="target">p, of the same shape; differentiable too. Where p is 0 the term is 0.</param>
    /// <param name="reduction">
    /// Mean over all elements, sum, or none. The divergence averaged over a batch is the sum divided by the batch's size.
    /// </param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> KullbackLeibler<T>(Tensor<T> logPrediction, Tensor<T> target, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqualShapes("KullbackLeibler", logPrediction, target);
        Tensor<bool> impossible = target.Detach().Equal(T.Zero);
        if (!impossible.Any()) return Reduce(target * (target.Log() - logPrediction), reduction, "KullbackLeibler");
        // Neither ln 0 nor a prediction of −∞ counts where p is 0.
        Tensor<T> zero = Tensor.Scalar(T.Zero), one = Tensor.Scalar(T.One);
        Tensor<T> logTarget = Tensor.Where(impossible, one, target).Log(), prediction = Tensor.Where(impossible, zero, logPrediction);
        return Reduce(target * (logTarget - prediction), reduction, "KullbackLeibler");
    }
}
