using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>Running sums and products over dense views; x and y must not overlap, y is overwritten.</summary>
internal static class Scan
{
    /// <summary>
    /// y[o, k, i] = Σ_{j ≤ k} x[o, j, i], or Σ_{j ≥ k} when <paramref name="reverse"/>: over the middle of [outer, count, inner], one
    /// element after the other.
    /// </summary>
    public static void Sum<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y, bool reverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < count; k++)
            {
                int row = (o * count + (reverse ? count - 1 - k : k)) * inner, former = reverse ? row + inner : row - inner;
                for (int i = 0; i < inner; i++) y[row + i] = k == 0 ? x[row + i] : y[former + i] + x[row + i];
            }
        }
    }

    /// <summary>y[r, k] = Π_{j ≠ k} x[r, j] for x [rows, count], without a division, so that zeros do no harm.</summary>
    public static void ProductOfOthers<T>(int rows, int count, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> row = x.Slice(r * count, count);
            Span<T> others = y.Slice(r * count, count);
            T before = T.One, after = T.One;
            for (int k = 0; k < count; k++)
            {
                others[k] = before;
                before *= row[k];
            }

            for (int k = count - 1; k >= 0; k--)
            {
                others[k] *= after;
                after *= row[k];
            }
        }
    }

    /// <summary>
    /// y[o, k, i] = b[o, k, i] + a[o, k, i] · y[o, k − 1, i], or b[o, k, i] + a[o, k + 1, i] · y[o, k + 1, i] when <paramref name="reverse"/>; nothing
    /// stands before the first, so a[o, 0, i] never counts.
    /// </summary>
    public static void Linear<T>(int outer, int count, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, bool reverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < count; k++)
            {
                int row = (o * count + (reverse ? count - 1 - k : k)) * inner, former = reverse ? row + inner : row - inner;
                int factor = reverse ? former : row;
                for (int i = 0; i < inner; i++) y[row + i] = k == 0 ? b[row + i] : b[row + i] + a[factor + i] * y[former + i];
            }
        }
    }

    /// <summary>
    /// index[o, k, i] = the last position up to k of the largest element so far, or of the smallest; NaN counts as more extreme than every number.
    /// </summary>
    public static void Extremum<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<int> index, bool largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                int first = o * count * inner + i, best = 0;
                for (int k = 0; k < count; k++)
                {
                    T value = x[first + k * inner], former = x[first + best * inner];
                    bool replaces = T.IsNaN(value) || !T.IsNaN(former) && (largest ? value >= former : value <= former);
                    if (replaces) best = k;
                    index[first + k * inner] = best;
                }
            }
        }
    }

    /// <summary>y[o, k, i] = ln Σ_{j ≤ k} e^x[o, j, i], each step relative to the larger of both parts.</summary>
    public static void LogSumExp<T>(int outer, int count, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < count; k++)
            {
                int row = (o * count + k) * inner;
                if (k == 0) x.Slice(row, inner).CopyTo(y.Slice(row, inner));
                else Elementwise.Combine(y.Slice(row - inner, inner), x.Slice(row, inner), y.Slice(row, inner), default(Operators.LogAddExp<T>));
            }
        }
    }
}
