using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>A function of one element, written once for all widths; parameters such as a slope are fields.</summary>
internal interface IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>A function of two elements, written once for all widths.</summary>
internal interface IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>A function of three elements, written once for all widths: fused backward rules such as dy · f(x, y).</summary>
internal interface ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V>;
}

/// <summary>
/// y[i] = op(x[i]), y[i] = op(a[i], b[i]), y[i] = op(a[i], b[i], c[i]) over contiguous spans of equal length; overwrites y.
/// </summary>
/// <remarks>
/// Aliasing: y may be exactly one of the inputs, but must not overlap one partly. An element's bits depend neither on its position, nor on the
/// span's length, nor on the number of threads.
/// </remarks>
internal static class Elementwise
{
    public static void Map<T, TOp>(ReadOnlySpan<T> x, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T> =>
        Map(Simd.Chosen, x, y, op);

    public static void Map<T, TOp>(SimdVariant variant, ReadOnlySpan<T> x, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        for (int i = 0; i < x.Length; i++) y[i] = op.Apply<T, ScalarLanes<T>>(x[i]);
    }

    public static void Combine<T, TOp>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T> =>
        Combine(Simd.Chosen, a, b, y, op);

    public static void Combine<T, TOp>(SimdVariant variant, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IBinaryOperator<T>
    {
        for (int i = 0; i < a.Length; i++) y[i] = op.Apply<T, ScalarLanes<T>>(a[i], b[i]);
    }

    public static void Combine3<T, TOp>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T> =>
        Combine3(Simd.Chosen, a, b, c, y, op);

    public static void Combine3<T, TOp>(SimdVariant variant, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, Span<T> y, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, ITernaryOperator<T>
    {
        for (int i = 0; i < a.Length; i++) y[i] = op.Apply<T, ScalarLanes<T>>(a[i], b[i], c[i]);
    }
}
