namespace WeightSharing.Markov;

/// <summary>
/// The most probable alignment. Small problems keep a byte a cell; larger ones are divided at their middle row (Hirschberg 1975; Myers and Miller 1988 for
/// affine gaps), which keeps a few rows and computes every cell about twice.
/// </summary>
internal sealed class PairViterbi
{
    private const double No = double.NegativeInfinity;

    private readonly PairNumbers numbers;
    private readonly double[] a, logX, logY, prefixX, prefixY;
    private readonly double[][] profile;
    private readonly long traceCells;
    private readonly System.Text.StringBuilder states = new();

    private PairViterbi(PairNumbers numbers, long traceCells)
    {
        (this.numbers, this.traceCells) = (numbers, traceCells);
        a = [.. numbers.A.Select(p => Math.Log(p))];
        logX = [0, .. numbers.Xs.Select(symbol => Math.Log(numbers.Qx[symbol]))];
        logY = [0, .. numbers.Ys.Select(symbol => Math.Log(numbers.Qy[symbol]))];
        int wide = numbers.Qx.Length;
        profile = new double[wide][];
        foreach (int symbol in numbers.Xs) profile[symbol] ??= [No, .. numbers.Ys.Select(other => Math.Log(numbers.P[symbol * wide + other]))];
        bool flanks = numbers.Mode != PairMode.Global;
        (prefixX, prefixY) = (Prefix(numbers.Xs, numbers.Fx), Prefix(numbers.Ys, numbers.Fy));

        double[] Prefix(int[] sequence, double[] logs)
        {
            var sums = new double[sequence.Length + 1];
            for (int i = 0; i < sequence.Length && flanks; i++) sums[i + 1] = sums[i] + logs[sequence[i]];
            return sums;
        }
    }

    /// <summary>ln P(x, y, alignment), its columns, and where it begins; −∞ and no columns when there is none.</summary>
    public static (double LogProbability, string States, int StartX, int StartY) Run(PairNumbers numbers, long traceCells)
    {
        var search = new PairViterbi(numbers, traceCells);
        (double best, int i0, int j0, int i1, int j1, int last) = search.FindEnds();
        if (double.IsNegativeInfinity(best)) return (best, "", 0, 0);
        // Between its ends the alignment is a global one, which leaves its last state for the end.
        double[] final = [No, No, No];
        final[last == 3 ? 0 : last] = 0;
        if (i0 != i1 || j0 != j1) search.Divide(i0, i1, j0, j1, [0, No, No], final);
        return (best, search.states.ToString(), i0, j0);
    }

    // One pass over all cells with a few rows: the best score, and for every state where its path began.
    private (double, int, int, int, int, int) FindEnds()
    {
        int n = numbers.N, k = numbers.K;
        (double Best, int I0, int J0, int I1, int J1, int State) best = (No, 0, 0, 0, 0, 0);
        var rows = new Rows(k);
        bool global = numbers.Mode == PairMode.Global;
        long[] fromM = new long[k + 1], fromX = new long[k + 1], fromY = new long[k + 1];
        for (int i = 0; i <= n; i++)
        {
            (int from, int to) = numbers.Columns(i);
            rows.Begin(from, to);
            double[] p = i == 0 ? [] : profile[numbers.Xs[i - 1]];
            (double diagonalM, double diagonalX, double diagonalY) = rows.Above(from - 1);
            long originM = from > 0 ? fromM[from - 1] : 0, originX = from > 0 ? fromX[from - 1] : 0, originY = from > 0 ? fromY[from - 1] : 0;
            double leftM = No, leftX = No, leftY = No;
            for (int j = from; j <= to; j++)
            {
                (double upM, double upX, double upY) = rows.Above(j);
                double m = No, x = No, y = No;
                long om = 0, ox = 0, oy = 0;
                if (i > 0 && j > 0)
                {
                    (m, om) = Best(diagonalM + a[0], originM, diagonalX + a[4], originX, diagonalY + a[8], originY);
                    m += p[j];
                }

                if (i > 0)
                {
                    (x, ox) = Best(upM + a[1], fromM[j], upX + a[5], fromX[j], upY + a[9], fromY[j]);
                    x += logX[i];
                }

                if (j > from)
                {
                    (y, oy) = Best(leftM + a[2], fromM[j - 1], leftX + a[6], fromX[j - 1], leftY + a[10], fromY[j - 1]);
                    y += logY[j];
                }

                (originM, originX, originY) = (fromM[j], fromX[j], fromY[j]);
                double begin = numbers.MayStart(i, j) ? prefixX[i] + prefixY[j] + numbers.FlankEnds : No, source = m;
                long origin = om;
                if (begin > m) (source, origin) = (begin, ((long)i << 32) | (uint)j);
                (fromM[j], fromX[j], fromY[j]) = (origin, ox, oy);
                (diagonalM, diagonalX, diagonalY) = (upM, upX, upY);
                rows.Set(j, source, x, y);
                (leftM, leftX, leftY) = (source, x, y);
                if (!numbers.MayEnd(i, j)) continue;
                double over = prefixX[^1] - prefixX[i] + prefixY[^1] - prefixY[j];
                if (source + a[3] + over > best.Best) best = (source + a[3] + over, (int)(origin >> 32), (int)origin, i, j, origin == (((long)i << 32) | (uint)j) ? 3 : 0);
                if (x + a[7] + over > best.Best) best = (x + a[7] + over, (int)(ox >> 32), (int)ox, i, j, 1);
                if (y + a[11] + over > best.Best) best = (y + a[11] + over, (int)(oy >> 32), (int)oy, i, j, 2);
            }
        }

        return global && double.IsNegativeInfinity(best.Best) ? (No, 0, 0, 0, 0, 0) : best;

        static (double, long) Best(double m, long om, double x, long ox, double y, long oy) => m >= x && m >= y ? (m, om) : x >= y ? (x, ox) : (y, oy);
    }

