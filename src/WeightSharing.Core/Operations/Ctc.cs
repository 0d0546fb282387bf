using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

public static partial class Loss
{
    // ℓ = −ln Σ_π Π_t p_t(π_t) over all π that become the target without repeats and blanks       ∂x[t, c] −= ∂ℓ·P(π_t = c | target)
    /// <summary>
    /// Connectionist temporal classification (Graves et al. 2006): −ln of the probability of a label sequence, summed over all its alignments with a longer
    /// sequence of predictions, in which blanks may stand anywhere and between equal labels must. ∞ where there is none, without any gradient.
    /// </summary>
    /// <param name="logProbabilities">[T, N, C] after a <c>LogSoftmax</c>, or [T, C] for one sequence.</param>
    /// <param name="targets">Labels, not the blank: [N, S], filled up with anything, or the sequences one after another; [S] for one sequence.</param>
    /// <param name="inputLengths">[N], or a scalar for one sequence: how many steps count.</param>
    /// <param name="targetLengths">[N], or a scalar: how many labels.</param>
    /// <param name="blank">The class that stands for no label.</param>
    /// <param name="reduction">Mean over the batch of each value divided by the number of its labels, sum, or none.</param>
    /// <param name="zeroInfinity">0 in place of ∞.</param>
    /// <exception cref="ArgumentException">The shapes or lengths do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label or the blank is no class, or a label is the blank.</exception>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    public static Tensor<T> Ctc<T>(
        Tensor<T> logProbabilities, Tensor<int> targets, Tensor<int> inputLengths, Tensor<int> targetLengths, int blank = 0,
        LossReduction reduction = LossReduction.Mean, bool zeroInfinity = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(inputLengths);
        ArgumentNullException.ThrowIfNull(targetLengths);
        bool one = logProbabilities.Rank == 2;
        Tensor<T> x = one ? logProbabilities.Unsqueeze(1) : logProbabilities;
        int[] steps = Lengths("input", inputLengths, x), labels = Lengths("target", targetLengths, x);
        int[][] states = States(x.Shape, targets, steps, labels, blank);

        var alphas = new double[states.Length][];
        Tensor<T> values = Tensor<T>.Uninitialized(states.Length, "Ctc");
        var likelihoods = new double[states.Length];
        ReadOnlySpan<T> source = x.DenseSpan();
        int stride = x.Shape[1] * x.Shape[2];
        for (int n = 0; n < states.Length; n++)
        {
            alphas[n] = new double[steps[n] * states[n].Length];
            likelihoods[n] = CtcSweep.Forward(source[Math.Min(n * x.Shape[2], source.Length)..], stride, steps[n], states[n], alphas[n]);
            values.Buffer[n] = T.CreateChecked(-likelihoods[n]);
        }

