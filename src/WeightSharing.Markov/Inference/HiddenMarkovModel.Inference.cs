using WeightSharing.Tensors;

namespace WeightSharing.Markov;

// What a trained model answers.
public sealed partial class HiddenMarkovModel<TObservation>
{
    /// <summary>ln P(x), by the forward recursion; −∞ for a sequence that the model cannot emit, ln 1 (or the probability of the silent paths to the final state) for an empty one.</summary>
    /// <param name="sequence">T observations.</param>
    public double LogLikelihood(ReadOnlySpan<TObservation> sequence)
    {
        TObservation[] observations = sequence.ToArray();
        return ForwardBackward.Run(Chain(), Source(observations), observations.Length, checkpoint: false, null, null);
    }

    /// <summary>Posteriors of the states and expected counts, by the forward and backward recursions.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="checkpoint">Keeps O(√T) rows of the recursions instead of T, for about twice the forward time; the posteriors themselves have T rows.</param>
    public HmmPosterior Posterior(ReadOnlySpan<TObservation> sequence, bool checkpoint = false)
    {
        int states = Emission.StateCount;
        var posteriors = new double[sequence.Length * states];
        TObservation[] observations = sequence.ToArray();
        HmmChain chain = Chain();
        var weights = new ChainWeights(chain);
        double logLikelihood = ForwardBackward.Run(
            chain, Source(observations), observations.Length, checkpoint, weights, (from, count, rows) => rows.CopyTo(posteriors.AsSpan(from * states, count * states)));
        return new HmmPosterior(logLikelihood, Tensor.Wrap(posteriors, [sequence.Length, states]), Counts(chain, weights));
    }

    /// <summary>Expected counts of one sequence without its posteriors: with <paramref name="checkpoint"/> in O(√T) memory beside a copy of the sequence.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="checkpoint">Keeps O(√T) rows of the recursions instead of T.</param>
    public (double LogLikelihood, HmmExpectedCounts Counts) ExpectedCounts(ReadOnlySpan<TObservation> sequence, bool checkpoint = false)
    {
        TObservation[] observations = sequence.ToArray();
        HmmChain chain = Chain();
        var weights = new ChainWeights(chain);
        double logLikelihood = ForwardBackward.Run(chain, Source(observations), observations.Length, checkpoint, weights, null);
        return (logLikelihood, Counts(chain, weights));
    }

    /// <summary>The most probable path (Viterbi 1967). Among equally probable ones the one through states of lower number.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="checkpoint">Keeps O(√T) rows instead of T, for twice the time.</param>
    public HmmPath Viterbi(ReadOnlySpan<TObservation> sequence, bool checkpoint = false)
    {
        TObservation[] observations = sequence.ToArray();
        return ViterbiSearch.Run(Chain(), Source(observations), observations.Length, checkpoint);
    }

