using WeightSharing.Markov.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

// What a pair HMM answers about two sequences.
public sealed partial class PairHmm
{
    private static readonly PairOptions Defaults = new();

    /// <summary>ln P(x, y), summed over all alignments, in memory proportional to one sequence.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    /// <exception cref="ArgumentException">A character is not in the alphabet.</exception>
    public double LogLikelihood(string x, string y, PairOptions? options = null)
    {
        PairNumbers numbers = Numbers(x, y, options);
        if (!PairSweep<double>.Serves(numbers)) return new PairLattice(numbers).LogLikelihood;
        return options?.SinglePrecision == true ? new PairSweep<float>(numbers, Simd.Chosen).LogLikelihood() : new PairSweep<double>(numbers, Simd.Chosen).LogLikelihood();
    }

    /// <summary>ln P of both sequences under the random model R: independent symbols from (q_x + q_y)/2, each sequence ended with probability η.</summary>
    public double RandomLogLikelihood(string x, string y)
    {
        double[] insert = Insert.Value.ToArray();
        int v = Alphabet.Count;
        double sum = 2 * Math.Log(RandomEnd);
        foreach (int symbol in Alphabet.Encode(x).Concat(Alphabet.Encode(y)))
        {
            sum += Math.Log(1 - RandomEnd) + (symbol == v ? 0 : Math.Log((insert[symbol] + insert[v + symbol]) / 2));
        }

        return sum;
    }

    /// <summary>ln P(x, y) − ln P(x, y | R): how much more probable the two are as relatives than as strangers.</summary>
    public double LogOdds(string x, string y, PairOptions? options = null) => LogLikelihood(x, y, options) - RandomLogLikelihood(x, y);

    /// <summary>The most probable alignment.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    public PairAlignment Viterbi(string x, string y, PairOptions? options = null)
    {
        (double logProbability, string states, int startX, int startY) = PairViterbi.Run(Numbers(x, y, options), (options ?? Defaults).TraceCells);
        return new PairAlignment(x, y, states, startX, startY, logProbability);
    }

    /// <summary>Posterior probabilities of matches and gaps, and expected transitions; [n, m] numbers of memory, and O(√n·m) on the way.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    public PairPosterior Posterior(string x, string y, PairOptions? options = null)
    {
        PairNumbers numbers = Numbers(x, y, options);
        (int n, int m) = (numbers.N, numbers.K);
        double[] matches = new double[n * m], insertX = new double[n], insertY = new double[m], transitions = new double[9];
        double logLikelihood = Posteriors(numbers, transitions, (i, match, gapX, gapY) =>
        {
            for (int j = 0; j <= m; j++)
            {
                if (i > 0 && j > 0) matches[(i - 1) * m + j - 1] = match[j];
                if (i > 0) insertX[i - 1] += gapX[j];
                if (j > 0) insertY[j - 1] += gapY[j];
            }
        });
        return new PairPosterior(
            logLikelihood, Tensor.Wrap(matches, [n, m]), Tensor.Wrap(insertX, n), Tensor.Wrap(insertY, m), Tensor.Wrap(transitions, [3, 3]));
    }

    /// <summary>
    /// The alignment with the largest expected number of right matches, Σ P(x_i aligned with y_j) (Holmes and Durbin 1998); that sum is its
    /// <see cref="PairAlignment.LogProbability"/>.
    /// </summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="options">Null is global.</param>
    public PairAlignment MaximumExpectedAccuracy(string x, string y, PairOptions? options = null)
    {
        double[] matches = Posterior(x, y, options).Matches.ToArray();
        (int n, int m) = (x.Length, y.Length);
        var best = new double[(n + 1) * (m + 1)];
        for (int i = 1; i <= n; i++)
        {
            for (int j = 1; j <= m; j++)
            {
                double match = best[(i - 1) * (m + 1) + j - 1] + matches[(i - 1) * m + j - 1];
                best[i * (m + 1) + j] = Math.Max(match, Math.Max(best[(i - 1) * (m + 1) + j], best[i * (m + 1) + j - 1]));
            }
        }

        var backwards = new List<char>();
        for ((int i, int j) = (n, m); i > 0 || j > 0;)
        {
            double here = best[i * (m + 1) + j];
            // A pair that adds nothing is no match.
            if (i > 0 && j > 0 && matches[(i - 1) * m + j - 1] > 0 && here == best[(i - 1) * (m + 1) + j - 1] + matches[(i - 1) * m + j - 1])
            {
                backwards.Add('M');
                (i, j) = (i - 1, j - 1);
            }
            else if (j > 0 && (i == 0 || here == best[i * (m + 1) + j - 1]))
            {
                backwards.Add('Y');
                j--;
            }
            else
            {
                backwards.Add('X');
                i--;
            }
        }

        backwards.Reverse();
        return new PairAlignment(x, y, new string([.. backwards]), 0, 0, best[^1]);
    }

