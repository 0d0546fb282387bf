using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// What distinguishes softmax, its logarithm and their derivatives: with m = max a (or nothing) and s = Σ term(a, b, m) over a group, each result
/// is y = result(a, b, m, total(s)), where a is the term itself if the rule keeps it.
/// </summary>
internal interface ISoftmaxRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract bool TakesMaximum { get; }

    static abstract bool KeepsTerm { get; }

    /// <summary>True where a result takes the processor longer than its operands take the memory.</summary>
    static abstract bool ResultTakesLong { get; }

    static abstract V Term<V, L>(V a, V b, V max)
        where V : struct
        where L : struct, ILanes<T, V>;

    static abstract V Total<V, L>(V sum)
        where V : struct
        where L : struct, ILanes<T, V>;

    static abstract V Result<V, L>(V a, V b, V max, V total)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>
/// Groups of a softmax: rows of at least one vector of contiguous elements, or columns of a [count, inner] matrix. The result may be exactly one of the
/// operands.
/// </summary>
internal static unsafe class SoftmaxLoops<T, V, L, Rule>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where Rule : struct, ISoftmaxRule<T>
{
    // A block's sum is one sum of its own, so that a long row's error grows with the number of blocks only.
    private const int Block = 4096;

    // Rows whose totals are made together, in vectors; fewer where their elements would leave the first cache.
    private const int RowsTogether = 64, ElementsTogether = 1024;

    /// <summary>y = result over rows of n ≥ L.Count elements each.</summary>
    [SkipLocalsInit]
    public static void Rows(T* a, T* b, T* y, nint rows, nint n)
    {
        T* maxima = stackalloc T[2 * RowsTogether], totals = maxima + RowsTogether;
        nint together = nint.Clamp(ElementsTogether / n, 1, RowsTogether);
        for (nint row = 0; row < rows; row += together)
        {
            nint count = nint.Min(together, rows - row);
            T* s = a + row * n, t = b + row * n, r = y + row * n;
            for (nint k = 0; k < count; k++) totals[k] = Sum(s + k * n, t + k * n, r + k * n, n, out maxima[k]);
            TakeTotals(totals, count);
            for (nint k = 0; k < count; k++) Results((Rule.KeepsTerm ? r : s) + k * n, t + k * n, r + k * n, n, maxima[k], totals[k]);
        }
    }

    /// <summary>Σ term over a row, and its maximum; terms that are kept are in y. The last vector overlaps the one before it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static T Sum(T* a, T* b, T* y, nint n, out T maximum)
    {
        nint last = n - L.Count, whole = n - n % L.Count;
        V lastA = L.Load(a + last), lastB = L.Load(b + last), max = L.Zero;
        maximum = T.Zero;
        if (Rule.TakesMaximum)
        {
            maximum = L.Fold(Maximum(a, n, lastA), default(Operators.LargerNumber<T>));
            max = L.Broadcast(maximum);
        }

        V sum = L.Zero;
        for (nint block = 0; block < whole; block += Block)
        {
            nint end = nint.Min(whole, block + Block), i = block;
            V part = L.Zero;
            for (; i < end; i += L.Count)
            {
                // The terms take the processor longer than the memory: it fetches the next row meanwhile.
                if (Rule.TakesMaximum) Simd.Prefetch(a + n + i, L.Count * sizeof(T));
                if (Rule.KeepsTerm) Simd.Prefetch(y + n + i, L.Count * sizeof(T));
                V term = Rule.Term<V, L>(L.Load(a + i), L.Load(b + i), max);
                if (Rule.KeepsTerm) L.Store(term, y + i);
                part = L.Add(part, term);
            }

            sum = L.Add(sum, part);
        }

        if (whole < n)
        {
            V term = Rule.Term<V, L>(lastA, lastB, max);
            if (Rule.KeepsTerm) L.Store(term, y + last);
            sum = L.Add(sum, L.And(FoldKernel.LanesFrom<T, V, L>(whole - last), term));
        }

        return L.Sum(sum);
    }

