using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>How a pair HMM is trained.</summary>
public sealed record PairTrainingOptions
{
    /// <summary>At most so many iterations.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>Stops when the objective rises by less than this a symbol; 0 runs all iterations.</summary>
    public double Tolerance { get; init; } = 1e-7;

    /// <summary>How the sequences are compared; null is global.</summary>
    public PairOptions? Comparison { get; init; }

    /// <summary>On matches and insertions; null is none.</summary>
    public DirichletPrior? EmissionPrior { get; init; }

    /// <summary>Trains the transitions (the end stays as it is).</summary>
    public bool TrainTransitions { get; init; } = true;

    /// <summary>Trains matches and insertions.</summary>
    public bool TrainEmissions { get; init; } = true;
}

/// <summary>What training did.</summary>
/// <param name="LogLikelihood">Σ ln P(x, y) of the possible pairs under the trained parameters.</param>
/// <param name="Trace">The objective (log-likelihood and prior) before every iteration and after the last; it never falls.</param>
/// <param name="Converged">The objective rose by less than the tolerance.</param>
/// <param name="Impossible">Pairs that the model cannot align; they took no part.</param>
public sealed record PairTrainingResult(double LogLikelihood, IReadOnlyList<double> Trace, bool Converged, int Impossible)
{
    /// <summary>Iterations.</summary>
    public int Iterations => Trace.Count - 1;
}

// Training on pairs of sequences.
public sealed partial class PairHmm
{
    /// <summary>
    /// Trains by expectation maximisation: expected counts over all alignments of all pairs, those of tied parameters added up before they are
    /// normalised. Matches of an unknown symbol count towards what they were summed out to, q of the other, and flanks towards the insertions, whose distribution
    /// they have; so the likelihood (times the prior) never falls, in any mode. The ends of the alignment and of flanks, τ and η, stay as they are.
    /// </summary>
    /// <param name="pairs">Pairs of related sequences.</param>
    /// <param name="options">Null is the defaults.</param>
    public PairTrainingResult Fit(IReadOnlyList<(string X, string Y)> pairs, PairTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new PairTrainingOptions();
        long symbols = Math.Max(1, pairs.Sum(pair => (long)pair.X.Length + pair.Y.Length));
        var trace = new List<double>();
        for (int iteration = 0; ; iteration++)
        {
            PairCounts counts = Count(pairs, options.Comparison);
            double objective = counts.LogLikelihood + (options.EmissionPrior is { } prior
                ? prior.LogDensity(Match.Parameter.Value.ToArray()) + prior.LogDensity(Insert.Parameter.Value.ToArray())
                : 0);
            bool converged = trace.Count > 0 && objective - trace[^1] < options.Tolerance * symbols;
            trace.Add(objective);
            if (converged || iteration == options.Iterations) return new PairTrainingResult(counts.LogLikelihood, trace, converged, counts.Impossible);
            if (options.TrainTransitions) Normalize(Transitions, transitionSimplex, counts.Transitions, null);
            if (!options.TrainEmissions) continue;
            Normalize(Match, matchSimplex, counts.Match, options.EmissionPrior);
            Normalize(Insert, insertSimplex, counts.Insert, options.EmissionPrior);
        }
    }

    /// <summary>Expected numbers of uses of each probability, before tied ones are added up.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    public PairExpectedCounts ExpectedCounts(string x, string y, PairOptions? options = null)
    {
        PairCounts counts = Count([(x, y)], options);
        return new PairExpectedCounts(
            counts.Impossible > 0 ? double.NegativeInfinity : counts.LogLikelihood, Tensor.Wrap(counts.Transitions, Transitions.Shape), Tensor.Wrap(counts.Match, Match.Shape),
            Tensor.Wrap(counts.Insert, Insert.Shape));
    }

    /// <summary>
    /// ln P(x, y) as a differentiable tensor. The gradient of a probability θ is its expected count divided by θ; the rows of the transitions are used state by
    /// state (M, X, Y are 0, 1, 2), those of the insertions by X and Y, so that under <c>UsageLedger.TrackContributions</c> the ledger holds what each contributed
    /// to a tied parameter.
    /// </summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    public Tensor<double> DifferentiableLogLikelihood(string x, string y, PairOptions? options = null) => PairLogLikelihood.Of(
        EmissionParts.LogOrForbidden(EmissionParts.UseByState(Transitions)), EmissionParts.LogOrForbidden(Match.Use()),
        EmissionParts.LogOrForbidden(EmissionParts.UseByState(Insert, firstState: X)), Alphabet.Encode(x), Alphabet.Encode(y), options, RandomEnd);

    private PairCounts Count(IReadOnlyList<(string X, string Y)> pairs, PairOptions? options)
    {
        var counts = new PairCounts(Alphabet.Count);
        foreach ((string x, string y) in pairs) counts.Add(Numbers(x, y, options));
        return counts;
    }

    private static void Normalize(Weight<double> weight, TiedSimplex simplex, double[] full, DirichletPrior? prior)
    {
        double[] counts = simplex.Collect(full), theta = weight.Parameter.Value.ToArray();
        for (int k = 0; k < counts.Length; k++) counts[k] += prior?.PseudoCount ?? 0;
        simplex.Maximize(counts, theta);
        weight.Parameter.Set(Tensor.Wrap(theta, weight.Parameter.Shape));
    }
}
