using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>|x|</summary>
internal readonly struct Abs<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Abs(x);
}

/// <summary>−1, 0 or 1; NaN for NaN.</summary>
internal readonly struct Sign<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V one = L.Broadcast(T.One);
        return L.Select(L.GreaterThan(x, L.Zero), one, L.Select(L.LessThan(x, L.Zero), L.Negate(one), x));
    }
}

/// <summary>The largest integer not above x.</summary>
internal readonly struct Floor<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Floor(x);
}

/// <summary>The smallest integer not below x.</summary>
internal readonly struct Ceiling<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Negate(VectorMath<T, V, L>.Floor(L.Negate(x)));
}

/// <summary>The integer next to x towards zero.</summary>
internal readonly struct Truncate<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The sign is put back, so that −0.5 becomes −0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Or(VectorMath<T, V, L>.Floor(L.Abs(x)), L.And(x, L.Broadcast(Number.Of<T>(-0.0))));
}

/// <summary>The nearest integer, ties to even.</summary>
internal readonly struct Round<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Round(x);
}

/// <summary>x limited to [lower, upper]; NaN stays NaN.</summary>
internal readonly struct Clamp<T>(T lower, T upper) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V low = L.Broadcast(lower), high = L.Broadcast(upper);
        return L.Select(L.LessThan(x, low), low, L.Select(L.GreaterThan(x, high), high, x));
    }
}

/// <summary>b where a is not zero, else c</summary>
internal readonly struct Where<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.Equal(a, L.Zero), c, b);
}

/// <summary>y = |x|: dy · sign x, zero at zero</summary>
internal readonly struct AbsBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V signed = L.Select(L.LessThan(x, L.Zero), L.Negate(dy), dy);
        return L.Select(L.Equal(x, L.Zero), L.Zero, signed);
    }
}

/// <summary>dy where lower ≤ x ≤ upper, else zero</summary>
internal readonly struct ClampBackward<T>(T lower, T upper) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V inside = L.And(L.GreaterThanOrEqual(x, L.Broadcast(lower)), L.GreaterThanOrEqual(L.Broadcast(upper), x));
        return L.Select(inside, dy, L.Zero);
    }
}

/// <summary>y = max(a, b), for a: dy where a is larger, half where they tie, else zero</summary>
internal readonly struct MaximumBackward<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V half = L.Multiply(L.Broadcast(Number.Of<T>(0.5)), dy);
        return L.Select(L.GreaterThan(a, b), dy, L.Select(L.Equal(a, b), half, L.Zero));
    }
}

/// <summary>y = min(a, b), for a: dy where a is smaller, half where they tie, else zero</summary>
internal readonly struct MinimumBackward<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V half = L.Multiply(L.Broadcast(Number.Of<T>(0.5)), dy);
        return L.Select(L.LessThan(a, b), dy, L.Select(L.Equal(a, b), half, L.Zero));
    }
}
