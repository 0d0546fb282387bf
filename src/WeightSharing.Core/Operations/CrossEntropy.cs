using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.Softmax;
using LabelKernel = WeightSharing.Kernels.CrossEntropy;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    /// <summary>The class index that counts as "no label" unless another is given.</summary>
    public const int DefaultIgnoreIndex = -100;

    /// <summary>−ln softmax(logits)[target]: the cross-entropy of class indices.</summary>
    /// <param name="logits">[N, C] or [N, C, d1, …], or [C] for one row.</param>
    /// <param name="target">Class indices [N] or [N, d1, …], or one for one row, from 0 to C − 1, or <paramref name="ignoreIndex"/>.</param>
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
        Shape expected = logits.Rank == 1 ? [] : logits.Shape.Without(1);
        if (target.Shape != expected)
        {
            throw new ArgumentException($"CrossEntropy: target {target.Shape} does not fit logits {logits.Shape}; class indices must be {expected}.");
        }

        if (logits.Rank == 1) return OfOne(CrossEntropy(logits.Unsqueeze(0), target.Reshape(1), reduction, classWeight, labelSmoothing, ignoreIndex));

        // A row without label is −1 from here on.
        Tensor<int> labels = Tensor<int>.Uninitialized(expected, "CrossEntropy");
        ReadOnlySpan<T> weights = classWeight is null ? default : classWeight.DenseSpan();
        T divisor = TakeLabels(target, ignoreIndex, weights, classes, labels.Buffer, "CrossEntropy", "logits", logits.Shape);
        RequireDivisor(logits, reduction, divisor);
        Tensor<T> losses = labelSmoothing == 0
            ? OfLabels(logits, labels, weights, expected, rows, classes, inner)
            : OfMixture(logits, Mixture(logits.Shape, labels, weights, T.CreateChecked(labelSmoothing), classes, inner), expected, rows, classes, inner);
        return Reduced(losses, reduction, divisor);
    }

    /// <summary>−Σ_c target[c]·ln softmax(logits)[c]: the cross-entropy of class probabilities, which are not differentiated.</summary>
    /// <param name="logits">[N, C] or [N, C, d1, …], or [C] for one row.</param>
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

        if (logits.Rank == 1) return OfOne(CrossEntropy(logits.Unsqueeze(0), target.Unsqueeze(0), reduction, classWeight, labelSmoothing));

        ReadOnlySpan<T> probabilities = target.DenseSpan(), weights = classWeight is null ? default : classWeight.DenseSpan();
        T smoothing = T.CreateChecked(labelSmoothing), share = classes == 0 ? T.Zero : smoothing / T.CreateChecked(classes);
        Tensor<T> mixture = Tensor<T>.Uninitialized(logits.Shape, "CrossEntropy");
        Span<T> q = mixture.Buffer;
        for (int i = 0; i < q.Length; i++)
        {
            T value = (T.One - smoothing) * probabilities[i] + share;
            q[i] = weights.IsEmpty ? value : value * weights[i / inner % classes];
        }

        T divisor = T.CreateChecked(rows * inner);
        RequireDivisor(logits, reduction, divisor);
        return Reduced(OfMixture(logits, mixture, logits.Shape.Without(1), rows, classes, inner), reduction, divisor);
    }

    private static (int Rows, int Classes, int Inner) CheckLogits<T>(Tensor<T> logits, Tensor<T>? classWeight, double labelSmoothing)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Rank == 0) throw new ArgumentException($"CrossEntropy: logits {logits.Shape}; expected [N, C] or [N, C, d1, …], or [C] for one row.");
        int classes = logits.Shape[Math.Min(1, logits.Rank - 1)];
        if (classWeight is not null && classWeight.Shape != classes)
        {
            throw new ArgumentException($"CrossEntropy: class weights {classWeight.Shape} do not fit logits {logits.Shape}; they must be [{classes}].");
        }

        if (!(labelSmoothing is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"CrossEntropy: label smoothing {labelSmoothing}; expected 0 to 1.");
        }

        return logits.Rank == 1 ? (1, classes, 1) : (logits.Shape[0], classes, logits.Shape.Slice(2, logits.Rank).Count);
    }

    /// <summary>The class numbers of a target, −1 where there is none, and the sum of their weights, which are 1 where none are given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number that is no class.</exception>
    private static T TakeLabels<T>(
        Tensor<int> target, int ignoreIndex, ReadOnlySpan<T> weights, int classes, Span<int> labels, string operation, string operand, in Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        ReadOnlySpan<int> given = target.DenseSpan();
        for (int i = 0; i < given.Length; i++)
        {
            int label = given[i];
            labels[i] = label == ignoreIndex ? -1 : label;
            if (label == ignoreIndex) continue;
            if ((uint)label >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(target),
                    $"{operation}: class index {label} at position {i} of target {target.Shape}; {operand} {shape} have classes 0 to {classes - 1}.");
            }

            sum += weights.IsEmpty ? T.One : weights[label];
        }

        return sum;
    }

    private static Tensor<T> OfOne<T>(Tensor<T> loss)
        where T : unmanaged => loss.Rank == 0 ? loss : loss.Squeeze(0);

    private static void RequireDivisor<T>(Tensor<T> logits, LossReduction reduction, T divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (reduction == LossReduction.Mean && divisor == T.Zero)
        {
            throw new InvalidOperationException($"CrossEntropy: the mean over nothing is undefined: logits {logits.Shape} have no labelled row of positive weight; use LossReduction.Sum, or skip the batch.");
        }
    }

    private static Tensor<T> Reduced<T>(Tensor<T> losses, LossReduction reduction, T divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => reduction switch
        {
            LossReduction.None => losses,
            LossReduction.Sum => losses.Sum(),
            _ => losses.Sum() * (T.One / divisor),
        };

    // ℓ = −w[label]·ln softmax(x)[label]       ∂x += ∂ℓ·w[label]·(softmax(x) − one-hot(label))
    private static Tensor<T> OfLabels<T>(
        Tensor<T> logits, Tensor<int> labels, ReadOnlySpan<T> weights, in Shape rowShape, int rows, int classes, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> losses = Tensor<T>.Uninitialized(rowShape, "CrossEntropy");
        Tensor<T> max = Tensor<T>.Uninitialized(rowShape, "CrossEntropy"), logarithm = Tensor<T>.Uninitialized(rowShape, "CrossEntropy");
        LabelKernel.Forward(rows, classes, inner, logits.DenseSpan(), labels.Buffer, weights, losses.Buffer, max.Buffer, logarithm.Buffer);
        if (!Graph.Records(logits)) return losses;
        Tensor<T>? rowWeights = null;
        if (!weights.IsEmpty)
        {
            rowWeights = Tensor<T>.Uninitialized(rowShape, "CrossEntropy");
            Span<T> each = rowWeights.Buffer;
            ReadOnlySpan<int> label = labels.Buffer;
            for (int i = 0; i < each.Length; i++) each[i] = label[i] < 0 ? T.Zero : weights[label[i]];
        }

        return losses.From(new LabelCrossEntropyNode<T>(logits, labels, rowWeights, max, logarithm));
    }

    // Row of q ⊙ w: (1 − s)·w[label] at the label, s/C·w[c] everywhere.
    private static Tensor<T> Mixture<T>(in Shape shape, Tensor<int> labels, ReadOnlySpan<T> weights, T smoothing, int classes, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> mixture = Tensor<T>.Zeroed(shape, "CrossEntropy");
        Span<T> q = mixture.Buffer;
        T share = classes == 0 ? T.Zero : smoothing / T.CreateChecked(classes);
        ReadOnlySpan<int> label = labels.Buffer;
        for (int i = 0; i < label.Length; i++)
        {
            if (label[i] < 0) continue;
            int start = i / inner * classes * inner + i % inner;
            if (smoothing != T.Zero)
            {
                for (int c = 0; c < classes; c++) q[start + c * inner] = weights.IsEmpty ? share : share * weights[c];
            }

            q[start + label[i] * inner] += (T.One - smoothing) * (weights.IsEmpty ? T.One : weights[label[i]]);
        }

        return mixture;
    }

    // ℓ = −Σ_c q_c·ln softmax(x)_c       ∂x += ∂ℓ·(softmax(x)·Σ_c q_c − q)
    private static Tensor<T> OfMixture<T>(Tensor<T> logits, Tensor<T> mixture, in Shape rowShape, int rows, int classes, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> logProbabilities = Tensor<T>.Uninitialized(logits.Shape, "CrossEntropy");
        Kernel.LogForward(rows, classes, inner, logits.DenseSpan(), logProbabilities.Buffer);
        Tensor<T> losses = Tensor<T>.Uninitialized(rowShape, "CrossEntropy");
        Reduction.CrossEntropy(rows, classes, inner, mixture.Buffer, logProbabilities.Buffer, losses.Buffer);
        return Graph.Records(logits) ? losses.From(new CrossEntropyNode<T>(logits, logProbabilities, mixture)) : losses;
    }

    private sealed class LabelCrossEntropyNode<T>(Tensor<T> logits, Tensor<int> labels, Tensor<T>? weights, Tensor<T> max, Tensor<T> logarithm) : Node<T>(logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> logits = new(logits);

        public override string Name => "CrossEntropy";

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(logits), scale = weights is null ? dy : dy * weights;
            (int rows, int classes, int inner) = SoftmaxOperation.Cut(x.Shape, 1);
            if (to.IsDifferentiable)
            {
                Tensor<T> oneHot = Mixture(x.Shape, labels, ReadOnlySpan<T>.Empty, T.Zero, classes, inner);
                Tensor<T> labelled = oneHot.Sum(1, keepDimensions: true);
                to.Add(0, scale.Unsqueeze(1) * (x.Softmax(1) * labelled - oneHot));
                return;
            }

            Tensor<T> dx = Tensor<T>.Uninitialized(x.Shape, Name);
            LabelKernel.Backward(rows, classes, inner, x.DenseSpan(), labels.Buffer, max.Buffer, logarithm.Buffer, scale.DenseSpan(), dx.Buffer);
            to.Give(0, dx);
        }
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
