using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// Softmax and its logarithm over the middle of dense [outer, count, inner] views, and their derivatives; overwrites the result, which
/// may be
/// exactly one of the inputs.
/// </summary>
/// <remarks>A group that holds NaN or +∞, or nothing but −∞, becomes NaN. Outer groups are shared between threads.</remarks>
internal static unsafe class Softmax
{
    private const int ParallelLength = 1 << 15, ChunkLength = 1 << 13;

    /// <summary>Elements of a strip of columns, and the columns at least.</summary>
    private const int StripLength = 1 << 15, StripColumns = 64;

    /// <summary>y = e^(x − max) / Σ e^(x − max).</summary>
    public static void Forward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Forward(Simd.Chosen, outer, count, inner, x, y);

    public static void Forward<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y) new Groups<T, ForwardRule<T>>(variant, outer, count, inner, px, px, py).Run();
    }

    /// <summary>y = x − max − ln Σ e^(x − max).</summary>
    public static void LogForward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LogForward(Simd.Chosen, outer, count, inner, x, y);

    public static void LogForward<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LogTables.Prepare();
        fixed (T* px = x, py = y) new Groups<T, LogForwardRule<T>>(variant, outer, count, inner, px, px, py).Run();
    }

    /// <summary>y = softmax x: dx = y · (dy − Σ y · dy).</summary>
    public static void Backward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Backward(Simd.Chosen, outer, count, inner, y, dy, dx);

    public static void Backward<T>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y, pdy = dy, pdx = dx) new Groups<T, BackwardRule<T>>(variant, outer, count, inner, py, pdy, pdx).Run();
    }

    /// <summary>y = log softmax x: dx = dy − e^y · Σ dy.</summary>
    public static void LogBackward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LogBackward(Simd.Chosen, outer, count, inner, y, dy, dx);

    public static void LogBackward<T>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y, pdy = dy, pdx = dx) new Groups<T, LogBackwardRule<T>>(variant, outer, count, inner, py, pdy, pdx).Run();
    }

    /// <summary>
    /// Of rows of n elements that go on for <paramref name="following"/> elements after them: the maxima, and Σ e^(x − max). False, and nothing done, where the
    /// rows are not short.
    /// </summary>
    public static bool TakeSumsOfShortRows<T>(SimdVariant variant, T* x, nint rows, nint n, nint following, T* max, T* sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!AreShort<T>(variant, n)) return false;
        if (Simd.Has512 && variant == SimdVariant.Vector512)
            SoftmaxShortRows<T, Vector512<T>, Lanes512<T>, LogForwardRule<T>>.Run(x, x, null, rows, n, following, max, sums);
        else if (Simd.Has256 && variant == SimdVariant.Vector256)
            SoftmaxShortRows<T, Vector256<T>, Lanes256<T>, LogForwardRule<T>>.Run(x, x, null, rows, n, following, max, sums);
        else
            SoftmaxShortRows<T, Vector128<T>, Lanes128<T>, LogForwardRule<T>>.Run(x, x, null, rows, n, following, max, sums);
        return true;
    }

    /// <summary>y = scale · e^(x − max − logarithm) of such rows, with one maximum, logarithm and scale a row. False, and nothing done, where they are not short.</summary>
    public static bool WriteProbabilitiesOfShortRows<T>(
        SimdVariant variant, T* x, T* max, T* logarithm, T* scale, T* y, nint rows, nint n, nint following)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!AreShort<T>(variant, n)) return false;
        if (Simd.Has512 && variant == SimdVariant.Vector512)
            ShortRows<T, Vector512<T>, Lanes512<T>>.Probabilities(x, max, logarithm, scale, y, rows, n, following);
        else if (Simd.Has256 && variant == SimdVariant.Vector256)
            ShortRows<T, Vector256<T>, Lanes256<T>>.Probabilities(x, max, logarithm, scale, y, rows, n, following);
        else
            ShortRows<T, Vector128<T>, Lanes128<T>>.Probabilities(x, max, logarithm, scale, y, rows, n, following);
        return true;
    }

    private static bool AreShort<T>(SimdVariant variant, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Simd.HasVectorsOf<T>() && variant != SimdVariant.Reference && n > 0 && n <= SoftmaxShortRows<T, Vector128<T>, Lanes128<T>, LogForwardRule<T>>.LongestRow;

    private readonly struct ForwardRule<T> : ISoftmaxRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool TakesMaximum => true;

        public static bool KeepsTerm => true;

        public static bool ResultTakesLong => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Term<V, L>(V a, V b, V max)
            where V : struct
            where L : struct, ILanes<T, V> =>
            VectorMath<T, V, L>.Exp(L.Subtract(a, max));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Total<V, L>(V sum)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Divide(L.Broadcast(T.One), sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Result<V, L>(V a, V b, V max, V total)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Multiply(a, total);
    }

    private readonly struct LogForwardRule<T> : ISoftmaxRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool TakesMaximum => true;

        public static bool KeepsTerm => false;

        public static bool ResultTakesLong => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Term<V, L>(V a, V b, V max)
            where V : struct
            where L : struct, ILanes<T, V> =>
            VectorMath<T, V, L>.Exp(L.Subtract(a, max));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Total<V, L>(V sum)
            where V : struct
            where L : struct, ILanes<T, V> =>
            VectorMath<T, V, L>.Log(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Result<V, L>(V a, V b, V max, V total)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Subtract(L.Subtract(a, max), total);
    }

    private readonly struct BackwardRule<T> : ISoftmaxRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool TakesMaximum => false;

        public static bool KeepsTerm => false;

        public static bool ResultTakesLong => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Term<V, L>(V a, V b, V max)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Multiply(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Total<V, L>(V sum)
            where V : struct
            where L : struct, ILanes<T, V> =>
            sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Result<V, L>(V a, V b, V max, V total)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Multiply(a, L.Subtract(b, total));
    }

    private readonly struct LogBackwardRule<T> : ISoftmaxRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static bool TakesMaximum => false;

        public static bool KeepsTerm => false;

        public static bool ResultTakesLong => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Term<V, L>(V a, V b, V max)
            where V : struct
            where L : struct, ILanes<T, V> =>
            b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Total<V, L>(V sum)
            where V : struct
            where L : struct, ILanes<T, V> =>
            sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Result<V, L>(V a, V b, V max, V total)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.MultiplyAdd(L.Negate(VectorMath<T, V, L>.Exp(a)), total, b);
    }

    private struct Groups<T, TRule>(SimdVariant variant, int outer, int count, int inner, T* a, T* b, T* y) : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRule : struct, ISoftmaxRule<T>
    {
        private int share, strips, stripWidth;

        public void Run()
        {
            nint length = (nint)count * inner;
            if (length == 0 || outer == 0) return;
            // Columns are cut into strips that stay in the second cache; a vector of any width fits into each but the last.
            stripWidth = inner == 1 ? 1 : (int)Math.Min(inner, Math.Max(StripColumns, StripLength / count / StripColumns * StripColumns));
            strips = (inner + stripWidth - 1) / stripWidth;
            int units = outer * strips;
            share = units;
            if (length * outer < ParallelLength)
            {
                Run(0);
                return;
            }

            share = (int)nint.Max(1, ChunkLength / ((nint)count * stripWidth));
            Parallelism.For((units + share - 1) / share, ref this);
        }

        public readonly void Run(int chunk)
        {
            int first = chunk * share, end = Math.Min(outer * strips, first + share);
            if (inner == 1)
            {
                nint start = (nint)first * count;
                Rows(a + start, b + start, y + start, end - first, (nint)(outer - end) * count);
                return;
            }

            using Scratch<T> scratch = Scratch<T>.Rent(2L * stripWidth);
            for (int unit = first; unit < end; unit++)
            {
                nint start = (nint)(unit / strips) * count * inner, column = (nint)(unit % strips) * stripWidth;
                Columns(column, nint.Min(inner, column + stripWidth), a + start, b + start, y + start, scratch.Pointer);
            }
        }

        private readonly void Rows(T* s, T* t, T* r, nint rows, nint following)
        {
            if (!Simd.HasVectorsOf<T>() || variant == SimdVariant.Reference)
                SoftmaxLoops<T, T, ScalarLanes<T>, TRule>.Rows(s, t, r, rows, count);
            else if (Simd.Has512 && variant == SimdVariant.Vector512)
                Rows<Vector512<T>, Lanes512<T>>(s, t, r, rows, following);
            else if (Simd.Has256 && variant == SimdVariant.Vector256)
                Rows<Vector256<T>, Lanes256<T>>(s, t, r, rows, following);
            else
                Rows<Vector128<T>, Lanes128<T>>(s, t, r, rows, following);
        }

        private readonly void Rows<V, L>(T* s, T* t, T* r, nint rows, nint following)
            where V : struct
            where L : struct, ILanes<T, V>
        {
            if (count > SoftmaxShortRows<T, V, L, TRule>.LongestRow) SoftmaxLoops<T, V, L, TRule>.Rows(s, t, r, rows, count);
            else SoftmaxShortRows<T, V, L, TRule>.Run(s, t, r, rows, count, following, null, null);
        }

        private readonly void Columns(nint column, nint end, T* s, T* t, T* r, T* scratch)
        {
            if (Simd.HasVectorsOf<T>())
            {
                if (Simd.Has512 && variant == SimdVariant.Vector512)
                    column = SoftmaxLoops<T, Vector512<T>, Lanes512<T>, TRule>.Columns(column, end, s, t, r, count, inner, scratch);
                if (Simd.Has256 && variant >= SimdVariant.Vector256)
                    column = SoftmaxLoops<T, Vector256<T>, Lanes256<T>, TRule>.Columns(column, end, s, t, r, count, inner, scratch);
                if (variant >= SimdVariant.Vector128)
                    column = SoftmaxLoops<T, Vector128<T>, Lanes128<T>, TRule>.Columns(column, end, s, t, r, count, inner, scratch);
            }

            SoftmaxLoops<T, T, ScalarLanes<T>, TRule>.Columns(column, end, s, t, r, count, inner, scratch);
        }
    }
}