        if (Graph.Records(x)) values = values.From(new CtcNode<T>(x, steps, states, alphas, likelihoods));
        if (zeroInfinity) values = values.MaskedFill(values.IsInfinity(), T.Zero);
        if (reduction == LossReduction.Mean) values /= Tensor.From([.. labels.Select(count => T.CreateChecked(Math.Max(1, count)))]);
        return Reduce(one && reduction == LossReduction.None ? values.Squeeze(0) : values, reduction, "Ctc");
    }

    private static int[] Lengths<T>(string which, Tensor<int> lengths, Tensor<T> x)
        where T : unmanaged
    {
        if (x.Rank != 3 || lengths.Rank > 1 || lengths.Count != x.Shape[1])
        {
            throw new ArgumentException($"Ctc: {which} lengths {lengths.Shape} for log-probabilities {x.Shape}; expected [N] and [T, N, C], or a scalar and [T, C].");
        }

        return lengths.ToArray();
    }

    /// <summary>The class of each state of each sequence: its labels, with blanks around every one.</summary>
    private static int[][] States(in Shape shape, Tensor<int> targets, int[] steps, int[] labels, int blank)
    {
        (int length, int batch, int classes) = (shape[0], shape[1], shape[2]);
        if ((uint)blank >= (uint)classes) throw new ArgumentOutOfRangeException(nameof(blank), $"Ctc: blank {blank} of {classes} classes.");
        bool padded = targets.Rank == 2;
        int room = padded ? targets.Shape[1] : targets.Count;
        bool fits = padded ? targets.Shape[0] == batch && labels.All(count => (uint)count <= (uint)room) : targets.Rank == 1 && labels.All(count => count >= 0) && labels.Sum() <= room;
        if (!fits || steps.Any(count => (uint)count > (uint)length))
        {
            throw new ArgumentException(
                $"Ctc: targets {targets.Shape} with lengths [{string.Join(", ", labels)}], log-probabilities {shape} with lengths [{string.Join(", ", steps)}]; "
                + "expected [N, S] or the sequences one after another, and lengths within them.", nameof(targets));
        }

        int[] all = targets.ToArray();
        var states = new int[batch][];
        for (int n = 0, first = 0; n < batch; first += padded ? room : labels[n], n++)
        {
            states[n] = new int[2 * labels[n] + 1];
            Array.Fill(states[n], blank);
            for (int k = 0; k < labels[n]; k++)
            {
                int label = all[first + k];
                states[n][2 * k + 1] = (uint)label < (uint)classes && label != blank
                    ? label
                    : throw new ArgumentOutOfRangeException(nameof(targets), $"Ctc: label {label} of sequence {n}; expected 0 to {classes - 1}, and not the blank {blank}.");
            }
        }

        return states;
    }

    private sealed class CtcNode<T>(Tensor<T> x, int[] steps, int[][] states, double[][] alphas, double[] likelihoods) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            if (to.IsDifferentiable)
            {
                Tensor<T> copy = x * T.One;
                to.Add(0, Gradient.Of(Composed(copy), [copy], dy, differentiable: true)[0]);
                return;
            }

            int batch = states.Length, classes = x.Shape[2];
            Tensor<T> dx = Tensor<T>.Zeroed(x.Shape, Name);
            ReadOnlySpan<T> source = x.DenseSpan(), upstream = dy.DenseSpan();
            for (int n = 0; n < batch && x.Count > 0; n++)
            {
                CtcSweep.Backward(
                    source[(n * classes)..], batch * classes, steps[n], states[n], alphas[n], likelihoods[n], -double.CreateChecked(upstream[n]),
                    dx.Buffer[(n * classes)..]);
            }

            to.Give(0, dx);
        }

        /// <summary>The same of recorded operations, step by step: what gradients of gradients are taken from.</summary>
        private Tensor<T> Composed(Tensor<T> x) => Tensor.Stack<T>([.. states.Select((own, n) => One(x.Select(1, n), own, steps[n]))]);

        private static Tensor<T> One(Tensor<T> x, int[] states, int steps)
        {
            int m = states.Length;
            Tensor<T> impossible = Tensor.Scalar(T.NegativeInfinity);
            if (steps == 0) return Tensor.Scalar(m == 1 ? T.Zero : T.PositiveInfinity) + x.Slice(0, 0, 0).Sum();
            Tensor<int> index = Tensor.From(states);
            Tensor<bool> start = Tensor.From([.. Enumerable.Range(0, m).Select(s => s < 2)]);
            Tensor<bool> skips = Tensor.From([.. Enumerable.Range(0, m).Select(s => CtcSweep.Skips(states, s))]);
            Tensor<T> alpha = Tensor.Where(start, x.Select(0, 0).IndexSelect(0, index), impossible);
            for (int t = 1; t < steps; t++)
            {
                Tensor<T> byTwo = Tensor.Where(skips, Behind(alpha, 2), impossible);
                alpha = Tensor.Stack([alpha, Behind(alpha, 1), byTwo]).LogSumExp(0) + x.Select(0, t).IndexSelect(0, index);
            }

            return -alpha.Slice(0, Math.Max(0, m - 2), m).LogSumExp();
        }

        private static Tensor<T> Behind(Tensor<T> alpha, int by)
        {
            int m = alpha.Count, kept = Math.Max(0, m - by);
            return Tensor.Concat([Tensor.Full([m - kept], T.NegativeInfinity), alpha.Slice(0, 0, kept)], 0);
        }
    }
}
