using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// P(x, y) = Σ over alignments: states M (a pair x_i, y_j from p), X (x_i from q_x) and Y (y_j from q_y), with the transitions of affine gaps.
/// <para>Shares the opening, extension and emissions of gaps between x and y when tied: then P(x, y) = P(y, x).</para>
/// <para>Shapes: transitions [3, 4] from M, X, Y to M, X, Y, end (begin counts as M), match [V, V], insert [2, V].</para>
/// <para>Parameters: tied 2 transitions, V(V + 1)/2 − 1 matches and V − 1 insertions to choose; untied 4, V² − 1 and 2V − 2.</para>
/// <para>Durbin, Eddy, Krogh and Mitchison, "Biological sequence analysis", 1998, chapter 4.</para>
/// </summary>
/// <remarks>An unknown symbol (N) is summed out: p(N, b) = q_y(b), p(a, N) = q_x(a), and it is inserted with probability 1. Computes in double precision.</remarks>
public sealed partial class PairHmm : Module<double>
{
    internal const int M = 0, X = 1, Y = 2, End = 3;

    private static readonly double[] FirstTransitions = [0.89, 0.05, 0.05, 0.01, 0.59, 0.4, 0, 0.01, 0.59, 0, 0.4, 0.01];

    private readonly TiedSimplex transitionSimplex, matchSimplex, insertSimplex;

    /// <summary>A model with gap opening 0.05, extension 0.4, end 0.01, three of four matches identical, and a uniform background.</summary>
    /// <param name="alphabet">Symbols.</param>
    /// <param name="tied">Ties X and Y in all that the other arguments leave open.</param>
    /// <param name="transitionTying">Full shape [3, 4]; null is <see cref="PairTying.Transitions"/>.</param>
    /// <param name="matchTying">Full shape [V, V]; null is <see cref="PairTying.SymmetricMatches"/>, or untied.</param>
    /// <param name="insertTying">Full shape [2, V]; null is <see cref="PairTying.SharedInsertions"/>, or untied.</param>
    /// <param name="transitions">A weight [3, 4] to share with another model.</param>
    /// <param name="match">A weight [V, V] to share with another model.</param>
    /// <param name="insert">A weight [2, V] to share with another model.</param>
    /// <exception cref="ArgumentException">A tying or weight does not fit.</exception>
    public PairHmm(
        Alphabet alphabet, bool tied = true, Tying? transitionTying = null, Tying? matchTying = null, Tying? insertTying = null,
        Weight<double>? transitions = null, Weight<double>? match = null, Weight<double>? insert = null)
    {
        ArgumentNullException.ThrowIfNull(alphabet);
        int v = alphabet.Count;
        Alphabet = alphabet;
        Transitions = Register("transitions", EmissionParts.Weight(
            "PairHmm", [3, 4], transitions, transitions is null ? transitionTying ?? PairTying.Transitions(tied) : null,
            i => FirstTransitions[i]));
        Match = Register("match", EmissionParts.Weight(
            "PairHmm", [v, v], match, match is null ? matchTying ?? (tied ? PairTying.SymmetricMatches(v) : null) : null,
            i => v == 1 ? 1 : i / v == i % v ? 0.75 / v : 0.25 / (v * (v - 1))));
        Insert = Register("insert", EmissionParts.Weight(
            "PairHmm", [2, v], insert, insert is null ? insertTying ?? (tied ? PairTying.SharedInsertions(v) : null) : null, _ => 1.0 / v));
        HashSet<int> ends = [.. new[] { End, 4 + End, 8 + End }.Select(i => Transitions.Tying.Indices[i])];
        transitionSimplex = new TiedSimplex("PairHmm transitions", Transitions.Tying, 3, 4, ends.Contains);
        matchSimplex = new TiedSimplex("PairHmm matches", Match.Tying, 1, v * v);
        insertSimplex = new TiedSimplex("PairHmm insertions", Insert.Tying, 2, v);
    }

