using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>sin x, radians</summary>
internal readonly struct Sin<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Sin(x);
}

/// <summary>cos x, radians</summary>
internal readonly struct Cos<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Cos(x);
}

/// <summary>The angle of the point (b, a), in radians in [−π, π].</summary>
internal readonly struct Atan2<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Atan2(a, b);
}

/// <summary>y = sin x: dy · cos x</summary>
internal readonly struct SinBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, VectorMath<T, V, L>.Cos(x));
}

/// <summary>y = cos x: −dy · sin x</summary>
internal readonly struct CosBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Negate(dy), VectorMath<T, V, L>.Sin(x));
}

/// <summary>y = atan2(a, b), for a: dy · b / (a² + b²), zero at the origin</summary>
internal readonly struct Atan2BackwardY<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V square = L.MultiplyAdd(a, a, L.Multiply(b, b));
        return L.Select(L.Equal(square, L.Zero), L.Zero, L.Divide(L.Multiply(dy, b), square));
    }
}

/// <summary>y = atan2(a, b), for b: −dy · a / (a² + b²), zero at the origin</summary>
internal readonly struct Atan2BackwardX<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V square = L.MultiplyAdd(a, a, L.Multiply(b, b));
        return L.Select(L.Equal(square, L.Zero), L.Zero, L.Divide(L.Multiply(L.Negate(dy), a), square));
    }
}
