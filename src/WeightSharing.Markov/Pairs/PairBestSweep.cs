using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>
/// The scores of the best ways through the cells of a pair HMM, row by row (<see cref="PairBestRow"/>), in <see cref="PairUnits"/>: ahead, of the ways from a
/// corner to each cell; reversed, of the ways from each cell to the other corner, by the same recursion on reversed sequences with transposed transitions.
/// </summary>
internal sealed class PairBestSweep
{
    private const double No = double.NegativeInfinity;

    private readonly PairNumbers numbers;
    private readonly SimdWidth width;
    private readonly bool isReversed;
    private readonly double gap;
    private readonly double[] insert, nothing;
    private readonly double[]?[] profile;               // by symbol of x: scores of its matches with the symbols of y, in the sweep's direction
    private readonly double[]? barrier;
    private readonly PairScores scores;
    private readonly AlignedArray d, u, last;
    private int run;                                    // the length of the rows of the part at hand

    public PairBestSweep(PairNumbers numbers, PairUnits units, double[] a, bool isReversed, SimdWidth width)
    {
        (this.numbers, this.isReversed, this.width, gap) = (numbers, isReversed, width, units.LogGap);
        int k = numbers.K, wide = numbers.Qx.Length, length = Length(k) + PairBestRow.Padding;
        int[] ys = isReversed ? [.. numbers.Ys.Reverse()] : numbers.Ys;
        insert = [.. numbers.Qx.Select(q => q == 0 ? No : gap)];
        nothing = ByColumn(_ => No, No);
        profile = new double[wide][];
        foreach (int symbol in numbers.Xs)
        {
            if (profile[symbol] is not null) continue;
            double[] matches = [.. Enumerable.Range(0, wide).Select(other => Math.Log(numbers.P[symbol * wide + other]) - units.X[symbol] - units.Y[other])];
            profile[symbol] = ByColumn(other => matches[other], No);
        }

        barrier = units.HasBarriers ? ByColumn(symbol => numbers.Qy[symbol] == 0 ? No : 0, 0) : null;
        double S(int from, int to) => isReversed ? a[to * 4 + from] : a[from * 4 + to];
        scores = new PairScores
        {
            MM = S(0, 0),
            XM = S(1, 0),
            YM = S(2, 0),
            MX = S(0, 1),
            XX = S(1, 1),
            YX = S(2, 1),
            MY = S(0, 2) + gap,
            XY = S(1, 2) + gap,
            YY = S(2, 2) + gap,
            // Ahead a way ends after its last state; reversed it ends where it begins, and the begin counts as M.
            ME = isReversed ? a[0] : a[3],
            XE = isReversed ? a[1] : a[7],
            YE = isReversed ? a[2] : a[11],
        };
        (d, u, last) = (new AlignedArray(Length(k)), new AlignedArray(Length(k)), new AlignedArray(3 * Length(k)));

        double[] ByColumn(Func<int, double> of, double rest)
        {
            var values = new double[length];
            Array.Fill(values, rest);
            for (int j = 1; j <= k; j++) values[j] = of(ys[j - 1]);
            return values;
        }
    }

    /// <summary>After the last row, by column of the part: the best score with a match next.</summary>
    public ReadOnlySpan<double> D => d.Span[..run];

    /// <summary>After the last row: the best score with an insertion into x next.</summary>
    public ReadOnlySpan<double> U => u.Span[..run];

    /// <summary>M of the last row.</summary>
    public ReadOnlySpan<double> LastM => last.Span[..run];

    /// <summary>X of the last row.</summary>
    public ReadOnlySpan<double> LastX => last.Span.Slice(run, run);

    /// <summary>The length of the rows of columns 0 … w.</summary>
    public static int Length(int w) => (w + PairBestRow.Padding) / PairBestRow.Padding * PairBestRow.Padding;

    /// <summary>Sweeps through a part, from (i0, j0) ahead, from (i1, j1) reversed.</summary>
    /// <param name="i0">First row.</param>
    /// <param name="i1">Last row.</param>
    /// <param name="j0">First column.</param>
    /// <param name="j1">Last column.</param>
    /// <param name="entry">Scores of the first state's being M, X and Y.</param>
    /// <param name="all">Receives M, X and Y of every row; empty: those of the last row alone are kept.</param>
    public void Rows(int i0, int i1, int j0, int j1, double[] entry, Span<double> all)
    {
        run = Length(j1 - j0);
        bool banded = numbers.Band is not null;
        if (banded) all.Fill(No);
        int size = 3 * run, first = isReversed ? i1 : i0, count = i1 - i0;
        First(first, j0, j1, entry);
        last.Span[..size].CopyTo(all.IsEmpty ? last.Span : all);
        for (int row = 1; row <= count; row++)
        {
            Span<double> rows = !all.IsEmpty ? all.Slice(row * size, size) : row == count ? last.Span[..size] : default;
            if (banded && row == count && all.IsEmpty) rows.Fill(No);
            Row(isReversed ? i1 - row : i0 + row, j0, j1, null, null, rows);
        }
    }

