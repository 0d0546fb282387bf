using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>Logarithms of transitions between the states M, X and Y and to the end; those into Y with the constant part of an insertion added.</summary>
internal struct PairScores
{
    /// <summary>From M, X, Y to M.</summary>
    public double MM, XM, YM;

    /// <summary>From M, X, Y to X.</summary>
    public double MX, XX, YX;

    /// <summary>From M, X, Y to Y.</summary>
    public double MY, XY, YY;

    /// <summary>To the end.</summary>
    public double ME, XE, YE;
}

/// <summary>What comes into a run of columns from the one to its left, or leaves it to the right.</summary>
/// <param name="Diagonal">d of the row above.</param>
/// <param name="Carry">This row's Y in the next column.</param>
internal record struct PairEdge(double Diagonal, double Carry);

/// <summary>
/// One row of Viterbi's recursion of a pair HMM in logarithms, vectorised along the row. In columns from … to, everywhere else −∞:
/// M_j = profile_j + d_{j−1}, X_j = insert + u_j, M′_j = max(M_j, begin_j), Y_j = barrier_j + max(MY + M′_{j−1}, XY + X_{j−1}, YY + Y_{j−1}); then
/// d = max(MM + M′, XM + X, YM + Y) and u = max(MX + M′, XX + X, YX + Y) for the next row, in place.
/// </summary>
/// <remarks>
/// M and X depend on the row above alone. Y is a scan over (max, +) whose steps cost the same in every column once columns are measured in their own insertion
/// probability: log₂ steps of shift, add and maximum inside a vector, and one of them from vector to vector. A column whose symbol is never inserted is a
/// barrier. The same kernel on reversed sequences, with the transitions transposed, gives what can follow a cell.
/// Durbin et al. 1998, section 4.2; scans: Hillis and Steele 1986.
/// </remarks>
internal static unsafe class PairBestRow
{
    private const double No = double.NegativeInfinity;

    /// <summary>What lengths of rows are rounded up to.</summary>
    public const int Padding = 8;

    /// <summary>One row, or a run of its columns.</summary>
    /// <param name="profile">Match scores of the row's symbol; rounded up as the rows, as all operands by columns.</param>
    /// <param name="insert">Insertion score of the row's symbol.</param>
    /// <param name="begin">The score of beginning at each column; empty for none.</param>
    /// <param name="barrier">0, or −∞ where Y is impossible; empty for none.</param>
    /// <param name="end">The score of ending at each column, −∞ beyond the last; empty when nobody asks.</param>
    /// <param name="d">Of the row above; receives this row's.</param>
    /// <param name="u">Of the row above; receives this row's.</param>
    /// <param name="rows">Receives M, X and Y in the columns of this row, each <paramref name="stride"/> behind the other; empty when nobody wants them.</param>
    /// <param name="stride">From M to X and from X to Y.</param>
    /// <param name="scores">Transitions.</param>
    /// <param name="from">First column.</param>
    /// <param name="to">Last column.</param>
    /// <param name="edge">What comes in from the left of <paramref name="from"/>; receives what goes on to the right of the last vector.</param>
    /// <param name="width">The variant.</param>
    /// <returns>max_j end_j + max(ME + M, XE + X, YE + Y) and the first column that reaches it; −∞ without <paramref name="end"/>.</returns>
    public static (double Best, int Column) Run(
        ReadOnlySpan<double> profile, double insert, ReadOnlySpan<double> begin, ReadOnlySpan<double> barrier, ReadOnlySpan<double> end, Span<double> d, Span<double> u,
        Span<double> rows, int stride, in PairScores scores, int from, int to, ref PairEdge edge, SimdWidth width)
    {
        fixed (double* p = profile, s = begin, b = barrier, e = end, dp = d, up = u, r = rows)
        fixed (PairEdge* g = &edge)
        {
            PairScores own = scores;
            return width switch
            {
                SimdWidth.Vector512 => Run<Vector512<double>, Lanes512<double>>(p, insert, s, b, e, dp, up, r, stride, &own, from, to, g),
                SimdWidth.Vector256 => Run<Vector256<double>, Lanes256<double>>(p, insert, s, b, e, dp, up, r, stride, &own, from, to, g),
                SimdWidth.Vector128 => Run<Vector128<double>, Lanes128<double>>(p, insert, s, b, e, dp, up, r, stride, &own, from, to, g),
                _ => Reference(p, insert, s, b, e, dp, up, r, stride, &own, from, to, g),
            };
        }
    }

