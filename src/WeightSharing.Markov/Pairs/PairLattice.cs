namespace WeightSharing.Markov;

/// <summary>
/// The recursions of a pair HMM in logarithms, plainly, over the cells of a band: the definition that the sweeps are tested against, and what serves where
/// they cannot: bands, symbols that are never inserted, drawing alignments.
/// </summary>
internal sealed class PairLattice
{
    private readonly PairNumbers numbers;
    private readonly double[] a, prefixX, prefixY, suffixX, suffixY;
    private readonly double[][] forward;        // per row: 3 logarithms a column of the band, M with the begin apart

    public PairLattice(PairNumbers numbers)
    {
        this.numbers = numbers;
        a = [.. numbers.A.Select(p => Math.Log(p))];
        (prefixX, prefixY) = (Prefix(numbers.Xs, numbers.Fx), Prefix(numbers.Ys, numbers.Fy));
        // Sums of their own, as a symbol that no flank emits makes differences of prefixes undefined.
        (suffixX, suffixY) = (Suffix(numbers.Xs, numbers.Fx), Suffix(numbers.Ys, numbers.Fy));
        forward = new double[numbers.N + 1][];
        for (int i = 0; i <= numbers.N; i++) forward[i] = Row(i);
        double[] ends = [.. Ends()];
        LogLikelihood = LogForwardBackward.LogSum(ends);
    }

    public double LogLikelihood { get; }

    /// <summary>Expected transitions added to [3, 3], and the posteriors of every row.</summary>
    public void Posteriors(double[] transitions, PairRowSink sink)
    {
        if (double.IsNegativeInfinity(LogLikelihood)) return;
        int n = numbers.N, k = numbers.K;
        var below = new double[3 * (k + 2)];
        Array.Fill(below, double.NegativeInfinity);
        for (int i = n; i >= 0; i--)
        {
            var own = new double[3 * (k + 2)];
            Array.Fill(own, double.NegativeInfinity);
            double[] match = new double[k + 1], insertX = new double[k + 1], insertY = new double[k + 1];
            (int from, int to) = numbers.Columns(i);
            for (int j = to; j >= from; j--)
            {
                double[] next =
                [
                    i < n && j < k ? Math.Log(numbers.Emit(i + 1, j + 1)) + below[3 * (j + 1)] : double.NegativeInfinity,
                    i < n ? Math.Log(numbers.Qx[numbers.Xs[i]]) + below[3 * j + 1] : double.NegativeInfinity,
                    j < k ? Math.Log(numbers.Qy[numbers.Ys[j]]) + own[3 * (j + 1) + 2] : double.NegativeInfinity,
                ];
                double over = Over(i, j);
                for (int s = 0; s < 3; s++)
                {
                    own[3 * j + s] = LogForwardBackward.LogSum([a[4 * s] + next[0], a[4 * s + 1] + next[1], a[4 * s + 2] + next[2], a[4 * s + 3] + over]);
                    double front = Forward(i, j, s);
                    if (s == 0) front = LogForwardBackward.LogSum([front, Begin(i, j)]);
                    for (int t = 0; t < 3; t++) transitions[3 * s + t] += Math.Exp(front + a[4 * s + t] + next[t] - LogLikelihood);
                }

                match[j] = Math.Exp(Forward(i, j, 0) + own[3 * j] - LogLikelihood);
                insertX[j] = Math.Exp(Forward(i, j, 1) + own[3 * j + 1] - LogLikelihood);
                insertY[j] = Math.Exp(Forward(i, j, 2) + own[3 * j + 2] - LogLikelihood);
            }

            sink(i, match, insertX, insertY);
            below = own;
        }
    }

