using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Reductions over the middle of a dense view: x [outer, count, inner] → y [outer, inner]; overwrites y, which must not overlap x.
/// </summary>
/// <remarks>
/// An empty middle gives the neutral element: 0 for sums, 1 for products, ∓∞ for Max and Min (index −1) and −∞ for LogSumExp.
/// NaN wins in Max and Min; indices name the first extremal element, or the first NaN. Groups and, in one long row, parts are shared
/// between threads.
/// </remarks>
internal static unsafe class Reduction
{
    /// <summary>Elements from which on the work is shared between threads, and elements of a chunk.</summary>
    private const int ParallelLength = 1 << 17, ChunkLength = 1 << 15;

    public static void Sum<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Sum(Simd.Chosen, outer, count, inner, x, y);

    public static void Sum<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fold(variant, outer, count, inner, x, y, T.Zero, default(Add<T>));

    public static void Product<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Product(Simd.Chosen, outer, count, inner, x, y);

    public static void Product<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fold(variant, outer, count, inner, x, y, T.One, default(Multiply<T>));

    public static void Max<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Max(Simd.Chosen, outer, count, inner, x, y, []);

    /// <summary>Also the position along the middle of the first extremal element; <paramref name="indices"/> may be empty.</summary>
    public static void Max<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Max(Simd.Chosen, outer, count, inner, x, y, indices);