    private static (double, int) Reference(
        double* profile, double insert, double* begin, double* barrier, double* end, double* d, double* u, double* rows, int stride, PairScores* scores, int from, int to, PairEdge* edge)
    {
        (double best, int column) = (No, 0);
        (double diagonal, double incoming) = (edge->Diagonal, edge->Carry);
        for (int j = from; j <= to; j++)
        {
            double m = profile[j] + diagonal, x = insert + u[j], source = begin is null ? m : Math.Max(m, begin[j]);
            double y = incoming + (barrier is null ? 0 : barrier[j]);
            incoming = Math.Max(Math.Max(source + scores->MY, x + scores->XY), y + scores->YY);
            diagonal = d[j];
            d[j] = Math.Max(Math.Max(source + scores->MM, x + scores->XM), y + scores->YM);
            u[j] = Math.Max(Math.Max(source + scores->MX, x + scores->XX), y + scores->YX);
            if (rows is not null) (rows[j], rows[stride + j], rows[2 * stride + j]) = (m, x, y);
            if (end is null) continue;
            double over = Math.Max(Math.Max(m + scores->ME, x + scores->XE), y + scores->YE) + end[j];
            if (over > best) (best, column) = (over, j);
        }

        *edge = new PairEdge(diagonal, incoming);
        return (best, column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double, int) Run<V, L>(
        double* profile, double insertion, double* begin, double* barrier, double* end, double* d, double* u, double* rows, int stride, PairScores* scores, int from, int to, PairEdge* edge)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        // What is called is called before the loop, and its vectors stay in registers.
        double* table = stackalloc double[24];
        int first = from / L.Count * L.Count, behind = to / L.Count * L.Count;
        for (int i = 0; i < L.Count; i++)
        {
            table[i] = i == 0 ? 0 : table[i - 1] + scores->YY;
            table[8 + i] = Inside(first + i, from, to);
            table[16 + i] = Inside(behind + i, from, to);
        }

        V mm = L.Broadcast(scores->MM), xm = L.Broadcast(scores->XM), ym = L.Broadcast(scores->YM), mx = L.Broadcast(scores->MX), xx = L.Broadcast(scores->XX);
        V yx = L.Broadcast(scores->YX), my = L.Broadcast(scores->MY), xy = L.Broadcast(scores->XY), insert = L.Broadcast(insertion), no = L.Broadcast(No);
        V scan1 = L.Broadcast(scores->YY), scan2 = L.Broadcast(2 * scores->YY), scan4 = L.Broadcast(4 * scores->YY), whole = L.Broadcast(L.Count * scores->YY), powers = L.Load(table);
        V best = no, bestAt = L.Zero;
        bool crossing = scores->XY != No || scores->YX != No;
        bool cutFirst = from > first, cutLast = to - behind < L.Count - 1;
        V carry = L.Broadcast(edge->Carry), before = L.Broadcast(edge->Diagonal);        // of the block to the left: this row's Y behind it, the row above's d
        for (int j = first; j <= to; j += L.Count)
        {
            V dv = L.Load(d + j), m = L.Add(L.Load(profile + j), L.ShiftIn(dv, before)), x = L.Add(insert, L.Load(u + j)), source = m;
            before = dv;
            if (begin is not null) source = L.Larger(m, L.Load(begin + j));
            V inside = L.Zero;
            bool cut = j == first && cutFirst || j == behind && cutLast;
            if (cut)
            {
                inside = L.Load(table + (j == first ? 8 : 16));
                (m, x, source) = (L.Add(m, inside), L.Add(x, inside), L.Add(source, inside));
            }

            V z = L.Add(my, source);
            if (crossing) z = L.Larger(z, L.Add(xy, x));
            V y;
            if (barrier is null)
            {
                y = L.ShiftUp(z, 1, no);
                y = L.Larger(y, L.Add(scan1, L.ShiftUp(y, 1, no)));
                if (L.Count > 2) y = L.Larger(y, L.Add(scan2, L.ShiftUp(y, 2, no)));
                if (L.Count > 4) y = L.Larger(y, L.Add(scan4, L.ShiftUp(y, 4, no)));
                V left = L.Add(powers, carry);
                carry = L.Larger(L.BroadcastLast(L.Larger(z, L.Add(scan1, y))), L.Add(carry, whole));
                y = L.Larger(y, left);
            }
            else
            {
                // What a longer step passes over must be free as well.
                V wall1 = L.Load(barrier + j), wall2 = L.Add(wall1, L.ShiftUp(wall1, 1, L.Zero)), wall4 = wall2;
                if (L.Count > 2) wall4 = L.Add(wall2, L.ShiftUp(wall2, 2, L.Zero));
                y = L.Add(wall1, L.ShiftUp(z, 1, carry));
                y = L.Larger(y, L.Add(L.Add(scan1, wall1), L.ShiftUp(y, 1, no)));
                if (L.Count > 2) y = L.Larger(y, L.Add(L.Add(scan2, wall2), L.ShiftUp(y, 2, no)));
                if (L.Count > 4) y = L.Larger(y, L.Add(L.Add(scan4, wall4), L.ShiftUp(y, 4, no)));
                carry = L.BroadcastLast(L.Larger(z, L.Add(scan1, y)));
            }

            if (cut) y = L.Add(y, inside);
            V under = L.Larger(L.Add(mx, source), L.Add(xx, x));
            if (crossing) under = L.Larger(under, L.Add(yx, y));
            L.Store(L.Larger(L.Larger(L.Add(mm, source), L.Add(xm, x)), L.Add(ym, y)), d + j);
            L.Store(under, u + j);
            if (rows is not null)
            {
                L.Store(m, rows + j);
                L.Store(x, rows + stride + j);
                L.Store(y, rows + 2 * stride + j);
            }

            if (end is null) continue;
            V over = L.Larger(L.Larger(L.Add(m, L.Broadcast(scores->ME)), L.Add(x, L.Broadcast(scores->XE))), L.Add(y, L.Broadcast(scores->YE)));
            over = L.Add(over, L.Load(end + j));
            bestAt = L.IfGreater(over, best, L.Broadcast(j), bestAt);
            best = L.Larger(over, best);
        }

        *edge = new PairEdge(L.Last(before), L.Last(carry));
        return end is null ? (No, 0) : First<V, L>(best, bestAt);
    }

    // 0 in the columns of the row, −∞ outside.
    private static double Inside(int j, int from, int to) => j >= from && j <= to ? 0 : No;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double, int) First<V, L>(V best, V block)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        double* values = stackalloc double[8], blocks = stackalloc double[8];
        L.Store(best, values);
        L.Store(block, blocks);
        (double value, int column) = (No, int.MaxValue);
        for (int i = 0; i < L.Count; i++)
        {
            int own = (int)blocks[i] + i;
            if (values[i] > value || values[i] == value && own < column) (value, column) = (values[i], own);
        }

        return (value, column);
    }
}