    /// <summary>Sweeps through a part and finds the best end in it.</summary>
    /// <param name="i0">First row.</param>
    /// <param name="i1">Last row.</param>
    /// <param name="j0">First column.</param>
    /// <param name="j1">Last column.</param>
    /// <param name="entry">Scores of the first state's being M, X and Y in the corner; null: the ways begin where <paramref name="begins"/> allows.</param>
    /// <param name="begins">By row; null: only in the corner.</param>
    /// <param name="ends">By row.</param>
    /// <returns>The best score and its cell; −∞ without one.</returns>
    public (double Best, int I, int J) Search(int i0, int i1, int j0, int j1, double[]? entry, Func<int, double[]?>? begins, Func<int, double[]?> ends)
    {
        run = Length(j1 - j0);
        (double Best, int I, int J) best = (No, 0, 0);
        for (int row = 0; row <= i1 - i0; row++)
        {
            int i = isReversed ? i1 - row : i0 + row;
            double[]? end = ends(i);
            (double value, int c) = (No, 0);
            if (row == 0 && entry is not null)
            {
                First(i, j0, j1, entry);
                for (int at = 0; at < run && end is not null; at++)
                {
                    double own = last.Span[2 * run + at] + scores.YE + end[at];
                    if (own > value) (value, c) = (own, at);
                }
            }
            else
            {
                if (row == 0) Clear();
                (value, c) = Row(i, j0, j1, begins?.Invoke(i), end, default, isFirst: row == 0);
            }

            if (value > best.Best) best = (value, i, isReversed ? j1 - c : j0 + c);
        }

        return best;
    }

    // The row of the corner: nothing above it, so that only Y goes on.
    private void First(int i, int j0, int j1, double[] entry)
    {
        Clear();
        last.Span[..(3 * run)].Fill(No);
        (int from, int to) = Columns(i, j0, j1);
        if (from > 0) return;
        (d.Span[0], u.Span[0]) = (entry[0], entry[1]);
        int offset = Offset(j0, j1);
        double y = entry[2] + gap;
        for (int c = 1; c <= to; c++)
        {
            y += (barrier?[offset + c] ?? 0) + (c == 1 ? 0 : scores.YY);
            (d.Span[c], u.Span[c], last.Span[2 * run + c]) = (y + scores.YM, y + scores.YX, y);
        }
    }

    private (double, int) Row(int i, int j0, int j1, double[]? begin, double[]? end, Span<double> rows, bool isFirst = false)
    {
        (int from, int to) = Columns(i, j0, j1);
        if (from > to)
        {
            Clear();
            return (No, 0);
        }

        // Without a band whole vectors are computed: nothing comes back from beyond the last column.
        if (numbers.Band is null) to = run - 1;
        int offset = Offset(j0, j1), symbol = isFirst ? 0 : numbers.Xs[isReversed ? i : i - 1];
        (double, int) result = PairBestRow.Run(
            (isFirst ? nothing : profile[symbol]).AsSpan(offset, run), isFirst ? No : insert[symbol], begin, barrier is null ? default : barrier.AsSpan(offset, run), end,
            d.Span[..run], u.Span[..run], rows, scores, from, to, width);
        // What the row above left there lies outside the band now.
        if (from > 0) (d.Span[from - 1], u.Span[from - 1]) = (No, No);
        return result;
    }

    private void Clear()
    {
        d.Span[..run].Fill(No);
        u.Span[..run].Fill(No);
    }

    private int Offset(int j0, int j1) => isReversed ? numbers.K - j1 : j0;

    // The columns of a row within the part and the band, counted from the sweep's corner.
    private (int From, int To) Columns(int i, int j0, int j1)
    {
        (int from, int to) = numbers.Columns(i);
        (from, to) = (Math.Max(from, j0), Math.Min(to, j1));
        return isReversed ? (j1 - to, j1 - from) : (from - j0, to - j0);
    }
}
