using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>eˣ</summary>
internal readonly struct Exp<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Exp(x);
}

/// <summary>eˣ − 1, exact near zero</summary>
internal readonly struct Expm1<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Expm1(x);
}

/// <summary>ln x; −∞ at zero, NaN below</summary>
internal readonly struct Log<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => LogTables.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Log(x);
}

/// <summary>ln(1 + x), exact near zero</summary>
internal readonly struct Log1p<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => LogTables.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Log1p(x);
}

/// <summary>aᵇ as <c>T.Pow</c> defines it</summary>
internal readonly struct Power<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Power(a, b);
}

/// <summary>xᵖ as <c>T.Pow</c> defines it</summary>
internal readonly struct PowerBy<T>(T exponent) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Power(x, L.Broadcast(exponent));
}

/// <summary>y = eˣ − 1: dy · (y + 1)</summary>
internal readonly struct Expm1Backward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, L.Add(y, L.Broadcast(T.One)));
}

/// <summary>y = ln(1 + x): dy / (1 + x)</summary>
internal readonly struct Log1pBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Divide(dy, L.Add(L.Broadcast(T.One), x));
}

/// <summary>y = xᵖ: dy · p · xᵖ⁻¹, zero for p = 0</summary>
internal readonly struct PowerByBackward<T>(T exponent) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        if (exponent == T.Zero) return L.Multiply(dy, L.Zero);
        V slope = L.Multiply(L.Broadcast(exponent), VectorMath<T, V, L>.Power(x, L.Broadcast(exponent - T.One)));
        return L.Multiply(dy, slope);
    }
}

/// <summary>y = aᵇ, for a: dy · b · aᵇ⁻¹, zero where b = 0</summary>
internal readonly struct PowerBackwardBase<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V slope = L.Multiply(b, VectorMath<T, V, L>.Power(a, L.Subtract(b, L.Broadcast(T.One))));
        return L.Select(L.Equal(b, L.Zero), L.Zero, L.Multiply(dy, slope));
    }
}

/// <summary>y = aᵇ, for b: dy · aᵇ · ln a, zero where a = 0 and b ≥ 0</summary>
internal readonly struct PowerBackwardExponent<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => LogTables.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V slope = L.Multiply(VectorMath<T, V, L>.Power(a, b), VectorMath<T, V, L>.Log(a));
        V flat = L.And(L.Equal(a, L.Zero), L.GreaterThanOrEqual(b, L.Zero));
        return L.Select(flat, L.Zero, L.Multiply(dy, slope));
    }
}

/// <summary>ln(x / (1 − x)), exact near ½; −∞ at zero, ∞ at one, NaN outside</summary>
internal readonly struct Logit<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => LogTables.Prepare();

    // From ¼ on x/(1 − x) = 1 + (2x − 1)/(1 − x), whose numerator has no rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V rest = L.Subtract(L.Broadcast(T.One), x);
        V doubled = L.Subtract(L.Add(x, x), L.Broadcast(T.One));
        return L.Select(
            L.LessThan(x, L.Broadcast(Number.Of<T>(0.25))),
            VectorMath<T, V, L>.Log(L.Divide(x, rest)),
            VectorMath<T, V, L>.Log1p(L.Divide(doubled, rest)));
    }
}

/// <summary>ln(eᵃ + eᵇ), without overflow; equal infinities stay what they are</summary>
internal readonly struct LogAddExp<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V apart = L.Select(L.Equal(a, b), L.Zero, L.Negate(L.Abs(L.Subtract(a, b))));
        return L.Add(L.Max(a, b), VectorMath<T, V, L>.Log1p(VectorMath<T, V, L>.Exp(apart)));
    }
}
