using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = (x − t)²       ∂x += 2∂ℓ ⊙ (x − t)       ∂t −= 2∂ℓ ⊙ (x − t)
    /// <summary>Squared difference of prediction and target, both differentiable.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The same shape.</param>
    /// <param name="reduction">Mean over all elements, sum, or none.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> MeanSquaredError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        // Broadcasting a [n] target against a [n, 1] prediction would silently average n² differences.
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException($"MeanSquaredError: prediction {prediction.Shape} and target {target.Shape} differ; they must be equal, reshape one of them.");
        }

        if (reduction == LossReduction.None)
        {
            Tensor<T> difference = prediction - target;
            return difference * difference;
        }

        int count = prediction.Count;
        if (reduction == LossReduction.Mean) RequireValues(prediction, "MeanSquaredError");
        T share = reduction == LossReduction.Mean ? T.One / T.CreateChecked(count) : T.One;
        Tensor<T> loss = Tensor<T>.Uninitialized([], "MeanSquaredError");
        Reduction.SquaredError(1, count, 1, prediction.DenseSpan(), target.DenseSpan(), loss.Buffer);
        loss.Buffer[0] *= share;
        return Graph.Records(prediction, target) ? loss.From(new MeanSquaredErrorNode<T>(prediction, target, share)) : loss;
    }

    // ℓ = s·Σ (x − t)², s = 1/n or 1
    private sealed class MeanSquaredErrorNode<T>(Tensor<T> prediction, Tensor<T> target, T share) : Node<T>(prediction, target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> prediction = new(prediction), target = new(target);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(prediction), t = Recall(target);
            T twice = share + share;
            Tensor<T> gradient = to.IsDifferentiable
                ? (x - t) * (dy * twice)
                : Pointwise.Combine(x, t, new ScaledDifference<T>(dy.DenseSpan()[0] * twice), Name);
            to.Add(0, gradient);
            if (to.Wants(1)) to.Add(1, -gradient);
        }
    }
}
