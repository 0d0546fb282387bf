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
}
