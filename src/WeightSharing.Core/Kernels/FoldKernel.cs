using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>
    /// The lanes that count of the last vector of a row of n elements: those that the vectors before it, which it overlaps, do not have, or the first n where it
    /// is the only one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LanesOfLast<T, V, L>(nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V> =>
        n < L.Count ? L.Xor(LanesFrom<T, V, L>(n), LanesFrom<T, V, L>(0)) : LanesFrom<T, V, L>((L.Count - n % L.Count) % L.Count);

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

    /// <summary>
    /// y[k] = fold of a[k · n + i], i = 0 … n − 1, over rows that follow one another, four at a time. One vector may be read beyond the last row, and three
    /// elements are written beyond the last result.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ShortRows<T, V, L, TFold>(T* a, nint rows, nint n, T identity, TFold fold, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where TFold : struct, IBinaryOperator<T>
    {
        nint rest = n % L.Count, last = n - L.Count;
        V fresh = LanesOfLast<T, V, L>(n), none = L.Broadcast(identity);
        for (nint k = 0; k < rows; k += 4)
        {
            T* s = a + k * n, t = a + nint.Min(k + 1, rows - 1) * n, u = a + nint.Min(k + 2, rows - 1) * n, v = a + nint.Min(k + 3, rows - 1) * n;
            V first = L.Load(s), second = L.Load(t), third = L.Load(u), fourth = L.Load(v);
            if (last < 0)
            {
                first = L.Select(fresh, first, none);
                second = L.Select(fresh, second, none);
                third = L.Select(fresh, third, none);
                fourth = L.Select(fresh, fourth, none);
            }
            else
            {
                for (nint i = L.Count; i <= last; i += L.Count)
                {
                    first = fold.Apply<V, L>(first, L.Load(s + i));
                    second = fold.Apply<V, L>(second, L.Load(t + i));
                    third = fold.Apply<V, L>(third, L.Load(u + i));
                    fourth = fold.Apply<V, L>(fourth, L.Load(v + i));
                }

                if (rest > 0)
                {
                    first = fold.Apply<V, L>(first, L.Select(fresh, L.Load(s + last), none));
                    second = fold.Apply<V, L>(second, L.Select(fresh, L.Load(t + last), none));
                    third = fold.Apply<V, L>(third, L.Select(fresh, L.Load(u + last), none));
                    fourth = fold.Apply<V, L>(fourth, L.Select(fresh, L.Load(v + last), none));
                }
            }

            LanesOfFour<T, V, TFold>(first, second, third, fourth, fold, y + k);
        }
    }

    // The lanes of each of four vectors folded, with one transposition for all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LanesOfFour<T, V, TFold>(V a, V b, V c, V d, TFold fold, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where TFold : struct, IBinaryOperator<T>
    {
        if (typeof(V) == typeof(Vector512<T>))
        {
            LanesOfFour<T, Vector256<T>, TFold>(
                Halves(Unsafe.BitCast<V, Vector512<T>>(a), fold), Halves(Unsafe.BitCast<V, Vector512<T>>(b), fold),
                Halves(Unsafe.BitCast<V, Vector512<T>>(c), fold), Halves(Unsafe.BitCast<V, Vector512<T>>(d), fold), fold, y);
            return;
        }

        if (typeof(V) == typeof(Vector256<T>))
        {
            LanesOfFour<T, Vector128<T>, TFold>(
                Halves(Unsafe.BitCast<V, Vector256<T>>(a), fold), Halves(Unsafe.BitCast<V, Vector256<T>>(b), fold),
                Halves(Unsafe.BitCast<V, Vector256<T>>(c), fold), Halves(Unsafe.BitCast<V, Vector256<T>>(d), fold), fold, y);
            return;
        }

        Vector128<T> a128 = Unsafe.BitCast<V, Vector128<T>>(a), b128 = Unsafe.BitCast<V, Vector128<T>>(b);
        Vector128<T> c128 = Unsafe.BitCast<V, Vector128<T>>(c), d128 = Unsafe.BitCast<V, Vector128<T>>(d);
        if (typeof(T) == typeof(double))
        {
            Pair(a128, b128, fold).Store(y);
            Pair(c128, d128, fold).Store(y + 2);
            return;
        }

        // a₀₂ b₀₂ a₁₃ b₁₃ and c₀₂ d₀₂ c₁₃ d₁₃, then in halves.
        Vector128<double> left = Pair(a128, b128, fold).AsDouble(), right = Pair(c128, d128, fold).AsDouble();
        fold.Apply<Vector128<T>, Lanes128<T>>(Low(left, right).As<double, T>(), High(left, right).As<double, T>()).Store(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Halves<T, TFold>(Vector512<T> a, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IBinaryOperator<T> =>
        fold.Apply<Vector256<T>, Lanes256<T>>(a.GetLower(), a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Halves<T, TFold>(Vector256<T> a, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IBinaryOperator<T> =>
        fold.Apply<Vector128<T>, Lanes128<T>>(a.GetLower(), a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Pair<T, TFold>(Vector128<T> a, Vector128<T> b, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IBinaryOperator<T> =>
        fold.Apply<Vector128<T>, Lanes128<T>>(Low(a, b), High(a, b));

    // a₀ b₀ (a₁ b₁) and the other half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Low<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            if (Sse.IsSupported) return Sse.UnpackLow(a.AsSingle(), b.AsSingle()).As<float, T>();
            return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsSingle(), b.AsSingle()).As<float, T>() : Vector128.Create(a.AsSingle()[0], b.AsSingle()[0], a.AsSingle()[1], b.AsSingle()[1]).As<float, T>();
        }

        if (Sse2.IsSupported) return Sse2.UnpackLow(a.AsDouble(), b.AsDouble()).As<double, T>();
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsDouble(), b.AsDouble()).As<double, T>() : Vector128.Create(a.AsDouble()[0], b.AsDouble()[0]).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> High<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            if (Sse.IsSupported) return Sse.UnpackHigh(a.AsSingle(), b.AsSingle()).As<float, T>();
            return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsSingle(), b.AsSingle()).As<float, T>() : Vector128.Create(a.AsSingle()[2], b.AsSingle()[2], a.AsSingle()[3], b.AsSingle()[3]).As<float, T>();
        }

        if (Sse2.IsSupported) return Sse2.UnpackHigh(a.AsDouble(), b.AsDouble()).As<double, T>();
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsDouble(), b.AsDouble()).As<double, T>() : Vector128.Create(a.AsDouble()[1], b.AsDouble()[1]).As<double, T>();
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
