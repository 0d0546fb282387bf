using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>
/// General matrix product: C[i, j] = Σ_p A[i, p] · B[p, j] (+ C[i, j]) (+ bias[j]), i &lt; m, j &lt; n, p &lt; k.
/// </summary>
/// <remarks>
/// Element (i, p) of A is a[i · aRow + p · aColumn], element (p, j) of B is b[p · bRow + j · bColumn]: strides in elements, not negative,
/// 0 repeats (broadcasts). C is row-major, c[i · cRow + j], rows not overlapping; only its m × n elements are touched.
/// C aliases neither A nor B nor the bias. Empty inner dimension: zeros, or C, plus the bias. Results are bitwise the same for any number
/// of threads: the work is cut over rows, columns, batch and long inner dimensions by shape alone.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>
    /// C = A · B, or C += A · B when <paramref name="accumulate"/>; a bias (length n, or empty for none) is added to every row.
    /// </summary>
    public static void Multiply<T>(
        int m, int n, int k, ReadOnlySpan<T> a, int aRow, int aColumn, ReadOnlySpan<T> b, int bRow, int bColumn,
        Span<T> c, int cRow, bool accumulate, ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Multiply(Simd.Chosen, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, columnBias);

    public static void Multiply<T>(
        SimdVariant variant, int m, int n, int k, ReadOnlySpan<T> a, int aRow, int aColumn, ReadOnlySpan<T> b, int bRow, int bColumn,
        Span<T> c, int cRow, bool accumulate, ReadOnlySpan<T> columnBias = default, ReadOnlySpan<T> packedRight = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MultiplyBatch(variant, 1, m, n, k, a, 0, aRow, aColumn, b, 0, bRow, bColumn, c, 0, cRow, accumulate, columnBias, packedRight);

    /// <summary>
    /// Elements of B [k, n] packed, for <c>packedRight</c> of a product with m rows on the left; 0 where such a product has no use for it. The bits of
    /// the product are the same with it and without.
    /// </summary>
    public static int PackedLength<T>(SimdVariant variant, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => !IsVectorised<T>() ? 0
            : Simd.Has512 && variant == SimdVariant.Vector512 ? GemmPlan<T, Vector512<T>, Lanes512<T>>.PackedLength(m, n, k)
            : Simd.Has256 && variant == SimdVariant.Vector256 ? GemmPlan<T, Vector256<T>, Lanes256<T>>.PackedLength(m, n, k)
            : variant == SimdVariant.Vector128 ? GemmPlan<T, Vector128<T>, Lanes128<T>>.PackedLength(m, n, k) : 0;

    /// <summary>Packs B [k, n] into a span of <see cref="PackedLength"/> elements.</summary>
    public static void PackRight<T>(SimdVariant variant, int n, int k, ReadOnlySpan<T> b, int bRow, int bColumn, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(b.Length, 1, 0, k, bRow, n, bColumn, "B");
        fixed (T* from = b, to = packed)
        {
            if (Simd.Has512 && variant == SimdVariant.Vector512) GemmBlock<T, Vector512<T>, Lanes512<T>>.PackRight(n, k, from, bRow, bColumn, to);
            else if (Simd.Has256 && variant == SimdVariant.Vector256) GemmBlock<T, Vector256<T>, Lanes256<T>>.PackRight(n, k, from, bRow, bColumn, to);
            else GemmBlock<T, Vector128<T>, Lanes128<T>>.PackRight(n, k, from, bRow, bColumn, to);
        }
    }

    /// <summary>
    /// The product of each of <paramref name="batch"/> pairs of matrices, pair s at a[s · aBatch], b[s · bBatch], c[s · cBatch]; a batch
    /// stride of 0 shares A or B among all pairs. The results must not overlap.
    /// </summary>
    public static void MultiplyBatch<T>(
        int batch, int m, int n, int k, ReadOnlySpan<T> a, int aBatch, int aRow, int aColumn,
        ReadOnlySpan<T> b, int bBatch, int bRow, int bColumn, Span<T> c, int cBatch, int cRow, bool accumulate,
        ReadOnlySpan<T> columnBias = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MultiplyBatch(
            Simd.Chosen, batch, m, n, k, a, aBatch, aRow, aColumn, b, bBatch, bRow, bColumn, c, cBatch, cRow, accumulate, columnBias);

    public static void MultiplyBatch<T>(
        SimdVariant variant, int batch, int m, int n, int k, ReadOnlySpan<T> a, int aBatch, int aRow, int aColumn,
        ReadOnlySpan<T> b, int bBatch, int bRow, int bColumn, Span<T> c, int cBatch, int cRow, bool accumulate,
        ReadOnlySpan<T> columnBias = default, ReadOnlySpan<T> packedRight = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (batch == 0 || m == 0 || n == 0) return;
        Check(a.Length, batch, aBatch, m, aRow, k, aColumn, "A");
        Check(b.Length, batch, bBatch, k, bRow, n, bColumn, "B");
        Check(c.Length, batch, cBatch, m, cRow, n, 1, "C");
        if (columnBias.Length != 0 && columnBias.Length != n)
        {
            throw new ArgumentException(
                $"Gemm: the bias has {columnBias.Length} elements; it needs one for each of the {n} columns, or none.");
        }

        int packedLength = packedRight.IsEmpty ? 0 : PackedLength<T>(variant, m, n, k);
        if (packedLength > packedRight.Length)
            throw new ArgumentException($"Gemm: B packed has {packedRight.Length} elements; [{k}, {n}] needs {packedLength}.");

        fixed (T* pa = a, pb = b, pc = c, bias = columnBias, packed = packedRight)
        {
            var product = new GemmProduct<T>
            {
                M = m,
                N = n,
                K = k,
                A = pa,
                ARow = aRow,
                AColumn = aColumn,
                B = pb,
                BRow = bRow,
                BColumn = bColumn,
                C = pc,
                CRow = cRow,
                Bias = bias,
                PackedB = packedLength == 0 ? null : packed,
                Accumulate = accumulate,
            };
            if (Simd.Has512 && variant == SimdVariant.Vector512 && IsVectorised<T>())
                GemmPlan<T, Vector512<T>, Lanes512<T>>.Run(ref product, batch, aBatch, bBatch, cBatch);
            else if (Simd.Has256 && variant == SimdVariant.Vector256 && IsVectorised<T>())
                GemmPlan<T, Vector256<T>, Lanes256<T>>.Run(ref product, batch, aBatch, bBatch, cBatch);
            else if (variant == SimdVariant.Vector128 && IsVectorised<T>())
                GemmPlan<T, Vector128<T>, Lanes128<T>>.Run(ref product, batch, aBatch, bBatch, cBatch);
            else
                Reference(product, batch, aBatch, bBatch, cBatch);
        }
    }

    private static bool IsVectorised<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static void Reference<T>(in GemmProduct<T> product, int batch, nint aBatch, nint bBatch, nint cBatch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int s = 0; s < batch; s++)
        {
            GemmProduct<T> x = product.Shifted(s * aBatch, s * bBatch, s * cBatch);
            for (int i = 0; i < x.M; i++)
            {
                for (int j = 0; j < x.N; j++)
                {
                    T sum = T.Zero;
                    for (int p = 0; p < x.K; p++) sum += x.A[i * x.ARow + p * x.AColumn] * x.B[p * x.BRow + j * x.BColumn];
                    if (x.Bias != null) sum += x.Bias[j];
                    if (x.Accumulate) sum += x.C[i * x.CRow + j];
                    x.C[i * x.CRow + j] = sum;
                }
            }
        }
    }

    // The kernels below work on pointers: what leaves the spans must be found here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(
        int length, int batch, int batchStride, int rows, int rowStride, int columns, int columnStride, string operand)
    {
        bool fits = rows == 0 || columns == 0
            || (long)(batch - 1) * batchStride + (long)(rows - 1) * rowStride + (long)(columns - 1) * columnStride < length;
        if ((batch | rows | columns | batchStride | rowStride | columnStride) < 0 || !fits)
        {
            Refuse(length, batch, batchStride, rows, rowStride, columns, columnStride, operand);
        }
    }

    private static void Refuse(
        int length, int batch, int batchStride, int rows, int rowStride, int columns, int columnStride, string operand)
        => throw new ArgumentException(
            $"Gemm: {operand} of {batch} × [{rows}, {columns}] with strides {batchStride}, {rowStride}, {columnStride} does not lie within "
            + $"its {length} elements; sizes and strides must not be negative and the last element must be inside.");
}

/// <summary>One matrix product in pointers; the fields are those of <see cref="Gemm"/>.</summary>
internal unsafe struct GemmProduct<T>
    where T : unmanaged
{
    public int M, N, K;
    public T* A, B, C;
    public nint ARow, AColumn, BRow, BColumn, CRow;

    /// <summary>Null for none.</summary>
    public T* Bias;

    /// <summary>B in panels as <see cref="Gemm.PackRight"/> makes them, or null.</summary>
    public T* PackedB;

    public bool Accumulate;

    public readonly GemmProduct<T> Shifted(nint a, nint b, nint c)
    {
        GemmProduct<T> result = this;
        result.A += a;
        result.B += b;
        result.C += c;
        return result;
    }
}