    public static void Max<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Fold(variant, outer, count, inner, x, y, T.NegativeInfinity, default(Maximum<T>));
        if (!indices.IsEmpty) FirstEqual(outer, count, inner, x, y, indices);
    }

    public static void Min<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Min(Simd.Chosen, outer, count, inner, x, y, []);

    /// <summary>Also the position along the middle of the first extremal element; <paramref name="indices"/> may be empty.</summary>
    public static void Min<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Min(Simd.Chosen, outer, count, inner, x, y, indices);

    public static void Min<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Fold(variant, outer, count, inner, x, y, T.PositiveInfinity, default(Minimum<T>));
        if (!indices.IsEmpty) FirstEqual(outer, count, inner, x, y, indices);
    }

    /// <summary>y = ln Σ eˣ, with the maximum taken out so that nothing overflows.</summary>
    public static void LogSumExp<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LogSumExp(Simd.Chosen, outer, count, inner, x, y);

    public static void LogSumExp<T>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int groups = outer * inner;
        if (groups == 0) return;
        using Scratch<T> scratch = Scratch<T>.Rent(groups);
        var max = new Span<T>(scratch.Pointer, groups);
        Max(variant, outer, count, inner, x, max, []);
        fixed (T* px = x, pm = max, py = y)
            new Groups<T, ExpOfDifference<T>, Add<T>>(variant, outer, count, inner, px, pm, py, isPerElement: false, T.Zero, default, default)
                .Run();

        // Where the maximum is infinite the differences are not numbers, and the maximum is the answer.
        Elementwise.Map<T, Log<T>>(variant, y[..groups], y, default);
        for (int i = 0; i < groups; i++) y[i] = T.IsInfinity(max[i]) ? max[i] : max[i] + y[i];
    }

    /// <summary>y = Σ (x − mean)²: the second pass of a variance; mean [outer, inner].</summary>
    public static void SquaredDeviation<T>(int outer, int count, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SquaredDeviation(Simd.Chosen, outer, count, inner, x, mean, y);

    public static void SquaredDeviation<T>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, pm = mean, py = y)
            new Groups<T, SquaredDifference<T>, Add<T>>(variant, outer, count, inner, px, pm, py, isPerElement: false, T.Zero, default, default)
                .Run();
    }

    /// <summary>y = Σ (a − b)², both laid out as x.</summary>
    public static void SquaredError<T>(int outer, int count, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        OfPairs<T, SquaredDifference<T>>(Simd.Chosen, outer, count, inner, a, b, y);

    /// <summary>y = −Σ q · log, where a weight q of zero counts for nothing even if its logarithm is −∞.</summary>
    public static void CrossEntropy<T>(int outer, int count, int inner, ReadOnlySpan<T> q, ReadOnlySpan<T> log, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        OfPairs<T, NegatedProductOrZero<T>>(Simd.Chosen, outer, count, inner, q, log, y);

    private static void OfPairs<T, TTerm>(SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerm : struct, IBinaryOperator<T>
    {
        fixed (T* pa = a, pb = b, py = y)
            new Groups<T, TTerm, Add<T>>(variant, outer, count, inner, pa, pb, py, isPerElement: true, T.Zero, default, default).Run();
    }

    /// <summary>Σ a · b over spans of equal length.</summary>
    public static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Dot(Simd.Chosen, a, b);

    public static T Dot<T>(SimdVariant variant, ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (b.Length < a.Length) throw new ArgumentException($"Reduction.Dot: lengths differ: {a.Length} and {b.Length}.");
        T result = T.Zero;
        fixed (T* pa = a, pb = b)
            new Groups<T, Multiply<T>, Add<T>>(variant, 1, a.Length, 1, pa, pb, &result, isPerElement: true, T.Zero, default, default)
                .Run();
        return result;
    }

    /// <summary>Σ x².</summary>
    public static T SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Dot(x, x);

    private static void Fold<T, TFold>(
        SimdVariant variant, int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, T identity, TFold fold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IBinaryOperator<T>
    {
        fixed (T* px = x, py = y)
            new Groups<T, First<T>, TFold>(variant, outer, count, inner, px, px, py, isPerElement: true, identity, default, fold).Run();
    }

    private static void FirstEqual<T>(int outer, int count, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Equals holds for two NaN, which is what is wanted here.
        for (int o = 0; o < outer; o++)
        {
            ReadOnlySpan<T> group = x.Slice(o * count * inner, count * inner), extremes = y.Slice(o * inner, inner);
            Span<int> found = indices.Slice(o * inner, inner);
            if (inner == 1)
            {
                found[0] = group.IndexOf(extremes[0]);
                continue;
            }

            found.Fill(-1);
            for (int k = count - 1; k >= 0; k--)
                for (int i = 0; i < inner; i++)
                    if (group[k * inner + i].Equals(extremes[i])) found[i] = k;
        }
    }

    /// <summary>All groups of a reduction; b is laid out as x, or holds one element a group.</summary>
    private struct Groups<T, TTerm, TFold>(
        SimdVariant variant, int outer, int count, int inner, T* x, T* b, T* y, bool isPerElement, T identity, TTerm term, TFold fold)
        : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerm : struct, IBinaryOperator<T>
        where TFold : struct, IBinaryOperator<T>
    {
        // Outer groups of a chunk, or elements of a part of the only row.
        private int share;
        private T* parts;

        public void Run()
        {
            nint length = (nint)count * inner;
            if (outer == 1 && inner == 1 && length >= ParallelLength)
            {
                // Always in parts, however many threads there are: the tree must not depend on them.
                int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
                using Scratch<T> scratch = Scratch<T>.Rent(chunks);
                share = ChunkLength;
                parts = scratch.Pointer;
                Parallelism.For(chunks, ref this);
                *y = FoldKernel.Row(variant, parts, parts, chunks, identity, default(First<T>), fold);
                return;
            }

            if (outer == 1 || length * outer < ParallelLength)
            {
                share = outer;
                Run(0);
                return;
            }

            share = (int)nint.Max(1, ChunkLength / nint.Max(1, length));
            Parallelism.For((outer + share - 1) / share, ref this);
        }

        public readonly void Run(int chunk)
        {
            if (parts != null)
            {
                nint start = (nint)chunk * share, n = nint.Min(share, count - start);
                parts[chunk] = isPerElement
                    ? FoldKernel.Row(variant, x + start, b + start, n, identity, term, fold)
                    : FoldKernel.Row(variant, x + start, x + start, n, identity, new Against<T, TTerm>(term, *b), fold);
                return;
            }

            int end = Math.Min(outer, (chunk + 1) * share);
            for (nint o = (nint)chunk * share; o < end; o++)
            {
                T* a = x + o * count * inner;
                if (inner != 1)
                {
                    nint bStep = isPerElement ? inner : 0;
                    T* second = isPerElement ? b + o * count * inner : b + o * inner;
                    FoldKernel.Columns(variant, a, inner, second, bStep, y + o * inner, count, inner, identity, term, fold);
                }
                else if (isPerElement)
                {
                    y[o] = FoldKernel.Row(variant, a, b + o * count, count, identity, term, fold);
                }
                else
                {
                    y[o] = FoldKernel.Row(variant, a, a, count, identity, new Against<T, TTerm>(term, b[o]), fold);
                }
            }
        }
    }
}
