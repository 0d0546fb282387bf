using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>ln b of the emitting states for a run of steps.</summary>
internal delegate void EmissionSource(int from, int count, Span<double> logProbabilities);

/// <summary>Posteriors [count, states] of a run of steps, delivered from the end of the sequence to its beginning.</summary>
internal delegate void PosteriorSink(int from, int count, ReadOnlySpan<double> posteriors);

/// <summary>
/// The forward and backward recursions over one sequence, in segments: the forward pass keeps α at the segments' boundaries alone, the backward pass
/// computes the inside of each segment again. One segment is the classic algorithm; √T of them need O(√T) memory for twice the forward work.
/// </summary>
internal sealed class ForwardBackward
{
    private readonly HmmChain chain;
    private readonly SimdWidth width;
    private readonly int length, segment;
    private readonly EmissionSource source;
    private readonly double[] checkpoints, logs, largest;
    private readonly AlignedArray emissionRows, alphaRows;
    private double logLikelihood;

    private ForwardBackward(HmmChain chain, EmissionSource source, int length, int segment, SimdWidth width)
    {
        (this.chain, this.source, this.length, this.segment, this.width) = (chain, source, length, Math.Clamp(segment, 1, length), width);
        int segments = (length + this.segment - 1) / this.segment, block = checked(this.segment * chain.Stride);
        checkpoints = new double[segments * chain.Stride];
        (emissionRows, alphaRows) = (new AlignedArray(block), new AlignedArray(block));
        logs = new double[Math.Min(this.segment, EmissionBlock) * chain.States];
        largest = new double[Math.Min(this.segment, EmissionBlock)];
    }

    private const int EmissionBlock = 512;

    /// <summary>ln P; and the weights of <see cref="HmmChain.Unfold"/> where a result is given.</summary>
    public static double Run(HmmChain chain, EmissionSource source, int length, bool checkpoint, ChainWeights? result, PosteriorSink? sink, SimdWidth? width = null)
    {
        if (length == 0)
        {
            if (result is not null && chain.Empty > 0) result.Empty += chain.FinalState < 0 ? 0 : 1 / chain.Empty;
            return Math.Log(chain.Empty);
        }

        // Without the backward pass nothing but the last α is needed.
        bool forwardOnly = result is null && sink is null;
        int segment = forwardOnly ? Math.Min(length, EmissionBlock) : checkpoint ? (int)Math.Ceiling(Math.Sqrt(length)) : length;
        if (width == SimdWidth.Reference) return LogForwardBackward.Run(chain, source, length, result, sink);
        var run = new ForwardBackward(chain, source, length, segment, width ?? Simd.Chosen);
        ForwardState state = run.Forward();
        if (state == ForwardState.Impossible) return double.NegativeInfinity;
        if (state == ForwardState.Good && (forwardOnly || run.Backward(result, sink))) return run.logLikelihood;
        return LogForwardBackward.Run(chain, source, length, result, sink);
    }

    private enum ForwardState
    {
        Good,
        Impossible,
        LostDigits,
    }

    private ForwardState Forward()
    {
        int stride = chain.Stride;
        Span<double> emission = emissionRows.Span, alpha = alphaRows.Span;
        var scales = new double[Math.Min(segment, EmissionBlock)];
        double[] previous = new double[stride];
        logLikelihood = 0;
        // A step of tiny mass may be one whose likely part was impossible: the rest is looked at in logarithms.
        for (int from = 0; from < length; from += segment)
        {
            int count = Math.Min(segment, length - from);
            previous.CopyTo(checkpoints, from / segment * stride);
            if (!Fill(from, count, out double shift)) return ForwardState.Impossible;
            logLikelihood += shift;
            for (int at = 0; at < count; at += scales.Length)
            {
                int steps = Math.Min(scales.Length, count - at);
                ReadOnlySpan<double> before = from + at == 0 ? default : at == 0 ? previous : alpha.Slice((at - 1) * stride, stride);
                if (!ChainSweep.Forward(
                    before, chain.Start, chain.AlignedTransition.Span, emission[(at * stride)..], alpha[(at * stride)..], scales.AsSpan(0, steps), chain.States, stride, width))
                {
                    return ForwardState.LostDigits;
                }

                logLikelihood += LogProduct(scales.AsSpan(0, steps));
            }

            alpha.Slice((count - 1) * stride, stride).CopyTo(previous);
        }

        double ending = 0;
        for (int s = 0; s < chain.States; s++) ending += previous[s] * chain.End[s];
        if (!(ending > ChainSweep.Tiny)) return ForwardState.LostDigits;
        logLikelihood += Math.Log(ending);
        return ForwardState.Good;
    }

