using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>1 where a = b, else 0</summary>
internal readonly struct Equal<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.Equal(a, b), L.Broadcast(T.One), L.Zero);
}

/// <summary>1 where a ≠ b, else 0</summary>
internal readonly struct NotEqual<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.Equal(a, b), L.Zero, L.Broadcast(T.One));
}

/// <summary>1 where a &lt; b, else 0</summary>
internal readonly struct Less<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.LessThan(a, b), L.Broadcast(T.One), L.Zero);
}

/// <summary>1 where a ≤ b, else 0</summary>
internal readonly struct LessOrEqual<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThanOrEqual(b, a), L.Broadcast(T.One), L.Zero);
}

/// <summary>1 where a > b, else 0</summary>
internal readonly struct Greater<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThan(a, b), L.Broadcast(T.One), L.Zero);
}

/// <summary>1 where a ≥ b, else 0</summary>
internal readonly struct GreaterOrEqual<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThanOrEqual(a, b), L.Broadcast(T.One), L.Zero);
}