    /// <summary>Draws an alignment from P(alignment | x, y); [n, m] cells of memory.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="key">What is drawn depends on the key alone.</param>
    /// <param name="options">Null is global.</param>
    /// <exception cref="InvalidOperationException">No alignment is possible.</exception>
    public PairAlignment SampleAlignment(string x, string y, RandomKey key, PairOptions? options = null)
    {
        var lattice = new PairLattice(Numbers(x, y, options));
        if (double.IsNegativeInfinity(lattice.LogLikelihood)) throw new InvalidOperationException("SampleAlignment: the model cannot align these sequences; their probability is zero.");
        (string states, int startX, int startY) = lattice.Draw(key);
        return new PairAlignment(x, y, states, startX, startY, double.NaN);
    }

    /// <summary>Draws two sequences and their alignment from the model.</summary>
    /// <param name="key">What is drawn depends on the key alone.</param>
    /// <param name="mostColumns">Stops after so many columns.</param>
    public (string X, string Y, PairAlignment Alignment) Sample(RandomKey key, int mostColumns = 1_000_000)
    {
        double[] a = Checked(Transitions, transitionSimplex), p = Checked(Match, matchSimplex), q = Checked(Insert, insertSimplex);
        int v = Alphabet.Count, state = M;
        var states = new System.Text.StringBuilder();
        List<int> x = [], y = [];
        for (ulong step = 0; states.Length < mostColumns; step++)
        {
            state = EmissionParts.Draw(a.AsSpan(state * 4, 4), key.Uniform(2 * step));
            if (state == End) break;
            states.Append("MXY"[state]);
            double uniform = key.Uniform(2 * step + 1);
            int symbol = EmissionParts.Draw(state == M ? p : q.AsSpan((state - 1) * v, v), uniform);
            if (state == M) (int _, int _) = (Put(x, symbol / v), Put(y, symbol % v));
            else Put(state == X ? x : y, symbol);
        }

        string first = Alphabet.Decode(x.ToArray()), second = Alphabet.Decode(y.ToArray());
        return (first, second, new PairAlignment(first, second, states.ToString(), 0, 0, double.NaN));

        static int Put(List<int> sequence, int symbol)
        {
            sequence.Add(symbol);
            return symbol;
        }
    }

    /// <summary>ln P(x, y, alignment) of a global alignment given by its columns.</summary>
    /// <param name="x">A sequence.</param>
    /// <param name="y">Another.</param>
    /// <param name="states">M, X or Y a column.</param>
    /// <exception cref="ArgumentException">The columns do not use up both sequences.</exception>
    public double LogProbability(string x, string y, string states)
    {
        ArgumentNullException.ThrowIfNull(states);
        PairNumbers numbers = Numbers(x, y, null);
        (int i, int j, int state, double sum) = (0, 0, M, 0);
        foreach (char column in states)
        {
            int next = "MXY".IndexOf(column, StringComparison.Ordinal);
            if (next < 0 || next != Y && i == numbers.N || next != X && j == numbers.K) throw Unfit();
            (i, j) = (i + (next == Y ? 0 : 1), j + (next == X ? 0 : 1));
            sum += Math.Log(numbers.A[state * 4 + next]) + Math.Log(next == M ? numbers.Emit(i, j) : next == X ? numbers.Qx[numbers.Xs[i - 1]] : numbers.Qy[numbers.Ys[j - 1]]);
            state = next;
        }

        return (i, j) == (numbers.N, numbers.K) ? sum + Math.Log(numbers.A[state * 4 + End]) : throw Unfit();

        ArgumentException Unfit() => new($"LogProbability: the columns {states} do not spell sequences of {numbers.N} and {numbers.K}.", nameof(states));
    }

    internal static double Posteriors(PairNumbers numbers, double[] transitions, PairRowSink sink)
    {
        if (PairSweep<double>.Serves(numbers)) return new PairSweep<double>(numbers, Simd.Chosen).Posteriors(transitions, sink);
        var lattice = new PairLattice(numbers);
        lattice.Posteriors(transitions, sink);
        return lattice.LogLikelihood;
    }

    internal PairNumbers Numbers(string x, string y, PairOptions? options)
    {
        options ??= Defaults;
        if (options.Band < 0) throw new ArgumentOutOfRangeException(nameof(options), $"PairHmm: a band of {options.Band}; it must be 0 or more.");
        return new PairNumbers(
            Checked(Transitions, transitionSimplex), Checked(Match, matchSimplex), Checked(Insert, insertSimplex), Alphabet.Count, RandomEnd,
            Alphabet.Encode(x), Alphabet.Encode(y), options);
    }

    private static double[] Checked(Sharing.Weight<double> weight, TiedSimplex simplex)
    {
        double[] values = weight.Value.ToArray();
        simplex.Check(weight.Name, values);
        return values;
    }
}