    /// <summary>Each sum becomes its total, in whole vectors: the array goes on to a multiple of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TakeTotals(T* sums, nint count)
    {
        for (nint i = 0; i < count; i += L.Count) L.Store(Rule.Total<V, L>(L.Load(sums + i)), sums + i);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Results(T* a, T* b, T* y, nint n, T maximum, T totalOfRow)
    {
        nint last = n - L.Count;
        V max = L.Broadcast(maximum), total = L.Broadcast(totalOfRow);
        V final = Rule.Result<V, L>(L.Load(a + last), L.Load(b + last), max, total);
        for (nint i = 0; i < last; i += L.Count)
        {
            if (Rule.ResultTakesLong)
            {
                Simd.Prefetch(a + n + i, L.Count * sizeof(T));
                Simd.Prefetch(b + n + i, L.Count * sizeof(T));
                Simd.Prefetch(y + n + i, L.Count * sizeof(T));
            }

            L.Store(Rule.Result<V, L>(L.Load(a + i), L.Load(b + i), max, total), y + i);
        }

        L.Store(final, y + last);
    }

    // NaN need not win: its own term is NaN, and so the sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Maximum(T* a, nint n, V last)
    {
        V max0 = last, max1 = last, max2 = last, max3 = last;
        nint i = 0;
        for (; i <= n - 4 * L.Count; i += 4 * L.Count)
        {
            max0 = L.MaxOfNumbers(max0, L.Load(a + i));
            max1 = L.MaxOfNumbers(max1, L.Load(a + i + L.Count));
            max2 = L.MaxOfNumbers(max2, L.Load(a + i + 2 * L.Count));
            max3 = L.MaxOfNumbers(max3, L.Load(a + i + 3 * L.Count));
        }

        for (; i <= n - L.Count; i += L.Count) max0 = L.MaxOfNumbers(max0, L.Load(a + i));
        return L.MaxOfNumbers(L.MaxOfNumbers(max0, max1), L.MaxOfNumbers(max2, max3));
    }

    /// <summary>
    /// The columns from <paramref name="column"/> to <paramref name="end"/> that fill whole vectors, of rows that lie <paramref name="pitch"/> apart; returns
    /// the first that is left. Scratch: two elements a column.
    /// </summary>
    /// <remarks>
    /// Row after row, with the maxima and sums in the cache: rows a power of two apart would fall on the same few cache lines if columns were walked
    /// through one vector after the other.
    /// </remarks>
    public static nint Columns(nint column, nint end, T* a, T* b, T* y, nint count, nint pitch, T* scratch)
    {
        nint width = (end - column) & -L.Count;
        if (width <= 0) return column;
        T* max = scratch, total = scratch + width;
        a += column;
        b += column;
        y += column;
        if (Rule.TakesMaximum) ColumnMaxima(a, max, count, pitch, width);
        ColumnSums(a, b, y, max, total, count, pitch, width);
        TakeTotals(total, width);
        ColumnResults(Rule.KeepsTerm ? y : a, b, y, max, total, count, pitch, width);
        return column + width;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ColumnMaxima(T* a, T* max, nint count, nint pitch, nint width)
    {
        for (nint i = 0; i < width; i += L.Count) L.Store(L.Load(a + i), max + i);
        nint row = 1;
        for (; row <= count - 4; row += 4)
        {
            T* s = a + row * pitch, t = s + pitch, u = t + pitch, v = u + pitch;
            for (nint i = 0; i < width; i += L.Count)
            {
                V left = L.MaxOfNumbers(L.Load(s + i), L.Load(t + i)), right = L.MaxOfNumbers(L.Load(u + i), L.Load(v + i));
                L.Store(L.MaxOfNumbers(L.Load(max + i), L.MaxOfNumbers(left, right)), max + i);
            }
        }

        for (; row < count; row++)
        {
            T* s = a + row * pitch;
            for (nint i = 0; i < width; i += L.Count) L.Store(L.MaxOfNumbers(L.Load(max + i), L.Load(s + i)), max + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ColumnSums(T* a, T* b, T* y, T* max, T* sum, nint count, nint pitch, nint width)
    {
        for (nint i = 0; i < width; i += L.Count) L.Store(L.Zero, sum + i);
        for (nint row = 0; row < count; row++, a += pitch, b += pitch, y += pitch)
        {
            for (nint i = 0; i < width; i += L.Count)
            {
                V term = Rule.Term<V, L>(L.Load(a + i), L.Load(b + i), Rule.TakesMaximum ? L.Load(max + i) : L.Zero);
                if (Rule.KeepsTerm) L.Store(term, y + i);
                L.Store(L.Add(L.Load(sum + i), term), sum + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ColumnResults(T* a, T* b, T* y, T* max, T* total, nint count, nint pitch, nint width)
    {
        for (nint row = 0; row < count; row++, a += pitch, b += pitch, y += pitch)
        {
            for (nint i = 0; i < width; i += L.Count)
                L.Store(Rule.Result<V, L>(L.Load(a + i), L.Load(b + i), Rule.TakesMaximum ? L.Load(max + i) : L.Zero, L.Load(total + i)), y + i);
        }
    }
}
