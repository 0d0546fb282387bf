using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>
/// The most probable alignment. Where it may begin and end in several places, one pass over all cells finds its end and one back its beginning. Between them
/// the problem is divided at its middle row (Hirschberg 1975; Myers and Miller 1988 for affine gaps) until the scores of a part fit in memory: a few
/// rows are kept, and every cell is computed about twice.
/// </summary>
internal sealed class PairViterbi
{
    private const double No = double.NegativeInfinity;

    private readonly PairNumbers numbers;
    private readonly PairUnits units;
    private readonly PairBestSweep ahead, back;
    private readonly double[] a;
    private readonly long traceCells;
    private readonly List<string> states = [];

    private PairViterbi(PairNumbers numbers, long traceCells, SimdWidth width)
    {
        (this.numbers, this.traceCells) = (numbers, traceCells);
        units = new PairUnits(numbers);
        a = [.. numbers.A.Select(p => Math.Log(p))];
        (ahead, back) = (new PairBestSweep(numbers, units, a, isReversed: false, width), new PairBestSweep(numbers, units, a, isReversed: true, width));
    }

    /// <summary>ln P(x, y, alignment), its columns, and where it begins; −∞ and no columns when there is none.</summary>
    public static (double LogProbability, string States, int StartX, int StartY) Run(PairNumbers numbers, long traceCells, SimdWidth? width = null)
    {
        var search = new PairViterbi(numbers, traceCells, width ?? Simd.Chosen);
        (int i0, int j0, int i1, int j1) = (0, 0, numbers.N, numbers.K);
        double best = No;
        bool global = numbers.Mode == PairMode.Global;
        if (!global) (best, i0, j0, i1, j1) = search.FindEnds();
        // Nothing between the ends: straight from the begin, which counts as M, to the end.
        if (i0 == i1 && j0 == j1) best = global ? search.a[3] : best;
        else best = search.Divide(i0, i1, j0, j1, search.a[..3], [search.a[3], search.a[7], search.a[11]]);
        return double.IsNegativeInfinity(best) ? (No, "", 0, 0) : (best + search.units.LogTotal, string.Concat(search.states), i0, j0);
    }

    // The corners of the best alignment; equal ones for an empty one.
    private (double, int, int, int, int) FindEnds()
    {
        var flanks = new PairFlanks(numbers);
        (double best, int i1, int j1) = ahead.Search(new PairPart(0, numbers.N, 0, numbers.K), null, flanks.Begins(), flanks.End);
        if (flanks.Empty() is { } cell && a[3] >= best) return (a[3], cell.I, cell.J, cell.I, cell.J);
        if (double.IsNegativeInfinity(best)) return (No, 0, 0, 0, 0);
        (_, int i0, int j0) = back.Search(new PairPart(0, i1, 0, j1), [a[3], a[7], a[11]], null, flanks.BeginsBackFrom(j1));
        return (best, i0, j0, i1, j1);
    }

    // The best way from (i0, j0), with the scores of the first state's being M, X, Y, to (i1, j1), with the scores of ending after each; its columns are appended.
    private double Divide(int i0, int i1, int j0, int j1, double[] entry, double[] final)
    {
        if (i1 - i0 < 2 || (long)(i1 - i0 + 1) * (j1 - j0 + 1) <= traceCells) return Trace(i0, i1, j0, j1, entry, final);
        int middle = (i0 + i1) / 2;
        // Every way crosses from the middle row to the next once, by a match or an insertion into x: d and u ahead meet M and X from behind.
        ahead.Rows(new PairPart(i0, middle, j0, j1), entry, default);
        back.Rows(new PairPart(middle, i1, j0, j1), final, default);
        (double best, int column, int state) = (No, -1, 0);
        ReadOnlySpan<double> d = ahead.D, u = ahead.U, m = back.LastM, x = back.LastX;
        for (int c = 0; c <= j1 - j0; c++)
        {
            double match = d[c] + m[j1 - j0 - c], insert = u[c] + x[j1 - j0 - c];
            if (match > best) (best, column, state) = (match, j0 + c, 0);
            if (insert > best) (best, column, state) = (insert, j0 + c, 1);
        }

        if (column < 0) return No;
        Divide(i0, middle, j0, column, entry, [a[state], a[4 + state], a[8 + state]]);
        Divide(middle, i1, column, j1, state == 0 ? [0, No, No] : [No, 0, No], final);
        return best;
    }

    // All scores of a part, and the way back through them.
    private double Trace(int i0, int i1, int j0, int j1, double[] entry, double[] final)
    {
        int run = PairBestSweep.Length(j1 - j0), height = i1 - i0 + 1;
        double[] all = System.Buffers.ArrayPool<double>.Shared.Rent(checked(height * 3 * run));
        try
        {
            ahead.Rows(new PairPart(i0, i1, j0, j1), entry, all.AsSpan(0, height * 3 * run));
            int state = Better(At(i1, j1, 0) + final[0], At(i1, j1, 1) + final[1], At(i1, j1, 2) + final[2], out double best);
            if (double.IsNegativeInfinity(best)) return No;
            var backwards = new char[i1 - i0 + j1 - j0];
            int at = backwards.Length;
            for ((int i, int j) = (i1, j1); ;)
            {
                backwards[--at] = "MXY"[state];
                (i, j) = (i - (state == 2 ? 0 : 1), j - (state == 1 ? 0 : 1));
                if ((i, j) == (i0, j0)) break;
                state = Better(At(i, j, 0) + a[state], At(i, j, 1) + a[4 + state], At(i, j, 2) + a[8 + state], out _);
            }

            states.Add(new string(backwards, at, backwards.Length - at));
            return best;
        }
        finally
        {
            System.Buffers.ArrayPool<double>.Shared.Return(all);
        }

        double At(int i, int j, int s) => all[((i - i0) * 3 + s) * run + j - j0];

        static int Better(double m, double x, double y, out double best)
        {
            (best, int of) = m >= x && m >= y ? (m, 0) : x >= y ? (x, 1) : (y, 2);
            return of;
        }
    }
}
