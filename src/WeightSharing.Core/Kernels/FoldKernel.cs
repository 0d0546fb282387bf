using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// The one loop of all reductions: folds term(a, b) over a contiguous row, or over the rows of a matrix for each of its columns.
/// </summary>
/// <remarks>
/// The tree depends on the length (and on the width of the vectors) alone: four vectors side by side within a block, blocks in pairs. So
/// a sum's
/// error grows with the logarithm of the length, and its bits do not depend on threads.
/// </remarks>
internal static unsafe class FoldKernel
{
    /// <summary>Elements of a block of a row: its four vectors, or the single element of the reference, take few terms each.</summary>
    private const int VectorRowBlock = 2048, ScalarRowBlock = 16;

    /// <summary>Rows that one accumulator of a column takes.</summary>
    private const int ColumnBlock = 64;

    /// <summary>64 clear bytes, then 64 set: a vector read k elements before the middle has its first k lanes clear.</summary>
    private static ReadOnlySpan<ulong> MaskTable =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue,
        ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue,
    ];

    /// <summary>A mask whose lanes from <paramref name="first"/> on are set, first at most L.Count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LanesFrom<T, V, L>(nint first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Load((T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(MaskTable)) + 64 / sizeof(T) - first);

    /// <summary>fold of term(a[i], b[i]), i = 0 … n − 1; the identity for n = 0.</summary>
    public static T Row<T, TTerm, TFold>(SimdVariant variant, T* a, T* b, nint n, T identity, TTerm term, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        nint block = variant == SimdVariant.Reference || !Simd.HasVectorsOf<T>() ? ScalarRowBlock : VectorRowBlock;
        if (n > block)
        {
            nint half = (n / 2 + block - 1) / block * block;
            T left = Row(variant, a, b, half, identity, term, fold);
            return fold.Apply<T, ScalarLanes<T>>(left, Row(variant, a + half, b + half, n - half, identity, term, fold));
        }

        if (Simd.HasVectorsOf<T>())
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && n >= Vector512<T>.Count)
                return RowBlockOf<T, Vector512<T>, Lanes512<T>, TTerm, TFold>(a, b, n, identity, term, fold);
            if (Simd.Has256 && variant >= SimdVariant.Vector256 && n >= Vector256<T>.Count)
                return RowBlockOf<T, Vector256<T>, Lanes256<T>, TTerm, TFold>(a, b, n, identity, term, fold);
            if (variant >= SimdVariant.Vector128 && n >= Vector128<T>.Count)
                return RowBlockOf<T, Vector128<T>, Lanes128<T>, TTerm, TFold>(a, b, n, identity, term, fold);
        }

        T result = identity;
        for (nint i = 0; i < n; i++) result = fold.Apply<T, ScalarLanes<T>>(result, term.Apply<T, ScalarLanes<T>>(a[i], b[i]));
        return result;
    }

    /// <summary>y[i] = fold over k of term(a[k · aStep + i], b[k · bStep + i]), i = 0 … columns − 1.</summary>
    public static void Columns<T, TTerm, TFold>(
        SimdVariant variant, T* a, nint aStep, T* b, nint bStep, T* y, nint rows, nint columns, T identity, TTerm term, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        if (Simd.HasVectorsOf<T>())
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512 && columns >= Vector512<T>.Count)
            {
                ColumnStrips<T, Vector512<T>, Lanes512<T>, TTerm, TFold>(a, aStep, b, bStep, y, rows, columns, identity, term, fold);
                return;
            }

            if (Simd.Has256 && variant >= SimdVariant.Vector256 && columns >= Vector256<T>.Count)
            {
                ColumnStrips<T, Vector256<T>, Lanes256<T>, TTerm, TFold>(a, aStep, b, bStep, y, rows, columns, identity, term, fold);
                return;
            }

            if (variant >= SimdVariant.Vector128 && columns >= Vector128<T>.Count)
            {
                ColumnStrips<T, Vector128<T>, Lanes128<T>, TTerm, TFold>(a, aStep, b, bStep, y, rows, columns, identity, term, fold);
                return;
            }
        }

        ColumnStrips<T, T, ScalarLanes<T>, TTerm, TFold>(a, aStep, b, bStep, y, rows, columns, identity, term, fold);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static T RowBlockOf<T, V, L, TTerm, TFold>(T* a, T* b, nint n, T identity, TTerm term, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        V none = L.Broadcast(identity);
        // Apart, so that a program of short rows does not wait for its compilation: a term may be an exponential, and there are four.
        nint i = n - n % (4 * L.Count);
        V sum0 = i > 0 ? FourVectors<T, V, L, TTerm, TFold>(a, b, i, none, term, fold) : none;

        // The rest in whole vectors: the last one overlaps its predecessor, whose lanes count as the identity.
        while (i < n)
        {
            nint at = nint.Min(i, n - L.Count);
            V fresh = LanesFrom<T, V, L>(i - at);
            V value = term.Apply<V, L>(L.Load(a + at), L.Load(b + at));
            sum0 = fold.Apply<V, L>(sum0, L.Select(fresh, value, none));
            i = at + L.Count;
        }

        return L.Fold(sum0, fold);
    }

    // The lanes' folds over n elements, whole fours of vectors: as many chains, so that none waits for the one before.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static V FourVectors<T, V, L, TTerm, TFold>(T* a, T* b, nint n, V none, TTerm term, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        V sum0 = none, sum1 = none, sum2 = none, sum3 = none;
        for (nint i = 0; i < n; i += 4 * L.Count)
        {
            nint i1 = i + L.Count, i2 = i + 2 * L.Count, i3 = i + 3 * L.Count;
            sum0 = fold.Apply<V, L>(sum0, term.Apply<V, L>(L.Load(a + i), L.Load(b + i)));
            sum1 = fold.Apply<V, L>(sum1, term.Apply<V, L>(L.Load(a + i1), L.Load(b + i1)));
            sum2 = fold.Apply<V, L>(sum2, term.Apply<V, L>(L.Load(a + i2), L.Load(b + i2)));
            sum3 = fold.Apply<V, L>(sum3, term.Apply<V, L>(L.Load(a + i3), L.Load(b + i3)));
        }

        return fold.Apply<V, L>(fold.Apply<V, L>(sum0, sum1), fold.Apply<V, L>(sum2, sum3));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ColumnStrips<T, V, L, TTerm, TFold>(
        T* a, nint aStep, T* b, nint bStep, T* y, nint rows, nint columns, T identity, TTerm term, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        V none = L.Broadcast(identity);
        nint column = 0;
        for (; column <= columns - 4 * L.Count; column += 4 * L.Count)
        {
            V sum0 = none, sum1 = none, sum2 = none, sum3 = none;
            for (nint block = 0; block < rows; block += ColumnBlock)
            {
                V part0 = none, part1 = none, part2 = none, part3 = none;
                nint end = nint.Min(rows, block + ColumnBlock);
                T* s = a + block * aStep + column, t = b + block * bStep + column;
                for (nint row = block; row < end; row++, s += aStep, t += bStep)
                {
                    part0 = fold.Apply<V, L>(part0, term.Apply<V, L>(L.Load(s), L.Load(t)));
                    part1 = fold.Apply<V, L>(part1, term.Apply<V, L>(L.Load(s + L.Count), L.Load(t + L.Count)));
                    part2 = fold.Apply<V, L>(part2, term.Apply<V, L>(L.Load(s + 2 * L.Count), L.Load(t + 2 * L.Count)));
                    part3 = fold.Apply<V, L>(part3, term.Apply<V, L>(L.Load(s + 3 * L.Count), L.Load(t + 3 * L.Count)));
                }

                sum0 = fold.Apply<V, L>(sum0, part0);
                sum1 = fold.Apply<V, L>(sum1, part1);
                sum2 = fold.Apply<V, L>(sum2, part2);
                sum3 = fold.Apply<V, L>(sum3, part3);
            }

            L.Store(sum0, y + column);
            L.Store(sum1, y + column + L.Count);
            L.Store(sum2, y + column + 2 * L.Count);
            L.Store(sum3, y + column + 3 * L.Count);
        }

        // One vector at a time; the last one overlaps its predecessor and computes those columns again.
        while (column < columns)
        {
            column = nint.Min(column, columns - L.Count);
            V sum = none;
            for (nint block = 0; block < rows; block += ColumnBlock)
            {
                V part = none;
                nint end = nint.Min(rows, block + ColumnBlock);
                T* s = a + block * aStep + column, t = b + block * bStep + column;
                for (nint row = block; row < end; row++, s += aStep, t += bStep)
                    part = fold.Apply<V, L>(part, term.Apply<V, L>(L.Load(s), L.Load(t)));
                sum = fold.Apply<V, L>(sum, part);
            }

            L.Store(sum, y + column);
            column += L.Count;
        }
    }
}
