using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Reductions over the middle of a dense view: x [outer, count, inner] → y [outer, inner]; overwrites y, which must not overlap x.
/// </summary>
/// <remarks>
/// An empty middle gives the neutral element: 0 for sums, 1 for products, ∓∞ for Max and Min (index −1) and −∞ for LogSumExp.
/// NaN wins in Max and Min; indices name the first extremal element, or the first NaN.
/// </remarks>
internal static class Reduction
{
    public static void Sum<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T sum = T.Zero;
                for (int k = 0; k < count; k++) sum += x[(o * count + k) * inner + i];
                y[o * inner + i] = sum;
            }
    }

    public static void Product<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T product = T.One;
                for (int k = 0; k < count; k++) product *= x[(o * count + k) * inner + i];
                y[o * inner + i] = product;
            }
    }

    public static void Max<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Max(outer, count, inner, x, y, []);

    /// <summary>Also the position along the middle of the first extremal element; <paramref name="indices"/> may be empty.</summary>
    public static void Max<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T best = T.NegativeInfinity;
                int index = count == 0 ? -1 : 0;
                for (int k = 0; k < count; k++)
                {
                    T value = x[(o * count + k) * inner + i];
                    if (value > best || (T.IsNaN(value) && !T.IsNaN(best))) (best, index) = (value, k);
                }

                y[o * inner + i] = best;
                if (!indices.IsEmpty) indices[o * inner + i] = index;
            }
    }

    public static void Min<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Min(outer, count, inner, x, y, []);

    /// <summary>Also the position along the middle of the first extremal element; <paramref name="indices"/> may be empty.</summary>
    public static void Min<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T best = T.PositiveInfinity;
                int index = count == 0 ? -1 : 0;
                for (int k = 0; k < count; k++)
                {
                    T value = x[(o * count + k) * inner + i];
                    if (value < best || (T.IsNaN(value) && !T.IsNaN(best))) (best, index) = (value, k);
                }

                y[o * inner + i] = best;
                if (!indices.IsEmpty) indices[o * inner + i] = index;
            }
    }

    /// <summary>y = ln Σ eˣ, with the maximum taken out so that nothing overflows.</summary>
    public static void LogSumExp<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Max(outer, count, inner, x, y);
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T max = y[o * inner + i];
                if (T.IsInfinity(max)) continue;
                T sum = T.Zero;
                for (int k = 0; k < count; k++) sum += T.Exp(x[(o * count + k) * inner + i] - max);
                y[o * inner + i] = max + T.Log(sum);
            }
    }

    /// <summary>y = Σ (x − mean)²: the second pass of a variance; mean [outer, inner].</summary>
    public static void SquaredDeviation<T>(int outer, int count, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
            {
                T sum = T.Zero;
                for (int k = 0; k < count; k++)
                {
                    T deviation = x[(o * count + k) * inner + i] - mean[o * inner + i];
                    sum += deviation * deviation;
                }

                y[o * inner + i] = sum;
            }
    }

    /// <summary>Σ a · b over spans of equal length.</summary>
    public static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Σ x².</summary>
    public static T SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Dot(x, x);
}
