using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// General matrix product: C[i, j] = Σ_p A[i, p] · B[p, j] (+ C[i, j]) (+ bias[j]), i &lt; m, j &lt; n, p &lt; k.
/// </summary>
/// <remarks>
/// Element (i, p) of A is a[i · aRow + p · aColumn], element (p, j) of B is b[p · bRow + j · bColumn]: strides in elements, not negative,
/// 0 repeats (broadcasts). C is row-major, c[i · cRow + j], rows not overlapping; only its m × n elements are touched.
/// C aliases neither A nor B nor the bias. Empty inner dimension: zeros, or C, plus the bias.
/// </remarks>
internal static class Gemm
{
    /// <summary>C = A · B, or C += A · B when <paramref name="accumulate"/>; a bias (length n, or empty for none) is added to every row.</summary>
    public static void Multiply<T>(
        int m, int n, int k, ReadOnlySpan<T> a, int aRow, int aColumn, ReadOnlySpan<T> b, int bRow, int bColumn,
        Span<T> c, int cRow, bool accumulate, ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Multiply(Simd.Chosen, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, columnBias);

    public static void Multiply<T>(
        SimdVariant variant, int m, int n, int k, ReadOnlySpan<T> a, int aRow, int aColumn, ReadOnlySpan<T> b, int bRow, int bColumn,
        Span<T> c, int cRow, bool accumulate, ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MultiplyBatch(variant, 1, m, n, k, a, 0, aRow, aColumn, b, 0, bRow, bColumn, c, 0, cRow, accumulate, columnBias);

    /// <summary>The product of each of <paramref name="batch"/> pairs of matrices; a batch stride of 0 shares A or B among all pairs.</summary>
    public static void MultiplyBatch<T>(
        int batch, int m, int n, int k, ReadOnlySpan<T> a, int aBatch, int aRow, int aColumn,
        ReadOnlySpan<T> b, int bBatch, int bRow, int bColumn, Span<T> c, int cBatch, int cRow, bool accumulate,
        ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MultiplyBatch(Simd.Chosen, batch, m, n, k, a, aBatch, aRow, aColumn, b, bBatch, bRow, bColumn, c, cBatch, cRow, accumulate, columnBias);

    public static void MultiplyBatch<T>(
        SimdVariant variant, int batch, int m, int n, int k, ReadOnlySpan<T> a, int aBatch, int aRow, int aColumn,
        ReadOnlySpan<T> b, int bBatch, int bRow, int bColumn, Span<T> c, int cBatch, int cRow, bool accumulate,
        ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = variant;
        for (int s = 0; s < batch; s++)
        {
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    T sum = T.Zero;
                    for (int p = 0; p < k; p++) sum += a[s * aBatch + i * aRow + p * aColumn] * b[s * bBatch + p * bRow + j * bColumn];
                    if (columnBias.Length > 0) sum += columnBias[j];
                    if (accumulate) sum += c[s * cBatch + i * cRow + j];
                    c[s * cBatch + i * cRow + j] = sum;
                }
            }
        }
    }
}
