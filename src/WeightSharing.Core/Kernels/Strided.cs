using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Elementwise work over N-d views: element (i₀, …) of an operand is at offset + Σ iₖ · strideₖ; strides are in elements and may be zero
/// (broadcasting) or negative.
/// </summary>
/// <remarks>
/// Aliasing: a dense target may be exactly one of the dense inputs; otherwise targets and sources must not overlap. An empty dimension means no work.
/// </remarks>
internal static class Strided
{
    /// <summary>y[i] = op(a[i], b[i]) with y dense and row-major; overwrites y.</summary>
    public static void Combine<T, TOp>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> a, int aOffset, ReadOnlySpan<int> aStrides,
        ReadOnlySpan<T> b, int bOffset, ReadOnlySpan<int> bStrides, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> =>
        Combine(Simd.Chosen, shape, a, aOffset, aStrides, b, bOffset, bStrides, y, op);

    public static void Combine<T, TOp>(
        SimdVariant variant, ReadOnlySpan<int> shape, ReadOnlySpan<T> a, int aOffset, ReadOnlySpan<int> aStrides,
        ReadOnlySpan<T> b, int bOffset, ReadOnlySpan<int> bStrides, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        if (shape.IsEmpty)
        {
            y[0] = op.Apply<T, ScalarLanes<T>>(a[aOffset], b[bOffset]);
            return;
        }

        int block = 1;
        for (int d = 1; d < shape.Length; d++) block *= shape[d];
        for (int i = 0; i < shape[0]; i++)
            Combine(variant, shape[1..], a, aOffset + i * aStrides[0], aStrides[1..], b, bOffset + i * bStrides[0], bStrides[1..],
                y.Slice(i * block, block), op);
    }

    /// <summary>target[i] = source[i]; any unmanaged element.</summary>
    public static void Copy<T>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged
    {
        if (shape.IsEmpty)
        {
            target[targetOffset] = source[sourceOffset];
            return;
        }

        for (int i = 0; i < shape[0]; i++)
            Copy(shape[1..], source, sourceOffset + i * sourceStrides[0], sourceStrides[1..],
                target, targetOffset + i * targetStrides[0], targetStrides[1..]);
    }

    /// <summary>target[i] += source[i], elements in row-major order; target strides of zero sum over their dimension.</summary>
    public static void AddTo<T>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> source, int sourceOffset, ReadOnlySpan<int> sourceStrides,
        Span<T> target, int targetOffset, ReadOnlySpan<int> targetStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (shape.IsEmpty)
        {
            target[targetOffset] += source[sourceOffset];
            return;
        }

        for (int i = 0; i < shape[0]; i++)
            AddTo(shape[1..], source, sourceOffset + i * sourceStrides[0], sourceStrides[1..],
                target, targetOffset + i * targetStrides[0], targetStrides[1..]);
    }
}
