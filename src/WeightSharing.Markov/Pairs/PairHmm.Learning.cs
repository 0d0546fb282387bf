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
    /// normalised. Matches of an unknown symbol count towards what they were summed out to, q of the other; the likelihood (times the prior) never falls.
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

    private PairCounts Count(IReadOnlyList<(string X, string Y)> pairs, PairOptions? options)
    {
        int v = Alphabet.Count, wide = v + 1;
        var counts = new PairCounts(new double[12], new double[v * v], new double[2 * v]);
        double[] match = new double[wide * wide], transitions = new double[9];
        foreach ((string x, string y) in pairs)
        {
            PairNumbers numbers = Numbers(x, y, options);
            double logLikelihood = Posteriors(numbers, transitions, (i, matches, gapX, gapY) =>
            {
                for (int j = 0; j <= numbers.K; j++)
                {
                    int b = j == 0 ? v : numbers.Ys[j - 1];
                    if (i > 0 && j > 0) match[numbers.Xs[i - 1] * wide + b] += matches[j];
                    if (i > 0 && numbers.Xs[i - 1] < v) counts.Insert[numbers.Xs[i - 1]] += gapX[j];
                    if (j > 0 && b < v) counts.Insert[v + b] += gapY[j];
                }
            });
            if (double.IsNegativeInfinity(logLikelihood)) counts.Impossible++;
            else counts.LogLikelihood += logLikelihood;
        }

        for (int a = 0; a < wide; a++)
        {
            for (int b = 0; b < wide; b++)
            {
                double count = match[a * wide + b];
                if (a < v && b < v) counts.Match[a * v + b] = count;
                else if (a < v) counts.Insert[a] += count;
                else if (b < v) counts.Insert[v + b] += count;
            }
        }

        for (int s = 0; s < 3; s++) transitions.AsSpan(3 * s, 3).CopyTo(counts.Transitions.AsSpan(4 * s));
        return counts;
    }

    private static void Normalize(Weight<double> weight, TiedSimplex simplex, double[] full, DirichletPrior? prior)
    {
        double[] counts = simplex.Collect(full), theta = weight.Parameter.Value.ToArray();
        for (int k = 0; k < counts.Length; k++) counts[k] += prior?.PseudoCount ?? 0;
        simplex.Maximize(counts, theta);
        weight.Parameter.Set(Tensor.Wrap(theta, weight.Parameter.Shape));
    }

    private sealed class PairCounts(double[] transitions, double[] match, double[] insert)
    {
        public double[] Transitions { get; } = transitions;

        public double[] Match { get; } = match;

        public double[] Insert { get; } = insert;

        public double LogLikelihood { get; set; }

        public int Impossible { get; set; }
    }
}