    /// <summary>The k most probable paths, best first; fewer when there are not so many.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="k">How many; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public IReadOnlyList<HmmPath> KBest(ReadOnlySpan<TObservation> sequence, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        TObservation[] observations = sequence.ToArray();
        return KBestSearch.Run(Chain(), Source(observations), observations.Length, k);
    }

    /// <summary>ln P(x, path) of a path that names the state of every observation and every silent state passed.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="states">The states in order, silent ones included.</param>
    /// <exception cref="ArgumentException">The path has not T emitting states.</exception>
    public double LogProbability(ReadOnlySpan<TObservation> sequence, IReadOnlyList<int> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        HmmChain chain = Chain();
        var logs = new double[sequence.Length * chain.States];
        Emission.LogProbabilities(sequence, logs);
        double sum = 0;
        int t = 0;
        for (int at = 0; at < states.Count; at++)
        {
            int s = states[at];
            sum += Math.Log(at == 0 ? chain.FullStart[s] : chain.A(states[at - 1], s));
            if (silent[s]) continue;
            if (t == sequence.Length) throw Unfit();
            sum += logs[t++ * chain.States + Array.IndexOf(chain.Emitting, s)];
        }

        if (FinalState is { } final && (states.Count == 0 || states[^1] != final)) return double.NegativeInfinity;
        return t == sequence.Length ? sum : throw Unfit();

        ArgumentException Unfit() => new($"LogProbability: the path has {states.Count(s => !silent[s])} emitting states for {logs.Length / Math.Max(1, chain.States)} observations; they must be equal.", nameof(states));
    }

    /// <summary>Draws a sequence; without a final state it has <paramref name="length"/> observations, with one it ends there, or after so many at the latest.</summary>
    /// <param name="length">How many observations.</param>
    /// <param name="key">What is drawn depends on the key alone.</param>
    public HmmSample<TObservation> Sample(int length, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        HmmChain chain = Chain();
        var observations = new List<TObservation>();
        var states = new List<int>();
        int state = -1;
        RandomKey emissions = key.Fork("emissions"), moves = key.Fork("states");
        for (ulong step = 0; ; step++)
        {
            ReadOnlySpan<double> next = state < 0 ? chain.FullStart : chain.FullTransition.AsSpan(state * StateCount, StateCount);
            if (length == 0 && FinalState is null || next.IndexOfAnyExcept(0.0) < 0) break;
            state = EmissionParts.Draw(next, moves.Uniform(step));
            if (!silent[state] && observations.Count == length) break;
            states.Add(state);
            if (silent[state]) continue;
            observations.Add(Emission.Sample(Array.IndexOf(chain.Emitting, state), emissions.Fork(observations.Count)));
            if (FinalState is null && observations.Count == length) break;
        }

        return new HmmSample<TObservation>([.. observations], states);
    }

    /// <summary>A path drawn from P(path | x), by forward filtering and backward sampling; empty for a sequence that the model cannot emit. Emitting states only.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="key">What is drawn depends on the key alone.</param>
    public IReadOnlyList<int> SamplePath(ReadOnlySpan<TObservation> sequence, RandomKey key)
    {
        HmmChain chain = Chain();
        int states = chain.States, length = sequence.Length;
        var b = new double[length * states];
        Emission.LogProbabilities(sequence, b);
        double[] forward = new double[length * states], terms = new double[states];
        for (int t = 0; t < length; t++)
        {
            for (int j = 0; j < states; j++)
            {
                for (int i = 0; i < states && t > 0; i++) terms[i] = forward[(t - 1) * states + i] + Math.Log(chain.Transition[i * chain.Stride + j]);
                forward[t * states + j] = (t == 0 ? Math.Log(chain.Start[j]) : LogForwardBackward.LogSum(terms)) + b[t * states + j];
            }
        }

        var path = new int[length];
        for (int t = length - 1; t >= 0; t--)
        {
            for (int i = 0; i < states; i++)
            {
                terms[i] = forward[t * states + i] + Math.Log(t == length - 1 ? chain.End[i] : chain.Transition[i * chain.Stride + path[t + 1]]);
            }

            double total = LogForwardBackward.LogSum(terms);
            if (double.IsNegativeInfinity(total)) return [];
            double[] weights = [.. terms.Select(term => Math.Exp(term - total))];
            path[t] = EmissionParts.Draw(weights, key.Uniform((ulong)t));
        }

        return [.. path.Select(s => chain.Emitting[s])];
    }

    /// <summary>Takes observations one at a time: filtered states, and smoothed ones a fixed number of steps behind.</summary>
    /// <param name="lag">How many steps behind; 0 for filtering only.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lag is negative.</exception>
    public HmmStream<TObservation> Stream(int lag = 0) => new(this, lag);

    internal EmissionSource Source(TObservation[] observations) => (from, count, target) => Emission.LogProbabilities(observations.AsSpan(from, count), target);

    private static HmmExpectedCounts Counts(HmmChain chain, ChainWeights weights)
    {
        (double[] start, double[] transitions) = Gradients(chain, weights);
        return new HmmExpectedCounts(
            Tensor.Wrap(Times(chain.FullStart, start), start.Length), Tensor.Wrap(Times(chain.FullTransition, transitions), [start.Length, start.Length]));
    }

    private static (double[] Start, double[] Transitions) Gradients(HmmChain chain, ChainWeights weights)
    {
        double[] start = new double[chain.FullCount], transitions = new double[chain.FullCount * chain.FullCount];
        chain.Unfold(weights.Start, weights.Transitions, weights.End, weights.Empty, start, transitions);
        return (start, transitions);
    }

    // A probability of zero is used zero times, whatever its derivative.
    private static double[] Times(double[] probability, double[] derivative) =>
        [.. probability.Zip(derivative, (p, d) => p == 0 ? 0 : p * d)];
}
