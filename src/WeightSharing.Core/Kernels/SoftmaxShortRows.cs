using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Groups of a softmax that are short contiguous rows, a tile of them at a time; their folds take four rows together.</summary>
/// <remarks>The result may be exactly one of the operands. A row's bits do not depend on its place.</remarks>
internal static unsafe class SoftmaxShortRows<T, V, L, Rule>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
    where Rule : struct, ISoftmaxRule<T>
{
    /// <summary>The longest row. Without exponentials, which hide the work on whole tiles, longer ones are faster row by row.</summary>
    public static int LongestRow => Rule.TakesMaximum ? 64 : 32;

    /// <summary>
    /// y = result over rows of n elements, of operands that go on for <paramref name="following"/> elements after them; or, where y is null, the rows' maxima
    /// and sums.
    /// </summary>
    public static void Run(T* a, T* b, T* y, nint rows, nint n, nint following, T* maxima, T* sums)
    {
        const int capacity = ShortRows<T, V, L>.Capacity, most = ShortRows<T, V, L>.RowsTogether;
        using Scratch<T> scratch = Scratch<T>.Rent(5 * capacity + 2 * most);
        T* terms = scratch.Pointer, spreadMax = terms + capacity, spreadTotal = spreadMax + capacity, copyA = spreadTotal + capacity, copyB = copyA + capacity;
        T* max = copyB + capacity, total = max + most;
        nint together = ShortRows<T, V, L>.Together(n);
        for (nint row = 0; row < rows; row += together)
        {
            nint count = nint.Min(together, rows - row), length = count * n;
            T* s = a + row * n, t = b + row * n, r = y == null ? s : y + row * n;
            bool copies = ShortRows<T, V, L>.NeedsCopies(count, rows - row, n, following);
            if (copies)
            {
                ShortRows<T, V, L>.Copy(s, copyA, length);
                ShortRows<T, V, L>.Copy(t, copyB, length);
                s = r = copyA;
                t = copyB;
            }

            if (Rule.TakesMaximum)
            {
                FoldKernel.ShortRows<T, V, L, Operators.LargerNumber<T>>(s, count, n, T.NegativeInfinity, default, max);
                ShortRows<T, V, L>.Spread(max, count, n, spreadMax);
            }

            Terms(s, t, spreadMax, r, length, terms);
            FoldKernel.ShortRows<T, V, L, Operators.Add<T>>(terms, count, n, T.Zero, default, total);
            if (y == null)
            {
                ShortRows<T, V, L>.Copy(max, maxima + row, count);
                ShortRows<T, V, L>.Copy(total, sums + row, count);
                continue;
            }

            for (nint k = 0; k < count; k += L.Count) L.Store(Rule.Total<V, L>(L.Load(total + k)), total + k);
            ShortRows<T, V, L>.Spread(total, count, n, spreadTotal);
            Results(Rule.KeepsTerm ? terms : s, t, spreadMax, spreadTotal, length, r);
            if (copies) ShortRows<T, V, L>.Copy(copyA, y + row * n, length);
        }
    }

    // While the processor is busy with exponentials, the memory fetches the next tile, and where its results go.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Terms(T* a, T* b, T* max, T* result, nint length, T* y)
    {
        for (nint i = 0; i < length; i += L.Count)
        {
            if (Rule.TakesMaximum)
            {
                Simd.Prefetch(a + length + i, L.Count * sizeof(T));
                Simd.Prefetch(result + length + i, L.Count * sizeof(T));
            }

            L.Store(Rule.Term<V, L>(L.Load(a + i), L.Load(b + i), Rule.TakesMaximum ? L.Load(max + i) : L.Zero), y + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Results(T* a, T* b, T* max, T* total, nint length, T* y)
    {
        for (nint i = 0; i < length; i += L.Count)
            L.Store(Rule.Result<V, L>(L.Load(a + i), L.Load(b + i), Rule.TakesMaximum ? L.Load(max + i) : L.Zero, L.Load(total + i)), y + i);
    }
}