    private bool Backward(ChainWeights? result, PosteriorSink? sink)
    {
        int stride = chain.Stride, states = chain.States;
        Span<double> emission = emissionRows.Span, alpha = alphaRows.Span;
        double[] carry = new double[stride], endWeights = new double[stride], scales = new double[segment];
        Span<double> weights = new AlignedArray(states * stride).Span, scratch = new AlignedArray((ChainSweep.Block + 1) * stride).Span;
        // A block's posteriors, and those of the emitting states without padding.
        int piece = Math.Min(segment, EmissionBlock);
        Span<double> gamma = new AlignedArray(piece * stride).Span;
        double[] packed = new double[piece * states];
        int lastSegment = (length - 1) / segment;
        for (int number = lastSegment; number >= 0; number--)
        {
            int from = number * segment, count = Math.Min(segment, length - from);
            if (lastSegment > 0)
            {
                Fill(from, count, out _);
                ReadOnlySpan<double> before = number == 0 ? default : checkpoints.AsSpan(number * stride, stride);
                ChainSweep.Forward(before, chain.Start, chain.AlignedTransition.Span, emission, alpha, scales.AsSpan(0, count), states, stride, width);
            }

            for (int to = count; to > 0; to -= piece)
            {
                int first = Math.Max(0, to - piece), steps = to - first;
                bool isLast = from + to == length;
                if (!ChainSweep.Backward(
                    chain.AlignedTransposed.Span, chain.End, emission[(first * stride)..], alpha[(first * stride)..], carry, gamma, weights, endWeights, scratch,
                    isLast, steps, states, stride, width))
                {
                    return false;
                }

                if (sink is null) continue;
                for (int t = 0; t < steps; t++) gamma.Slice(t * stride, states).CopyTo(packed.AsSpan(t * states));
                sink(from + first, steps, packed.AsSpan(0, steps * states));
            }
        }

        if (result is null) return true;
        double total = 0;
        for (int s = 0; s < states; s++) total += chain.Start[s] * carry[s];
        for (int s = 0; s < states; s++)
        {
            result.Start[s] += carry[s] / total;
            result.End[s] += endWeights[s];
        }

        for (int i = 0; i < weights.Length; i++) result.Transitions[i] += weights[i];
        return true;
    }

    // b̂ = exp(ln b − max), row by row; false when no state can emit some observation.
    private bool Fill(int from, int count, out double shift)
    {
        int states = chain.States, stride = chain.Stride;
        shift = 0;
        for (int at = 0; at < count; at += EmissionBlock)
        {
            int steps = Math.Min(EmissionBlock, count - at);
            Span<double> rows = logs.AsSpan(0, steps * states);
            source(from + at, steps, rows);
            VectorExp.Rows(rows, emissionRows.Span.Slice(at * stride, steps * stride), largest.AsSpan(0, steps), states, stride, width);
            for (int t = 0; t < steps; t++)
            {
                double value = largest[t];
                if (double.IsNegativeInfinity(value)) return false;
                if (!double.IsFinite(value))
                {
                    throw new InvalidOperationException($"HiddenMarkovModel: an emission log-probability at position {from + at + t} is {value}; it must be a number or −∞.");
                }

                shift += value;
            }
        }

        return true;
    }

    // Few logarithms: products of scales stay within the range of numbers as long as they are renormalised.
    private static double LogProduct(ReadOnlySpan<double> scales)
    {
        double sum = 0, product = 1;
        foreach (double scale in scales)
        {
            product *= scale;
            if (product is < 1e-40 or > 1e40)
            {
                sum += Math.Log(product);
                product = 1;
            }
        }

        return sum + Math.Log(product);
    }
}

/// <summary>Derivatives of ln P by the numbers of a folded chain, summed over sequences.</summary>
internal sealed class ChainWeights(HmmChain chain)
{
    public double[] Start { get; } = new double[chain.Stride];

    public double[] Transitions { get; } = new double[Math.Max(1, chain.States) * chain.Stride];

    public double[] End { get; } = new double[chain.Stride];

    public double Empty { get; set; }
}