    /// <summary>Symbols.</summary>
    public Alphabet Alphabet { get; }

    /// <summary>[3, 4] from M, X, Y to M, X, Y and the end; begin counts as M.</summary>
    public Weight<double> Transitions { get; }

    /// <summary>p [V, V]: the probability of a matched pair, x's symbol first.</summary>
    public Weight<double> Match { get; }

    /// <summary>q_x and q_y [2, V].</summary>
    public Weight<double> Insert { get; }

    /// <summary>η, the probability of the end of a sequence in the random model, and of the end of an unaligned flank.</summary>
    public double RandomEnd { get; set; } = 0.01;

    /// <summary>What training can choose. The end is not trained.</summary>
    public int DegreesOfFreedom => transitionSimplex.DegreesOfFreedom + matchSimplex.DegreesOfFreedom + insertSimplex.DegreesOfFreedom;

    /// <summary>Sets Durbin's parameters, tied.</summary>
    /// <param name="delta">δ, opening a gap.</param>
    /// <param name="epsilon">ε, extending it.</param>
    /// <param name="tau">τ, ending.</param>
    public void SetGaps(double delta, double epsilon, double tau) => SetGaps(delta, delta, epsilon, epsilon, tau);

    /// <summary>Sets the parameters of gaps in x and in y.</summary>
    /// <param name="deltaX">From M to X.</param>
    /// <param name="deltaY">From M to Y.</param>
    /// <param name="epsilonX">From X to X.</param>
    /// <param name="epsilonY">From Y to Y.</param>
    /// <param name="tau">To the end.</param>
    /// <exception cref="ArgumentException">A probability is negative, or the tying does not allow the values.</exception>
    public void SetGaps(double deltaX, double deltaY, double epsilonX, double epsilonY, double tau)
    {
        double[] rows =
        [
            1 - deltaX - deltaY - tau, deltaX, deltaY, tau,
            1 - epsilonX - tau, epsilonX, 0, tau,
            1 - epsilonY - tau, 0, epsilonY, tau,
        ];
        if (Array.Exists(rows, p => !(p >= 0))) throw new ArgumentException($"SetGaps: δ {deltaX} and {deltaY}, ε {epsilonX} and {epsilonY}, τ {tau} leave a negative probability for matches.");
        Exactly(Transitions, rows, "SetGaps");
    }

    /// <summary>Sets the emissions.</summary>
    /// <param name="match">[V, V], x's symbol first; sums to one.</param>
    /// <param name="insertX">[V]; sums to one.</param>
    /// <param name="insertY">[V]; null is as x.</param>
    /// <exception cref="ArgumentException">The tying does not allow the values.</exception>
    public void SetEmissions(ReadOnlySpan<double> match, ReadOnlySpan<double> insertX, ReadOnlySpan<double> insertY = default)
    {
        Exactly(Match, match.ToArray(), "SetEmissions");
        Exactly(Insert, [.. insertX, .. insertY.IsEmpty ? insertX : insertY], "SetEmissions");
    }

    /// <summary>
    /// Sets symmetric emissions: this share of matched pairs identical, the rest spread by the background, which is also what insertions emit.
    /// </summary>
    /// <param name="identity">From 0 to 1.</param>
    /// <param name="background">[V]; empty is uniform.</param>
    public void SetIdentity(double identity, ReadOnlySpan<double> background = default)
    {
        int v = Alphabet.Count;
        double[] q = background.IsEmpty ? [.. Enumerable.Repeat(1.0 / v, v)] : background.ToArray(), p = new double[v * v];
        double rest = 0;
        for (int i = 0; i < p.Length; i++) rest += i / v == i % v ? 0 : q[i / v] * q[i % v];
        for (int i = 0; i < p.Length; i++) p[i] = i / v == i % v ? identity * q[i / v] : (1 - identity) * q[i / v] * q[i % v] / rest;
        SetEmissions(p, q);
    }

