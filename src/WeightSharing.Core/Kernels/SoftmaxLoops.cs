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
/// One group of a softmax: a row of at least one vector of contiguous elements, or strips of columns of a [count, inner] matrix. The result may
/// be exactly one of the operands.
/// </summary>
internal static unsafe class SoftmaxLoops<T, V, L, Rule>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where Rule : struct, ISoftmaxRule<T>
{
    // A block's sum is one sum of its own, so that a long row's error grows with the number of blocks only.
    private const int Block = 4096;

    /// <summary>y = result over a row of n ≥ L.Count elements; the last vector overlaps the one before it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Row(T* a, T* b, T* y, nint n)
    {
        nint last = n - L.Count, whole = n - n % L.Count;
        V lastA = L.Load(a + last), lastB = L.Load(b + last), max = L.Zero;
        if (Rule.TakesMaximum) max = L.Broadcast(L.Fold(Maximum(a, n, lastA), default(Operators.Maximum<T>)));

        V sum = L.Zero;
        for (nint block = 0; block < whole; block += Block)
        {
            nint end = nint.Min(whole, block + Block), i = block;
            V part = L.Zero;
            for (; i < end; i += L.Count)
            {
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

        V total = Rule.Total<V, L>(L.Broadcast(L.Sum(sum)));
        T* source = Rule.KeepsTerm ? y : a;
        if (Rule.KeepsTerm) lastA = L.Load(y + last);
        V final = Rule.Result<V, L>(lastA, lastB, max, total);
        for (nint i = 0; i < last; i += L.Count) L.Store(Rule.Result<V, L>(L.Load(source + i), L.Load(b + i), max, total), y + i);
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
    /// The columns from <paramref name="column"/> on that fill whole vectors; returns the first that is left. Where a maximum is taken, a strip
    /// is copied to scratch [count · 4 · L.Count] once and stays in the cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static nint Columns(nint column, T* a, T* b, T* y, nint count, nint inner, T* scratch)
    {
        for (; column + 4 * L.Count <= inner; column += 4 * L.Count) Strip<N4>(a + column, b + column, y + column, count, inner, scratch);
        for (; column + L.Count <= inner; column += L.Count) Strip<N1>(a + column, b + column, y + column, count, inner, scratch);
        return column;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Strip<Vectors>(T* a, T* b, T* y, nint count, nint inner, T* scratch)
        where Vectors : struct, IConstant
    {
        T* extremes = stackalloc T[Vectors.Value * L.Count];
        nint width = Vectors.Value * L.Count;
        if (Rule.TakesMaximum)
        {
            V max0 = L.Load(a), max1 = max0, max2 = max0, max3 = max0;
            if (Vectors.Value > 1) (max1, max2, max3) = (L.Load(a + L.Count), L.Load(a + 2 * L.Count), L.Load(a + 3 * L.Count));
            T* source = a, copy = scratch;
            for (nint k = 0; k < count; k++, copy += width, source += inner)
            {
                Take(source, copy, ref max0);
                if (Vectors.Value == 1) continue;
                Take(source + L.Count, copy + L.Count, ref max1);
                Take(source + 2 * L.Count, copy + 2 * L.Count, ref max2);
                Take(source + 3 * L.Count, copy + 3 * L.Count, ref max3);
            }

            L.Store(max0, extremes);
            if (Vectors.Value > 1)
            {
                L.Store(max1, extremes + L.Count);
                L.Store(max2, extremes + 2 * L.Count);
                L.Store(max3, extremes + 3 * L.Count);
            }
        }

        // One text of the term and the result for all vectors: more than that the compiler would call instead of inlining.
        nint step = Rule.TakesMaximum ? width : inner;
        for (nint at = 0; at < width; at += L.Count)
        {
            V max = Rule.TakesMaximum ? L.Load(extremes + at) : L.Zero, sum = L.Zero;
            T* start = (Rule.TakesMaximum ? scratch : a) + at, from = start, second = b + at, target = y + at;
            for (nint k = 0; k < count; k++, from += step, second += inner)
            {
                V term = Rule.Term<V, L>(L.Load(from), L.Load(second), max);
                if (Rule.KeepsTerm) L.Store(term, from);
                sum = L.Add(sum, term);
            }

            V total = Rule.Total<V, L>(sum);
            from = start;
            second = b + at;
            for (nint k = 0; k < count; k++, from += step, second += inner, target += inner)
                L.Store(Rule.Result<V, L>(L.Load(from), L.Load(second), max, total), target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(T* source, T* copy, ref V max)
    {
        V value = L.Load(source);
        L.Store(value, copy);
        max = L.MaxOfNumbers(max, value);
    }
}