    /// <summary>An alignment drawn from P(alignment | x, y): its columns, and where it begins.</summary>
    public (string States, int StartX, int StartY) Draw(Tensors.RandomKey key)
    {
        ulong draw = 0;
        var cells = new List<(int I, int J)>();
        for (int i = 0; i <= numbers.N; i++)
        {
            (int from, int to) = numbers.Columns(i);
            for (int j = from; j <= to; j++)
            {
                if (numbers.MayEnd(i, j)) cells.Add((i, j));
            }
        }

        double[] ends = [.. Ends()];
        int chosen = Choose(ends);
        ((int x, int y), int state) = (cells[chosen / 4], chosen % 4);
        var states = new System.Text.StringBuilder();
        while (state != 3)
        {
            states.Append("MXY"[state]);
            int into = state;
            (x, y) = (x - (state == 2 ? 0 : 1), y - (state == 1 ? 0 : 1));
            double[] options = [.. Enumerable.Range(0, 3).Select(s => Forward(x, y, s) + a[4 * s + into]), Begin(x, y) + a[into]];
            state = Choose(options);
        }

        char[] order = states.ToString().ToCharArray();
        Array.Reverse(order);
        return (new string(order), x, y);

        int Choose(double[] logs)
        {
            double total = LogForwardBackward.LogSum(logs);
            return EmissionParts.Draw([.. logs.Select(value => Math.Exp(value - total))], key.Uniform(draw++));
        }
    }

    private double[] Row(int i)
    {
        (int from, int to) = numbers.Columns(i);
        var row = new double[3 * Math.Max(0, to - from + 1)];
        forward[i] = row;
        for (int j = from; j <= to; j++)
        {
            int at = 3 * (j - from);
            row[at] = i > 0 && j > 0 ? Into(0, i - 1, j - 1) + Math.Log(numbers.Emit(i, j)) : double.NegativeInfinity;
            row[at + 1] = i > 0 ? Into(1, i - 1, j) + Math.Log(numbers.Qx[numbers.Xs[i - 1]]) : double.NegativeInfinity;
            row[at + 2] = j > 0 ? Into(2, i, j - 1) + Math.Log(numbers.Qy[numbers.Ys[j - 1]]) : double.NegativeInfinity;
        }

        return row;
    }

    private double Into(int state, int i, int j) => LogForwardBackward.LogSum(
        [Forward(i, j, 0) + a[state], Forward(i, j, 1) + a[4 + state], Forward(i, j, 2) + a[8 + state], Begin(i, j) + a[state]]);

    private double Forward(int i, int j, int state)
    {
        (int from, int to) = numbers.Columns(i);
        return j < from || j > to ? double.NegativeInfinity : forward[i][3 * (j - from) + state];
    }

    private double Begin(int i, int j)
    {
        (int from, int to) = numbers.Columns(i);
        return numbers.MayStart(i, j) && j >= from && j <= to ? prefixX[i] + prefixY[j] + numbers.FlankEnds : double.NegativeInfinity;
    }

    // The flanks behind a cell.
    private double Over(int i, int j) => numbers.MayEnd(i, j) ? suffixX[i] + suffixY[j] : double.NegativeInfinity;

    // For every cell where an alignment may end: from M, X, Y and from the begin at once.
    private IEnumerable<double> Ends()
    {
        for (int i = 0; i <= numbers.N; i++)
        {
            (int from, int to) = numbers.Columns(i);
            for (int j = from; j <= to; j++)
            {
                if (!numbers.MayEnd(i, j)) continue;
                for (int s = 0; s < 3; s++) yield return Forward(i, j, s) + a[4 * s + 3] + Over(i, j);
                yield return Begin(i, j) + a[3] + Over(i, j);
            }
        }
    }

    private double[] Suffix(int[] sequence, double[] logs)
    {
        double[] sums = Prefix([.. sequence.Reverse()], logs);
        Array.Reverse(sums);
        return sums;
    }

    private double[] Prefix(int[] sequence, double[] logs)
    {
        var sums = new double[sequence.Length + 1];
        for (int i = 0; i < sequence.Length && numbers.Mode != PairMode.Global; i++) sums[i + 1] = sums[i] + logs[sequence[i]];
        return sums;
    }
}