    // The best way from (i0, j0), entered with the scores init of being in each state there, to (i1, j1), left with the scores final; its columns are appended.
    private void Divide(int i0, int i1, int j0, int j1, double[] init, double[] final)
    {
        if ((long)(i1 - i0 + 1) * (j1 - j0 + 1) <= traceCells || i1 - i0 < 2)
        {
            Trace(i0, i1, j0, j1, init, final);
            return;
        }

        int middle = (i0 + i1) / 2;
        double[] front = Front(i0, middle, j0, j1, init), back = Back(middle, i1, j0, j1, final);
        (double best, int column, int state) = (No, -1, 0);
        for (int j = j0; j <= j1; j++)
        {
            for (int s = 0; s < 3; s++)
            {
                double value = front[3 * (j - j0) + s] + back[3 * (j - j0) + s];
                if (value > best) (best, column, state) = (value, j, s);
            }
        }

        double[] only = [No, No, No];
        only[state] = 0;
        Divide(i0, middle, j0, column, init, only);
        Divide(middle, i1, column, j1, only, final);
    }

    // Scores of being in each state at the columns of the last row.
    private double[] Front(int i0, int i1, int j0, int j1, double[] init)
    {
        var rows = new Rows(numbers.K);
        for (int i = i0; i <= i1; i++)
        {
            (int from, int to) = Within(i, j0, j1);
            rows.Begin(from, to);
            double[] p = i == i0 ? [] : profile[numbers.Xs[i - 1]];
            (double dm, double dx, double dy) = from > j0 ? rows.Above(from - 1) : (No, No, No);
            double lm = No, lx = No, ly = No;
            for (int j = from; j <= to; j++)
            {
                (double um, double ux, double uy) = i > i0 ? rows.Above(j) : (No, No, No);
                double m = No, x = No, y = No;
                if (i == i0 && j == j0)
                {
                    (m, x, y) = (init[0], init[1], init[2]);
                }
                else
                {
                    if (i > i0 && j > j0) m = Math.Max(Math.Max(dm + a[0], dx + a[4]), dy + a[8]) + p[j];
                    if (i > i0) x = Math.Max(Math.Max(um + a[1], ux + a[5]), uy + a[9]) + logX[i];
                    y = Math.Max(Math.Max(lm + a[2], lx + a[6]), ly + a[10]) + logY[j];
                }

                rows.Set(j, m, x, y);
                (lm, lx, ly) = (m, x, y);
                (dm, dx, dy) = (um, ux, uy);
            }
        }

        return rows.Last(j0, j1);
    }

    // The best that can follow from each state at the columns of the first row.
    private double[] Back(int i0, int i1, int j0, int j1, double[] final)
    {
        var rows = new Rows(numbers.K);
        for (int i = i1; i >= i0; i--)
        {
            (int from, int to) = Within(i, j0, j1);
            rows.Begin(from, to);
            double[] p = i == i1 ? [] : profile[numbers.Xs[i]];
            (double dm, _, _) = to < j1 ? rows.Above(to + 1) : (No, No, No);
            double ly = No;
            for (int j = to; j >= from; j--)
            {
                (double um, double ux, double uy) = i < i1 ? rows.Above(j) : (No, No, No);
                double match = i < i1 && j < j1 ? p[j + 1] + dm : No, insertX = i < i1 ? logX[i + 1] + ux : No, insertY = j < to ? logY[j + 1] + ly : No;
                double m, x, y;
                if (i == i1 && j == j1)
                {
                    (m, x, y) = (final[0], final[1], final[2]);
                }
                else
                {
                    m = Math.Max(Math.Max(a[0] + match, a[1] + insertX), a[2] + insertY);
                    x = Math.Max(Math.Max(a[4] + match, a[5] + insertX), a[6] + insertY);
                    y = Math.Max(Math.Max(a[8] + match, a[9] + insertX), a[10] + insertY);
                }

                rows.Set(j, m, x, y);
                ly = y;
                (dm, _) = (um, uy);
            }
        }

        return rows.Last(j0, j1);
    }

