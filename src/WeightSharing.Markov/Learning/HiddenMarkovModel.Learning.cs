using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

// Training on sequences.
public sealed partial class HiddenMarkovModel<TObservation>
{
    /// <summary>
    /// Trains by expectation maximisation (Baum and Welch): expected counts of all sequences, those of tied parameters added up before they are
    /// normalised. The likelihood (times priors) never falls. Rows and emissions without mass keep their values, structural zeros stay zero.
    /// </summary>
    /// <param name="sequences">Any number of sequences of any lengths.</param>
    /// <param name="options">Null is the defaults.</param>
    public HmmTrainingResult Fit(IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions? options = null) =>
        Train(sequences, options ?? new HmmTrainingOptions(), ExpectationStep);

    /// <summary>
    /// Viterbi training (segmental k-means): as <see cref="Fit"/> with the counts of the most probable path of each sequence. Faster, coarser; the
    /// probability of the best paths (times priors) never falls.
    /// </summary>
    /// <param name="sequences">Any number of sequences of any lengths.</param>
    /// <param name="options">Null is the defaults.</param>
    public HmmTrainingResult FitViterbi(IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions? options = null) =>
        Train(sequences, options ?? new HmmTrainingOptions(), BestPathStep);

    /// <summary>Random parameters drawn with the help of the data, within the tyings: a point to start training from.</summary>
    public void InitializeFrom(IReadOnlyList<TObservation[]> sequences, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Draw(key);
        Emission.InitializeFrom(sequences, key.Fork("emission"));
    }

    private sealed record Step(double LogLikelihood, int Impossible, double[] Start, double[] Transitions, IEmissionStatistics<TObservation> Emission);

    private HmmTrainingResult Train(
        IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions options, Func<IReadOnlyList<TObservation[]>, HmmTrainingOptions, Step> step)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Iterations);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Restarts);
        HmmTrainingResult best = Climb(sequences, options, step);
        (object Own, object Emission) kept = TakeSnapshot();
        for (int restart = 0; restart < options.Restarts; restart++)
        {
            InitializeFrom(sequences, RandomKey.Of(options.Seed).Fork(restart));
            HmmTrainingResult result = Climb(sequences, options, step);
            if (!(result.Objective > best.Objective)) continue;
            (best, kept) = (result, TakeSnapshot());
        }

        Start.Parameter.Set(Tensor.Wrap(((double[][])kept.Own)[0], Start.Parameter.Shape));
        Transitions.Parameter.Set(Tensor.Wrap(((double[][])kept.Own)[1], Transitions.Parameter.Shape));
        Emission.Restore(kept.Emission);
        return best;
    }

    private (object, object) TakeSnapshot() => (new[] { Start.Parameter.Value.ToArray(), Transitions.Parameter.Value.ToArray() }, Emission.Snapshot());

    private HmmTrainingResult Climb(
        IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions options, Func<IReadOnlyList<TObservation[]>, HmmTrainingOptions, Step> step)
    {
        long observations = Math.Max(1, sequences.Sum(sequence => (long)sequence.Length));
        var trace = new List<double>();
        for (int iteration = 0; ; iteration++)
        {
            Step now = step(sequences, options);
            double objective = now.LogLikelihood + LogPrior();
            bool converged = trace.Count > 0 && objective - trace[^1] < options.Tolerance * observations;
            trace.Add(objective);
            if (converged || iteration == options.Iterations) return new HmmTrainingResult(now.LogLikelihood, objective, trace, converged, now.Impossible);
            Maximize(now, options);
        }
    }

    private double LogPrior() => (StartPrior?.LogDensity(Start.Parameter.Value.ToArray()) ?? 0)
        + (TransitionPrior?.LogDensity(Transitions.Parameter.Value.ToArray()) ?? 0) + Emission.LogPrior;

    private Step ExpectationStep(IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions options)
    {
        HmmChain chain = Chain();
        var weights = new ChainWeights(chain);
        IEmissionStatistics<TObservation> statistics = Emission.CreateStatistics();
        double total = 0;
        int impossible = 0;
        foreach (TObservation[] sequence in sequences)
        {
            double logLikelihood = ForwardBackward.Run(
                chain, Source(sequence), sequence.Length, options.Checkpoint, weights,
                options.TrainEmission ? (from, count, posteriors) => statistics.Add(sequence.AsSpan(from, count), posteriors) : null);
            if (double.IsNegativeInfinity(logLikelihood)) impossible++;
            else total += logLikelihood;
        }

        (double[] start, double[] transitions) = Gradients(chain, weights);
        return new Step(total, impossible, Times(chain.FullStart, start), Times(chain.FullTransition, transitions), statistics);
    }

    private Step BestPathStep(IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions options)
    {
        HmmChain chain = Chain();
        IEmissionStatistics<TObservation> statistics = Emission.CreateStatistics();
        double[] start = new double[StateCount], transitions = new double[StateCount * StateCount];
        double total = 0;
        int impossible = 0;
        foreach (TObservation[] sequence in sequences)
        {
            HmmPath path = ViterbiSearch.Run(chain, Source(sequence), sequence.Length, options.Checkpoint);
            if (double.IsNegativeInfinity(path.LogProbability))
            {
                impossible++;
                continue;
            }

            total += path.LogProbability;
            if (path.States.Count > 0) start[path.States[0]]++;
            for (int at = 1; at < path.States.Count; at++) transitions[path.States[at - 1] * StateCount + path.States[at]]++;
            var chosen = new double[sequence.Length * chain.States];
            for (int t = 0; t < sequence.Length; t++) chosen[t * chain.States + Array.IndexOf(chain.Emitting, path.EmittingStates[t])] = 1;
            if (options.TrainEmission) statistics.Add(sequence, chosen);
        }

        return new Step(total, impossible, start, transitions, statistics);
    }

    private void Maximize(Step step, HmmTrainingOptions options)
    {
        if (options.TrainStart) Normalize(Start, startSimplex, step.Start, StartPrior);
        if (options.TrainTransitions) Normalize(Transitions, transitionSimplex, step.Transitions, TransitionPrior);
        if (options.TrainEmission) step.Emission.Maximize();
    }

    private static void Normalize(Weight<double> weight, TiedSimplex simplex, double[] counts, DirichletPrior? prior)
    {
        double[] free = simplex.Collect(counts), theta = weight.Parameter.Value.ToArray();
        for (int k = 0; k < free.Length; k++) free[k] += prior?.PseudoCount ?? 0;
        simplex.Maximize(free, theta);
        weight.Parameter.Set(Tensor.Wrap(theta, weight.Parameter.Shape));
    }
}
