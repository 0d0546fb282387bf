using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>The log-likelihood of a pair of sequences under a pair HMM as a differentiable operation: for training by gradients and for the ledger.</summary>
public static class PairLogLikelihood
{
    // ℓ = ln Σ_alignments exp(Σ A(s, t) + Σ p(x_i, y_j) + Σ q(x_i) + Σ q(y_j))      ∂A, ∂p, ∂q += ∂ℓ·(expected numbers of uses)
    /// <summary>
    /// ln P from logarithms; the gradients are the expected numbers of uses of each entry. −∞ forbids, without any gradient. The symbol V is unknown:
    /// p(V, b) = q_y(b), p(a, V) = q_x(a), and it is inserted with probability 1.
    /// </summary>
    /// <param name="logTransitions">[3, 4] from M, X, Y to M, X, Y and the end; begin counts as M.</param>
    /// <param name="logMatch">[V, V], x's symbol first.</param>
    /// <param name="logInsert">[2, V]: q_x and q_y.</param>
    /// <param name="x">Symbols 0 … V.</param>
    /// <param name="y">Symbols 0 … V.</param>
    /// <param name="options">Null is global.</param>
    /// <param name="randomEnd">η, the probability of the end of a flank.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a symbol lies outside 0 … V.</exception>
    public static Tensor<double> Of(
        Tensor<double> logTransitions, Tensor<double> logMatch, Tensor<double> logInsert, int[] x, int[] y, PairOptions? options = null, double randomEnd = 0.01)
    {
        ArgumentNullException.ThrowIfNull(logTransitions);
        ArgumentNullException.ThrowIfNull(logMatch);
        ArgumentNullException.ThrowIfNull(logInsert);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        int symbols = logInsert.Rank == 2 ? logInsert.Shape[1] : -1;
        if (logTransitions.Shape != new Shape(3, 4) || symbols < 1 || logInsert.Shape != new Shape(2, symbols) || logMatch.Shape != new Shape(symbols, symbols))
        {
            throw new ArgumentException(
                $"PairLogLikelihood: transitions {logTransitions.Shape} · match {logMatch.Shape} · insert {logInsert.Shape}; expected [3, 4], [V, V] and [2, V] with one V.");
        }

        foreach (int symbol in x.Concat(y))
        {
            if ((uint)symbol > (uint)symbols) throw new ArgumentException($"PairLogLikelihood: symbol {symbol}; with insert {logInsert.Shape} symbols are 0 to {symbols - 1}, and {symbols} for an unknown one.");
        }

        var numbers = new PairNumbers(Exp(logTransitions), Exp(logMatch), Exp(logInsert), symbols, randomEnd, x, y, options ?? new PairOptions());
        var counts = new PairCounts(symbols);
        counts.Add(numbers);
        double value = counts.Impossible > 0 ? double.NegativeInfinity : counts.LogLikelihood;
        return Tensor.Scalar(value).RecordedBy(new PairNode(logTransitions, logMatch, logInsert, numbers, randomEnd, counts));
    }