    // All cells with their predecessors, two bits a state.
    private void Trace(int i0, int i1, int j0, int j1, double[] init, double[] final)
    {
        var trace = new byte[i1 - i0 + 1][];
        var rows = new Rows(numbers.K);
        for (int i = i0; i <= i1; i++)
        {
            (int from, int to) = Within(i, j0, j1);
            byte[] own = trace[i - i0] = new byte[Math.Max(0, to - from + 1)];
            rows.Begin(from, to);
            double[] p = i == i0 ? [] : profile[numbers.Xs[i - 1]];
            (double dm, double dx, double dy) = from > j0 ? rows.Above(from - 1) : (No, No, No);
            double lm = No, lx = No, ly = No;
            for (int j = from; j <= to; j++)
            {
                (double um, double ux, double uy) = i > i0 ? rows.Above(j) : (No, No, No);
                double m = No, x = No, y = No;
                if (i == i0 && j == j0)
                {
                    (m, x, y) = (init[0], init[1], init[2]);
                }
                else
                {
                    int way = 0;
                    if (i > i0 && j > j0)
                    {
                        int of = Of(dm + a[0], dx + a[4], dy + a[8], out m);
                        m += p[j];
                        way |= of;
                    }

                    if (i > i0)
                    {
                        int of = Of(um + a[1], ux + a[5], uy + a[9], out x);
                        x += logX[i];
                        way |= of << 2;
                    }

                    int left = Of(lm + a[2], lx + a[6], ly + a[10], out y);
                    y += logY[j];
                    own[j - from] = (byte)(way | left << 4);
                }

                rows.Set(j, m, x, y);
                (lm, lx, ly) = (m, x, y);
                (dm, dx, dy) = (um, ux, uy);
            }
        }

        double[] last = rows.Last(j1, j1);
        int state = Of(last[0] + final[0], last[1] + final[1], last[2] + final[2], out _);
        var backwards = new List<char>();
        for ((int i, int j) = (i1, j1); (i, j) != (i0, j0);)
        {
            backwards.Add("MXY"[state]);
            int way = trace[i - i0][j - Within(i, j0, j1).From] >> 2 * state & 3;
            (i, j) = (i - (state == 2 ? 0 : 1), j - (state == 1 ? 0 : 1));
            state = way;
        }

        backwards.Reverse();
        states.Append([.. backwards]);

        static int Of(double m, double x, double y, out double best)
        {
            (best, int of) = m >= x && m >= y ? (m, 0) : x >= y ? (x, 1) : (y, 2);
            return of;
        }
    }

    private (int From, int To) Within(int i, int j0, int j1)
    {
        (int from, int to) = numbers.Columns(i);
        return (Math.Max(from, j0), Math.Min(to, j1));
    }

    /// <summary>Two rows of scores; outside the columns of a row everything is −∞.</summary>
    private sealed class Rows(int columns)
    {
        private double[] above = Nothing(columns), own = Nothing(columns);
        private int aboveFrom, aboveTo = -1, from, to = -1;

        public void Begin(int first, int last)
        {
            (above, own) = (own, above);
            (aboveFrom, aboveTo, from, to) = (from, to, first, last);
        }

        public (double M, double X, double Y) Above(int j) => j >= aboveFrom && j <= aboveTo ? (above[3 * j], above[3 * j + 1], above[3 * j + 2]) : (No, No, No);

        public void Set(int j, double m, double x, double y) => (own[3 * j], own[3 * j + 1], own[3 * j + 2]) = (m, x, y);

        public double[] Last(int j0, int j1)
        {
            var result = new double[3 * (j1 - j0 + 1)];
            for (int j = j0; j <= j1; j++)
            {
                for (int s = 0; s < 3; s++) result[3 * (j - j0) + s] = j >= from && j <= to ? own[3 * j + s] : No;
            }

            return result;
        }

        private static double[] Nothing(int columns) => new double[3 * (columns + 1)];
    }
}
