using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

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

    /// <summary>y = e^(x − max) / Σ e^(x − max).</summary>
    public static void Forward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Forward(Simd.Chosen, outer, count, inner, x, y);

    public static void Forward<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y) new Groups<T, ForwardRule>(variant, outer, count, inner, px, px, py).Run();
    }

    /// <summary>y = x − max − ln Σ e^(x − max).</summary>
    public static void LogForward<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LogForward(Simd.Chosen, outer, count, inner, x, y);

    public static void LogForward<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y) new Groups<T, LogForwardRule>(variant, outer, count, inner, px, px, py).Run();
    }

    /// <summary>y = softmax x: dx = y · (dy − Σ y · dy).</summary>
    public static void Backward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Backward(Simd.Chosen, outer, count, inner, y, dy, dx);

    public static void Backward<T>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y, pdy = dy, pdx = dx) new Groups<T, BackwardRule>(variant, outer, count, inner, py, pdy, pdx).Run();
    }

    /// <summary>y = log softmax x: dx = dy − e^y · Σ dy.</summary>
    public static void LogBackward<T>(int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LogBackward(Simd.Chosen, outer, count, inner, y, dy, dx);

    public static void LogBackward<T>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y, pdy = dy, pdx = dx) new Groups<T, LogBackwardRule>(variant, outer, count, inner, py, pdy, pdx).Run();
    }

    /// <summary>One of the four functions above on one outer group [count, inner]; sums [2 · inner] is scratch.</summary>
    private interface IRule
    {
        static abstract void Apply<T>(in Group<T> g, T* a, T* b, T* y, T* sums)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private readonly struct ForwardRule : IRule
    {
        public static void Apply<T>(in Group<T> g, T* a, T* b, T* y, T* sums)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            g.Fold(a, a, sums, T.NegativeInfinity, default(First<T>), default(Maximum<T>));
            g.Spread(a, sums, y, default(ExpOfDifference<T>));
            g.Fold(y, y, sums, T.Zero, default(First<T>), default(Add<T>));
            g.Spread(y, sums, y, default(Divide<T>));
        }
    }

    private readonly struct LogForwardRule : IRule
    {
        public static void Apply<T>(in Group<T> g, T* a, T* b, T* y, T* sums)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* logs = sums + g.Inner;
            g.Fold(a, a, sums, T.NegativeInfinity, default(First<T>), default(Maximum<T>));
            g.FoldAgainst(a, sums, logs, T.Zero, default(ExpOfDifference<T>), default(Add<T>));
            Elementwise.RunOnThread<T, UnaryAsTernary<T, Log<T>>>(g.Variant, logs, logs, logs, logs, g.Inner, default);
            g.Spread(a, sums, y, default(Subtract<T>));
            g.Spread(y, logs, y, default(Subtract<T>));
        }
    }

    private readonly struct BackwardRule : IRule
    {
        public static void Apply<T>(in Group<T> g, T* a, T* b, T* y, T* sums)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            g.Fold(a, b, sums, T.Zero, default(Multiply<T>), default(Add<T>));
            g.Spread(a, b, sums, y, default(SoftmaxSlope<T>));
        }
    }

    private readonly struct LogBackwardRule : IRule
    {
        public static void Apply<T>(in Group<T> g, T* a, T* b, T* y, T* sums)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            g.Fold(b, b, sums, T.Zero, default(First<T>), default(Add<T>));
            g.Spread(a, b, sums, y, default(LogSoftmaxSlope<T>));
        }
    }

    /// <summary>a · (b − c)</summary>
    private readonly struct SoftmaxSlope<T> : ITernaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, L>(V a, V b, V c)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.Multiply(a, L.Subtract(b, c));
    }

    /// <summary>b − eᵃ · c</summary>
    private readonly struct LogSoftmaxSlope<T> : ITernaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, L>(V a, V b, V c)
            where V : struct
            where L : struct, ILanes<T, V> =>
            L.MultiplyAdd(L.Negate(VectorMath<T, V, L>.Exp(a)), c, b);
    }

    /// <summary>A ternary operator with a fixed third operand.</summary>
    private readonly struct WithThird<T, TOp>(TOp op, T third) : ITernaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, L>(V a, V b, V c)
            where V : struct
            where L : struct, ILanes<T, V> =>
            op.Apply<V, L>(a, b, L.Broadcast(third));
    }

    /// <summary>A [count, inner] matrix: folds its columns to a row, and spreads a row over them.</summary>
    private readonly struct Group<T>(SimdVariant variant, int count, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public SimdVariant Variant => variant;

        public int Inner => inner;

        /// <summary>y[i] = fold over k of term(a[k, i], b[k, i]).</summary>
        public void Fold<TTerm, TFold>(T* a, T* b, T* y, T identity, TTerm term, TFold fold)
            where TTerm : struct, IBinaryOperator<T>
            where TFold : struct, IBinaryOperator<T>
        {
            if (inner == 1) *y = FoldKernel.Row(variant, a, b, count, identity, term, fold);
            else FoldKernel.Columns(variant, a, inner, b, inner, y, count, inner, identity, term, fold);
        }

        /// <summary>y[i] = fold over k of term(a[k, i], b[i]).</summary>
        public void FoldAgainst<TTerm, TFold>(T* a, T* b, T* y, T identity, TTerm term, TFold fold)
            where TTerm : struct, IBinaryOperator<T>
            where TFold : struct, IBinaryOperator<T>
        {
            if (inner == 1) *y = FoldKernel.Row(variant, a, a, count, identity, new Against<T, TTerm>(term, *b), fold);
            else FoldKernel.Columns(variant, a, inner, b, 0, y, count, inner, identity, term, fold);
        }

        /// <summary>y[k, i] = op(a[k, i], b[i]).</summary>
        public void Spread<TOp>(T* a, T* b, T* y, TOp op)
            where TOp : struct, IBinaryOperator<T>
        {
            if (inner == 1)
            {
                Elementwise.RunOnThread<T, BinaryAsTernary<T, Against<T, TOp>>>(variant, a, a, a, y, count, new(new(op, *b)));
                return;
            }

            for (nint k = 0; k < count; k++, a += inner, y += inner)
                Elementwise.RunOnThread<T, BinaryAsTernary<T, TOp>>(variant, a, b, b, y, inner, new(op));
        }

        /// <summary>y[k, i] = op(a[k, i], b[k, i], c[i]).</summary>
        public void Spread<TOp>(T* a, T* b, T* c, T* y, TOp op)
            where TOp : struct, ITernaryOperator<T>
        {
            if (inner == 1)
            {
                Elementwise.RunOnThread(variant, a, b, b, y, count, new WithThird<T, TOp>(op, *c));
                return;
            }

            for (nint k = 0; k < count; k++, a += inner, b += inner, y += inner)
                Elementwise.RunOnThread(variant, a, b, c, y, inner, op);
        }
    }

    private struct Groups<T, TRule>(SimdVariant variant, int outer, int count, int inner, T* a, T* b, T* y) : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRule : struct, IRule
    {
        private int share;

        public void Run()
        {
            nint length = (nint)count * inner;
            if (length == 0 || outer == 0) return;
            share = outer;
            if (length * outer < ParallelLength)
            {
                Run(0);
                return;
            }

            share = (int)nint.Max(1, ChunkLength / length);
            Parallelism.For((outer + share - 1) / share, ref this);
        }

        public readonly void Run(int chunk)
        {
            var group = new Group<T>(variant, count, inner);
            using Scratch<T> sums = Scratch<T>.Rent(2 * inner);
            int end = Math.Min(outer, (chunk + 1) * share);
            for (nint o = (nint)chunk * share; o < end; o++)
            {
                nint start = o * count * inner;
                TRule.Apply(group, a + start, b + start, y + start, sums.Pointer);
            }
        }
    }
}
