using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>A part of the cells of two sequences: from (I0, J0) to (I1, J1), both included.</summary>
internal readonly record struct PairPart(int I0, int I1, int J0, int J1)
{
    public int Height => I1 - I0;

    public int Width => J1 - J0;
}

/// <summary>
/// The scores of the best ways through the cells of a pair HMM, row by row (<see cref="PairBestRow"/>), in <see cref="PairUnits"/>: ahead, of the ways from a
/// corner to each cell; reversed, of the ways from each cell to the other corner, by the same recursion on reversed sequences with transposed transitions.
/// </summary>
internal sealed class PairBestSweep
{
    private const double No = double.NegativeInfinity;
    private const int Strip = 1024;

    private readonly PairNumbers numbers;
    private readonly SimdWidth width;
    private readonly bool isReversed;
    private readonly double gap;
    private readonly double[] insert, nothing;
    private readonly double[]?[] profile;               // by symbol of x: scores of its matches with the symbols of y, in the sweep's direction
    private readonly double[]? barrier;
    private readonly PairScores scores;
    private readonly AlignedArray d, u, last;
    private PairEdge[] edges = [];
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
    /// <param name="part">Its corners.</param>
    /// <param name="entry">Scores of the first state's being M, X and Y.</param>
    /// <param name="all">Receives M, X and Y of every row; empty: those of the last row alone are kept.</param>
    public void Rows(in PairPart part, double[] entry, Span<double> all)
    {
        run = Length(part.Width);
        if (edges.Length <= part.Height) edges = new PairEdge[part.Height + 1];
        int size = 3 * run;
        if (numbers.Band is not null) all.Fill(No);
        First(part, entry);
        last.Span[..size].CopyTo(all.IsEmpty ? last.Span : all);
        if (numbers.Band is not null && part.Height > 0) last.Span[..size].Fill(No);
        foreach ((int strip, int length) in Strips())
        {
            for (int row = 1; row <= part.Height; row++)
            {
                Span<double> rows = !all.IsEmpty ? all.Slice(row * size, size) : row == part.Height ? last.Span[..size] : default;
                Row(part, row, strip, length, null, null, rows);
            }
        }
    }

    /// <summary>Sweeps through a part and finds the best end in it.</summary>
    /// <param name="part">Its corners.</param>
    /// <param name="entry">Scores of the first state's being M, X and Y in the corner; null: the ways begin where <paramref name="begins"/> allows.</param>
    /// <param name="begins">By row; null: only in the corner.</param>
    /// <param name="ends">By row.</param>
    /// <returns>The best score and its cell; −∞ without one.</returns>
    public (double Best, int I, int J) Search(in PairPart part, double[]? entry, Func<int, double[]?>? begins, Func<int, double[]?> ends)
    {
        run = Length(part.Width);
        if (edges.Length <= part.Height) edges = new PairEdge[part.Height + 1];
        (double Best, int Row, int Column) best = (No, 0, 0);
        if (entry is null)
        {
            Clear();
        }
        else
        {
            First(part, entry);
            ReadOnlySpan<double> end = ends(Index(part, 0));
            for (int c = 0; c < end.Length && c < run; c++) Improve(last.Span[2 * run + c] + scores.YE + end[c], 0, c, ref best);
        }

        foreach ((int strip, int length) in Strips())
        {
            for (int row = entry is null ? 0 : 1; row <= part.Height; row++)
            {
                int i = Index(part, row);
                (double value, int c) = Row(part, row, strip, length, begins?.Invoke(i), ends(i), default);
                Improve(value, row, strip + c, ref best);
            }
        }

        return (best.Best, Index(part, best.Row), isReversed ? part.J1 - best.Column : part.J0 + best.Column);

        static void Improve(double value, int row, int column, ref (double Best, int Row, int Column) best)
        {
            if (value > best.Best) best = (value, row, column);
        }
    }

    // Runs of columns whose d, u and profiles stay in the nearest cache while all rows pass over them. A band is narrow enough by itself.
    private IEnumerable<(int First, int Length)> Strips()
    {
        int length = numbers.Band is null ? Math.Min(run, Strip) : run;
        for (int first = 0; first < run; first += length) yield return (first, Math.Min(length, run - first));
    }

    private int Index(in PairPart part, int row) => isReversed ? part.I1 - row : part.I0 + row;

    // The row of the corner: nothing above it, so that only Y goes on.
    private void First(in PairPart part, double[] entry)
    {
        Clear();
        last.Span[..(3 * run)].Fill(No);
        (int from, int to) = Columns(part, 0);
        if (from > 0) return;
        (d.Span[0], u.Span[0]) = (entry[0], entry[1]);
        int offset = Offset(part);
        double y = entry[2] + gap;
        for (int c = 1; c <= to; c++)
        {
            y += (barrier?[offset + c] ?? 0) + (c == 1 ? 0 : scores.YY);
            (d.Span[c], u.Span[c], last.Span[2 * run + c]) = (y + scores.YM, y + scores.YX, y);
        }
    }

    private (double, int) Row(in PairPart part, int row, int strip, int length, double[]? begin, double[]? end, Span<double> rows)
    {
        Span<double> above = d.Span.Slice(strip, length), under = u.Span.Slice(strip, length);
        (int from, int to) = (0, length - 1);
        // Without a band whole vectors are computed: nothing comes back from beyond the last column.
        if (numbers.Band is not null) (from, to) = Columns(part, row);
        if (from > to)
        {
            Clear();
            return (No, 0);
        }

        ref PairEdge edge = ref edges[row];
        if (strip == 0) edge = new PairEdge(from > 0 ? above[from - 1] : No, No);
        int offset = Offset(part) + strip, i = Index(part, row);
        bool nothingAbove = isReversed ? i == numbers.N : i == 0;
        int symbol = nothingAbove ? -1 : numbers.Xs[isReversed ? i : i - 1];
        (double, int) result = PairBestRow.Run(
            (symbol < 0 ? nothing : profile[symbol]).AsSpan(offset, length), symbol < 0 ? No : insert[symbol], Of(begin), barrier is null ? default : barrier.AsSpan(offset, length),
            Of(end), above, under, rows.IsEmpty ? default : rows[strip..], run, scores, from, to, ref edge, width);
        // What the row above left there lies outside the band now.
        if (from > 0) (above[from - 1], under[from - 1]) = (No, No);
        return result;

        ReadOnlySpan<double> Of(double[]? whole) => whole is null ? default : whole.AsSpan(strip, length);
    }

    private void Clear()
    {
        d.Span[..run].Fill(No);
        u.Span[..run].Fill(No);
    }

    private int Offset(in PairPart part) => isReversed ? numbers.K - part.J1 : part.J0;

    // The columns of a row within the part and the band, counted from the sweep's corner.
    private (int From, int To) Columns(in PairPart part, int row)
    {
        (int from, int to) = numbers.Columns(Index(part, row));
        (from, to) = (Math.Max(from, part.J0), Math.Min(to, part.J1));
        return isReversed ? (part.J1 - to, part.J1 - from) : (from - part.J0, to - part.J0);
    }
}
