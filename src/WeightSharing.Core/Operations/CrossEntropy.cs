using System.Numerics;
using WeightSharing.Autograd;
using Kernel = WeightSharing.Kernels.Softmax;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    /// <summary>The class index that counts as "no label" unless another is given.</summary>
    public const int DefaultIgnoreIndex = -100;

    /// <summary>−ln softmax(logits)[target]: the cross-entropy of class indices.</summary>
    /// <param name="logits">[N, C] or [N, C, d1, …].</param>
    /// <param name="target">Class indices [N] or [N, d1, …], from 0 to C − 1, or <paramref name="ignoreIndex"/>.</param>
    /// <param name="reduction">Mean over the labelled rows (weighted by their class weight), sum, or none.</param>
    /// <param name="classWeight">[C]; not differentiated. Null is all one.</param>
    /// <param name="labelSmoothing">s in 0 … 1: the target distribution is (1 − s)·one-hot + s/C.</param>
    /// <param name="ignoreIndex">Rows with this target count for nothing.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class index or the smoothing is out of range.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> CrossEntropy<T>(
        Tensor<T> logits, Tensor<int> target, LossReduction reduction = LossReduction.Mean, Tensor<T>? classWeight = null,
        double labelSmoothing = 0, int ignoreIndex = DefaultIgnoreIndex)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        (int rows, int classes, int inner) = CheckLogits(logits, classWeight, labelSmoothing);
        Shape expected = logits.Shape.Without(1);
        if (target.Shape != expected)
        {
            throw new ArgumentException($"CrossEntropy: target {target.Shape} does not fit logits {logits.Shape}; class indices must be {expected}.");
        }

        ReadOnlySpan<int> labels = target.DenseSpan();
        ReadOnlySpan<T> weights = classWeight is null ? default : classWeight.DenseSpan();
        T smoothing = T.CreateChecked(labelSmoothing), share = classes == 0 ? T.Zero : smoothing / T.CreateChecked(classes), divisor = T.Zero;
        Tensor<T> mixture = Tensor<T>.Zeroed(logits.Shape, "CrossEntropy");
        Span<T> q = mixture.Buffer;
        for (int i = 0; i < labels.Length; i++)
        {
            int label = labels[i], start = i / inner * classes * inner + i % inner;
            if (label == ignoreIndex) continue;
            if ((uint)label >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(nameof(target), $"CrossEntropy: class index {label} at position {i} of target {target.Shape}; logits {logits.Shape} have classes 0 to {classes - 1}.");
            }

            // Row of q ⊙ w: (1 − s)·w[label] at the label, s/C·w[c] everywhere.
            if (smoothing != T.Zero)
            {
                for (int c = 0; c < classes; c++) q[start + c * inner] = weights.IsEmpty ? share : share * weights[c];
            }

            T own = weights.IsEmpty ? T.One : weights[label];
            q[start + label * inner] += (T.One - smoothing) * own;
            divisor += own;
        }

        return FromMixture(logits, mixture, expected, rows, classes, inner, reduction, divisor);
    }

    /// <summary>−Σ_c target[c]·ln softmax(logits)[c]: the cross-entropy of class probabilities, which are not differentiated.</summary>
    /// <param name="logits">[N, C] or [N, C, d1, …].</param>
    /// <param name="target">Probabilities, of the logits' shape.</param>
    /// <param name="reduction">Mean over the rows, sum, or none.</param>
    /// <param name="classWeight">[C]; not differentiated. Null is all one.</param>
    /// <param name="labelSmoothing">s in 0 … 1: the target distribution is (1 − s)·target + s/C.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> CrossEntropy<T>(
        Tensor<T> logits, Tensor<T> target, LossReduction reduction = LossReduction.Mean, Tensor<T>? classWeight = null, double labelSmoothing = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        (int rows, int classes, int inner) = CheckLogits(logits, classWeight, labelSmoothing);
        if (target.Shape != logits.Shape)
        {
            throw new ArgumentException($"CrossEntropy: target {target.Shape} does not fit logits {logits.Shape}; class probabilities must have the logits' shape.");
        }

        ReadOnlySpan<T> probabilities = target.DenseSpan(), weights = classWeight is null ? default : classWeight.DenseSpan();
        T smoothing = T.CreateChecked(labelSmoothing), share = classes == 0 ? T.Zero : smoothing / T.CreateChecked(classes);
        Tensor<T> mixture = Tensor<T>.Uninitialized(logits.Shape, "CrossEntropy");
        Span<T> q = mixture.Buffer;
        for (int i = 0; i < q.Length; i++)
        {
            T value = (T.One - smoothing) * probabilities[i] + share;
            q[i] = weights.IsEmpty ? value : value * weights[i / inner % classes];
        }

        return FromMixture(logits, mixture, logits.Shape.Without(1), rows, classes, inner, reduction, T.CreateChecked(rows * inner));
    }

    private static (int Rows, int Classes, int Inner) CheckLogits<T>(Tensor<T> logits, Tensor<T>? classWeight, double labelSmoothing)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Rank < 2) throw new ArgumentException($"CrossEntropy: logits {logits.Shape}; expected [N, C] or [N, C, d1, …].");
        if (classWeight is not null && classWeight.Shape != logits.Shape[1])
        {
            throw new ArgumentException($"CrossEntropy: class weights {classWeight.Shape} do not fit logits {logits.Shape}; they must be [{logits.Shape[1]}].");
        }

        if (!(labelSmoothing is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"CrossEntropy: label smoothing {labelSmoothing}; expected 0 to 1.");
        }

        return (logits.Shape[0], logits.Shape[1], logits.Shape.Slice(2, logits.Rank).Count);
    }

    // ℓ = −Σ_c q_c·ln softmax(x)_c       ∂x += ∂ℓ·(softmax(x)·Σ_c q_c − q)
    private static Tensor<T> FromMixture<T>(
        Tensor<T> logits, Tensor<T> mixture, in Shape rowShape, int rows, int classes, int inner, LossReduction reduction, T divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (reduction == LossReduction.Mean && divisor == T.Zero)
        {
            throw new InvalidOperationException($"CrossEntropy: the mean over nothing is undefined: logits {logits.Shape} have no labelled row of positive weight; use LossReduction.Sum, or skip the batch.");
        }

        Tensor<T> logProbabilities = Tensor<T>.Uninitialized(logits.Shape, "CrossEntropy");
        Kernel.LogForward(rows, classes, inner, logits.DenseSpan(), logProbabilities.Buffer);
        Tensor<T> losses = Tensor<T>.Uninitialized(rowShape, "CrossEntropy");
        ReadOnlySpan<T> log = logProbabilities.Buffer, q = mixture.Buffer;
        Span<T> each = losses.Buffer;
        for (int i = 0; i < each.Length; i++)
        {
            T sum = T.Zero;
            int start = i / inner * classes * inner + i % inner;
            // A class of weight 0 adds nothing, not even where its logarithm is −∞.
            for (int c = 0; c < classes; c++)
            {
                T weight = q[start + c * inner];
                if (weight != T.Zero) sum -= weight * log[start + c * inner];
            }

            each[i] = sum;
        }

        if (Graph.Records(logits)) losses.From(new CrossEntropyNode<T>(logits, logProbabilities, mixture));
        return reduction switch
        {
            LossReduction.None => losses,
            LossReduction.Sum => losses.Sum(),
            _ => losses.Sum() * (T.One / divisor),
        };
    }

    private sealed class CrossEntropyNode<T>(Tensor<T> logits, Tensor<T> logProbabilities, Tensor<T> mixture) : Node<T>(logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> logits = new(logits);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> total = mixture.Sum(1, keepDimensions: true);
            Tensor<T> probabilities = to.IsDifferentiable ? Recall(logits).Softmax(1) : logProbabilities.Exp();
            to.Add(0, dy.Unsqueeze(1) * (probabilities * total - mixture));
        }
    }
}