    /// <summary>
    /// Sets symmetric emissions from a matrix of scores in units of ln 2/<paramref name="unitsPerBit"/>: p(a, b) ∝ q_a·q_b·e^(λ·s(a, b)) (Karlin and Altschul 1990).
    /// </summary>
    /// <param name="scores">[V, V], symmetric, in the alphabet's order.</param>
    /// <param name="background">[V].</param>
    /// <param name="unitsPerBit">2 for half-bits, as BLOSUM62.</param>
    public void SetScores(ReadOnlySpan<int> scores, ReadOnlySpan<double> background, double unitsPerBit = 2)
    {
        int v = Alphabet.Count;
        if (scores.Length != v * v || background.Length != v)
        {
            throw new ArgumentException($"SetScores: {scores.Length} scores and {background.Length} frequencies for an alphabet of {v}; expected {v * v} and {v}.");
        }

        double total = 0;
        var p = new double[v * v];
        for (int i = 0; i < p.Length; i++) total += p[i] = background[i / v] * background[i % v] * Math.Exp(Math.Log(2) / unitsPerBit * (scores[i] + scores[i % v * v + i / v]) / 2);
        for (int i = 0; i < p.Length; i++) p[i] /= total;
        SetEmissions(p, background);
    }

    /// <summary>Sets symmetric emissions from a matrix of substitution scores: matched pairs as it implies them, insertions from its background.</summary>
    /// <param name="matrix">For example <see cref="SubstitutionMatrix.Blosum62"/>.</param>
    /// <exception cref="ArgumentException">The matrix is for another alphabet, or the tying does not allow the values.</exception>
    public void SetScores(SubstitutionMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Alphabet.Symbols != Alphabet.Symbols)
        {
            throw new ArgumentException($"SetScores: {matrix.Name} is for the alphabet {matrix.Alphabet.Symbols}, the model has {Alphabet.Symbols}; they must be equal.", nameof(matrix));
        }

        SetEmissions(matrix.MatchProbabilities(), matrix.Background.AsSpan());
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key)
    {
        Shake(Match, matchSimplex, key.Fork("match"), i => i / Alphabet.Count == i % Alphabet.Count ? 3.0 * Alphabet.Count : 1);
        Shake(Insert, insertSimplex, key.Fork("insert"), _ => 1);
        // The end is not drawn: it says how long sequences are.
        Transitions.SetFull(Tensor.Wrap([.. FirstTransitions], Transitions.Shape));
        Shake(Transitions, transitionSimplex, key.Fork("transitions"), i => new[] { 18.0, 1, 1, 0, 3, 2, 1, 0, 3, 1, 2, 0 }[i]);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => EmissionParts.Copy(
        nameof(PairHmm), copier,
        same => new PairHmm(Alphabet, transitions: same.Copy(Transitions), match: same.Copy(Match), insert: same.Copy(Insert)) { RandomEnd = RandomEnd });

    private static void Exactly(Weight<double> weight, double[] values, string operation)
    {
        double residual = weight.SetFull(Tensor.Wrap(values, weight.Shape));
        if (residual > 1e-9) throw new ArgumentException($"{operation}: the values differ by {residual} from what the tying ({weight.Transform}) allows; use an untied model, or tied values.");
    }

    private static void Shake(Weight<double> weight, TiedSimplex simplex, RandomKey key, Func<int, double> size)
    {
        double[] full = [.. Enumerable.Range(0, weight.Shape.Count).Select(size)], theta = weight.Parameter.Value.ToArray();
        double[] counts = simplex.Collect(full);
        for (int k = 0; k < counts.Length; k++) counts[k] *= 0.5 + key.Uniform((ulong)k);
        simplex.Maximize(counts, theta);
        weight.Parameter.Set(Tensor.Wrap(theta, weight.Parameter.Shape));
    }
}
