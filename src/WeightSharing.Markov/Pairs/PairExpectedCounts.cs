using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// Expected numbers of uses of a pair HMM's probabilities over all alignments, entry by entry: before any tied ones are added up, so that what x and y
/// contribute to a tied parameter stands apart. ∂ ln P/∂ ln θ of each entry.
/// </summary>
/// <param name="LogLikelihood">ln P(x, y); −∞ when no alignment is possible, and all else is zero then.</param>
/// <param name="Transitions">[3, 4] from M, X, Y to M, X, Y and the end; begin counts as M.</param>
/// <param name="Match">[V, V], x's symbol first. Matches of an unknown symbol count as what they were summed out to, an emission of the other.</param>
/// <param name="Insert">[2, V] emissions from q_x and q_y: insertions, flanks, and partners of unknown symbols.</param>
public sealed record PairExpectedCounts(double LogLikelihood, Tensor<double> Transitions, Tensor<double> Match, Tensor<double> Insert);

/// <summary>The same as plain numbers, to which one pair after the other is added.</summary>
internal sealed class PairCounts(int symbols)
{
    public double[] Transitions { get; } = new double[12];

    public double[] Match { get; } = new double[symbols * symbols];

    public double[] Insert { get; } = new double[2 * symbols];

    /// <summary>Of the possible pairs.</summary>
    public double LogLikelihood { get; private set; }

    public int Impossible { get; private set; }

    public void Add(PairNumbers numbers)
    {
        int v = symbols, wide = v + 1;
        double[] match = new double[wide * wide], inserted = new double[2 * v], transitions = new double[9], alignedX = new double[numbers.N], alignedY = new double[numbers.K];
        // The begin is a visit to M.
        double[] visits = [1, 0, 0];
        double logLikelihood = PairHmm.Posteriors(numbers, transitions, (i, matches, gapX, gapY) =>
        {
            for (int j = 0; j <= numbers.K; j++)
            {
                int b = j == 0 ? v : numbers.Ys[j - 1];
                if (i > 0 && j > 0) match[numbers.Xs[i - 1] * wide + b] += matches[j];
                if (i > 0 && numbers.Xs[i - 1] < v) inserted[numbers.Xs[i - 1]] += gapX[j];
                if (j > 0 && b < v) inserted[v + b] += gapY[j];
                if (i > 0) alignedX[i - 1] += matches[j] + gapX[j];
                if (j > 0) alignedY[j - 1] += matches[j] + gapY[j];
                (visits[0], visits[1], visits[2]) = (visits[0] + matches[j], visits[1] + gapX[j], visits[2] + gapY[j]);
            }
        });
        if (double.IsNegativeInfinity(logLikelihood))
        {
            Impossible++;
            return;
        }

        LogLikelihood += logLikelihood;
        for (int a = 0; a < wide; a++)
        {
            for (int b = 0; b < wide; b++)
            {
                double count = match[a * wide + b];
                if (a < v && b < v) Match[a * v + b] += count;
                else if (a < v) Insert[a] += count;
                else if (b < v) Insert[v + b] += count;
            }
        }

        for (int k = 0; k < inserted.Length; k++) Insert[k] += inserted[k];
        if (numbers.Mode != PairMode.Global)
        {
            // What is not aligned stands in a flank, which emits with the insertions' distribution.
            AddFlanks(numbers.Xs, alignedX, Insert.AsSpan(0, v));
            AddFlanks(numbers.Ys, alignedY, Insert.AsSpan(v, v));
        }

        for (int s = 0; s < 3; s++)
        {
            double left = visits[s];
            for (int t = 0; t < 3; t++)
            {
                Transitions[4 * s + t] += transitions[3 * s + t];
                left -= transitions[3 * s + t];
            }

            // Whoever comes to a state and does not go on has ended there.
            Transitions[4 * s + 3] += Math.Max(0, left);
        }
    }

    private static void AddFlanks(int[] sequence, double[] aligned, Span<double> counts)
    {
        for (int i = 0; i < sequence.Length; i++)
        {
            if (sequence[i] < counts.Length) counts[sequence[i]] += Math.Max(0, 1 - aligned[i]);
        }
    }
}
