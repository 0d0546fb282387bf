using System.Collections.Immutable;

namespace WeightSharing.Markov;

/// <summary>
/// A matrix of substitution scores and the background it is used with: s(a, b) = ln(p_ab / (q_a·q_b)) / λ, so that every such matrix implies matched pairs
/// p_ab = q_a·q_b·e^(λ·s(a, b)) with the one λ > 0 for which they sum to one (Karlin and Altschul 1990).
/// </summary>
public sealed class SubstitutionMatrix
{
    /// <summary>A matrix of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="alphabet">V symbols.</param>
    /// <param name="scores">[V, V], row-major in the alphabet's order, symmetric.</param>
    /// <param name="background">[V] frequencies that sum to one.</param>
    /// <exception cref="ArgumentException">
    /// The numbers do not fit the alphabet, the scores are not symmetric, or no λ exists: a score must be positive, and the mean score negative.
    /// </exception>
    public SubstitutionMatrix(string name, Alphabet alphabet, ReadOnlySpan<int> scores, ReadOnlySpan<double> background)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alphabet);
        int v = alphabet.Count;
        if (scores.Length != v * v || background.Length != v)
        {
            throw new ArgumentException($"SubstitutionMatrix {name}: {scores.Length} scores and {background.Length} frequencies for an alphabet of {v}; expected {v * v} and {v}.");
        }

        (Name, Alphabet, Scores, Background) = (name, alphabet, [.. scores], [.. background]);
        if (!(Math.Abs(Background.Sum() - 1) <= 1e-6) || Background.Any(q => !(q >= 0)))
        {
            throw new ArgumentException($"SubstitutionMatrix {name}: the background sums to {Background.Sum()}; frequencies are not negative and sum to 1.", nameof(background));
        }

        for (int i = 0; i < v * v; i++)
        {
            if (Scores[i] == Scores[i % v * v + i / v]) continue;
            char a = alphabet.Symbols[i / v], b = alphabet.Symbols[i % v];
            throw new ArgumentException($"SubstitutionMatrix {name}: s({a}, {b}) = {Scores[i]} and s({b}, {a}) = {Scores[i % v * v + i / v]}; scores are symmetric.", nameof(scores));
        }

        Lambda = Solve();
    }

    /// <summary>
    /// BLOSUM62 (Henikoff and Henikoff, "Amino acid substitution matrices from protein blocks", PNAS 89, 1992, 10915–10919; the table as NCBI distributes it) with the
    /// frequencies of amino acids of Robinson and Robinson (PNAS 88, 1991, 8880–8884), with which BLAST uses it; its λ there is 0.3176.
    /// </summary>
    public static SubstitutionMatrix Blosum62 { get; } = new("BLOSUM62", Alphabet.Protein,
    [
        4, 0, -2, -1, -2, 0, -2, -1, -1, -1, -1, -2, -1, -1, -1, 1, 0, 0, -3, -2,
        0, 9, -3, -4, -2, -3, -3, -1, -3, -1, -1, -3, -3, -3, -3, -1, -1, -1, -2, -2,
        -2, -3, 6, 2, -3, -1, -1, -3, -1, -4, -3, 1, -1, 0, -2, 0, -1, -3, -4, -3,
        -1, -4, 2, 5, -3, -2, 0, -3, 1, -3, -2, 0, -1, 2, 0, 0, -1, -2, -3, -2,
        -2, -2, -3, -3, 6, -3, -1, 0, -3, 0, 0, -3, -4, -3, -3, -2, -2, -1, 1, 3,
        0, -3, -1, -2, -3, 6, -2, -4, -2, -4, -3, 0, -2, -2, -2, 0, -2, -3, -2, -3,
        -2, -3, -1, 0, -1, -2, 8, -3, -1, -3, -2, 1, -2, 0, 0, -1, -2, -3, -2, 2,
        -1, -1, -3, -3, 0, -4, -3, 4, -3, 2, 1, -3, -3, -3, -3, -2, -1, 3, -3, -1,
        -1, -3, -1, 1, -3, -2, -1, -3, 5, -2, -1, 0, -1, 1, 2, 0, -1, -2, -3, -2,
        -1, -1, -4, -3, 0, -4, -3, 2, -2, 4, 2, -3, -3, -2, -2, -2, -1, 1, -2, -1,
        -1, -1, -3, -2, 0, -3, -2, 1, -1, 2, 5, -2, -2, 0, -1, -1, -1, 1, -1, -1,
        -2, -3, 1, 0, -3, 0, 1, -3, 0, -3, -2, 6, -2, 0, 0, 1, 0, -3, -4, -2,
        -1, -3, -1, -1, -4, -2, -2, -3, -1, -3, -2, -2, 7, -1, -2, -1, -1, -2, -4, -3,
        -1, -3, 0, 2, -3, -2, 0, -3, 1, -2, 0, 0, -1, 5, 1, 0, -1, -2, -2, -1,
        -1, -3, -2, 0, -3, -2, 0, -3, 2, -2, -1, 0, -2, 1, 5, -1, -1, -3, -3, -2,
        1, -1, 0, 0, -2, 0, -1, -2, 0, -2, -1, 1, -1, 0, -1, 4, 1, -2, -3, -2,
        0, -1, -1, -1, -2, -2, -2, -1, -1, -1, -1, 0, -1, -1, -1, 1, 5, 0, -2, -2,
        0, -1, -3, -2, -1, -3, -3, 3, -2, 1, 1, -3, -2, -2, -3, -2, 0, 4, -3, -1,
        -3, -2, -4, -3, 1, -2, -2, -3, -3, -2, -1, -4, -4, -2, -3, -3, -2, -3, 11, 2,
        -2, -2, -3, -2, 3, -3, 2, -1, -2, -1, -1, -2, -3, -1, -2, -2, -2, -1, 2, 7,
    ],
    [
        0.07805, 0.01925, 0.05364, 0.06295, 0.03856, 0.07377, 0.02199, 0.05142, 0.05744, 0.09019,
        0.02243, 0.04487, 0.05203, 0.04264, 0.05129, 0.07120, 0.05841, 0.06441, 0.01330, 0.03216,
    ]);

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>V symbols.</summary>
    public Alphabet Alphabet { get; }

    /// <summary>[V, V], row-major in the alphabet's order.</summary>
    public ImmutableArray<int> Scores { get; }

    /// <summary>q [V].</summary>
    public ImmutableArray<double> Background { get; }

    /// <summary>λ, in nats a unit of score.</summary>
    public double Lambda { get; }

    /// <summary>p [V, V], row-major: the probabilities of matched pairs that the scores imply.</summary>
    public double[] MatchProbabilities()
    {
        int v = Alphabet.Count;
        double[] p = [.. Scores.Select((score, i) => Background[i / v] * Background[i % v] * Math.Exp(Lambda * score))];
        // Rounding alone.
        double total = p.Sum();
        for (int i = 0; i < p.Length; i++) p[i] /= total;
        return p;
    }

    // Σ q_a·q_b·e^(λ·s) − 1 is convex, 0 at λ = 0 and falls there: its other zero is λ.
    private double Solve()
    {
        int v = Alphabet.Count;
        double mean = Scores.Select((score, i) => Background[i / v] * Background[i % v] * score).Sum();
        if (!(mean < 0) || !Scores.Where((score, i) => score > 0 && Background[i / v] * Background[i % v] > 0).Any())
        {
            throw new ArgumentException($"SubstitutionMatrix {Name}: the mean score is {mean} and the largest {Scores.Max()}; probabilities exist for a negative mean and some positive score.");
        }

        (double low, double high) = (0, 1);
        while (Excess(high) < 0) (low, high) = (high, 2 * high);
        for (int halving = 0; halving < 200 && high - low > 0; halving++)
        {
            double middle = low + (high - low) / 2;
            if (middle == low || middle == high) break;
            if (Excess(middle) < 0) low = middle;
            else high = middle;
        }

        return high;

        double Excess(double lambda)
        {
            double sum = -1;
            for (int i = 0; i < Scores.Length; i++) sum += Background[i / v] * Background[i % v] * Math.Exp(lambda * Scores[i]);
            return sum;
        }
    }
}