    /// <summary>The same of recorded operations, cell by cell: what gradients of gradients are taken from.</summary>
    internal static Tensor<double> Composed(Tensor<double> a, Tensor<double> p, Tensor<double> q, PairNumbers numbers, double randomEnd)
    {
        int n = numbers.N, k = numbers.K, v = q.Shape[1];
        double flankStep = Math.Log(1 - randomEnd);
        bool flanks = numbers.Mode != PairMode.Global;
        var cells = new Tensor<double>?[n + 1, k + 1, 3];
        var ends = new List<Tensor<double>?>();
        for (int i = 0; i <= n; i++)
        {
            (int from, int to) = numbers.Columns(i);
            for (int j = from; j <= to; j++)
            {
                if (i > 0 && j > 0) cells[i, j, 0] = Plus(Into(0, i - 1, j - 1), Match(i, j));
                if (i > 0) cells[i, j, 1] = Plus(Into(1, i - 1, j), Insert(0, numbers.Xs[i - 1]));
                if (j > 0) cells[i, j, 2] = Plus(Into(2, i, j - 1), Insert(1, numbers.Ys[j - 1]));
                if (!numbers.MayEnd(i, j)) continue;
                Tensor<double>? over = Plus(Flank(0, numbers.Xs, i, n), Flank(1, numbers.Ys, j, k));
                for (int s = 0; s < 3; s++) ends.Add(Plus(Plus(cells[i, j, s], At(a, s, 3)), over));
                ends.Add(Plus(Plus(Begin(i, j), At(a, 0, 3)), over));
            }
        }

        return Sum([.. ends]) ?? Tensor.Scalar(double.NegativeInfinity);

        Tensor<double>? Into(int state, int i, int j) => Sum(
            [Plus(cells[i, j, 0], At(a, 0, state)), Plus(cells[i, j, 1], At(a, 1, state)), Plus(cells[i, j, 2], At(a, 2, state)), Plus(Begin(i, j), At(a, 0, state))]);

        Tensor<double>? Begin(int i, int j)
        {
            (int from, int to) = numbers.Columns(i);
            if (!numbers.MayStart(i, j) || j < from || j > to) return null;
            return Plus(Plus(Flank(0, numbers.Xs, 0, i), Flank(1, numbers.Ys, 0, j)), Tensor.Scalar(numbers.FlankEnds));
        }

        Tensor<double>? Flank(int row, int[] sequence, int from, int to)
        {
            Tensor<double>? sum = Tensor.Scalar(0.0);
            for (int at = from; flanks && at < to; at++) sum = Plus(Plus(sum, Insert(row, sequence[at])), Tensor.Scalar(flankStep));
            return sum;
        }

        Tensor<double>? Match(int i, int j)
        {
            (int first, int second) = (numbers.Xs[i - 1], numbers.Ys[j - 1]);
            return first == v ? Insert(1, second) : second == v ? Insert(0, first) : At(p, first, second);
        }

        Tensor<double>? Insert(int row, int symbol) => symbol == v ? Tensor.Scalar(0.0) : At(q, row, symbol);
    }

    // What is impossible is left out, and has no gradient.
    private static Tensor<double>? At(Tensor<double> of, int row, int column)
    {
        Tensor<double> entry = of.Select(0, row).Select(0, column);
        return double.IsNegativeInfinity(entry.Item()) ? null : entry;
    }

    private static Tensor<double>? Plus(Tensor<double>? left, Tensor<double>? right) => left is null || right is null ? null : left + right;

    private static Tensor<double>? Sum(Tensor<double>?[] terms)
    {
        Tensor<double>[] possible = [.. terms.OfType<Tensor<double>>()];
        return possible.Length == 0 ? null : Tensor.Stack<double>(possible).LogSumExp();
    }

    private static double[] Exp(Tensor<double> logs) => [.. logs.ToArray().Select(x => Math.Exp(x))];

    private sealed class PairNode(
        Tensor<double> transitions, Tensor<double> match, Tensor<double> insert, PairNumbers numbers, double randomEnd, PairCounts counts) : Node<double>(transitions, match, insert)
    {
        private readonly Saved<double> transitions = new(transitions), match = new(match), insert = new(insert);

        public override string Name => "PairLogLikelihood";

        protected override void Backward(Tensor<double> dy, GradientSink to)
        {
            Tensor<double> logTransitions = Recall(transitions), logMatch = Recall(match), logInsert = Recall(insert);
            if (!to.IsDifferentiable)
            {
                double scale = dy.Item();
                to.Add(0, Scaled(counts.Transitions, logTransitions.Shape, scale));
                to.Add(1, Scaled(counts.Match, logMatch.Shape, scale));
                to.Add(2, Scaled(counts.Insert, logInsert.Shape, scale));
                return;
            }

            // Copies of their own: the operands may come from each other, and each gradient is that of its own place.
            Tensor<double>[] all = [logTransitions * 1.0, logMatch * 1.0, logInsert * 1.0];
            Tensor<double> value = Composed(all[0], all[1], all[2], numbers, randomEnd);
            var wanted = new List<int>();
            for (int i = 0; i < all.Length; i++)
            {
                if (to.Wants(i)) wanted.Add(i);
            }

            Tensor<double>[] gradients = Gradient.Of(value, [.. wanted.Select(i => all[i])], dy.Reshape(value.Shape), differentiable: true);
            foreach ((int at, int operand) in wanted.Index()) to.Add(operand, gradients[at]);
        }

        private static Tensor<double> Scaled(double[] values, Shape shape, double scale) => Tensor.Wrap([.. values.Select(value => scale * value)], shape);
    }
}
