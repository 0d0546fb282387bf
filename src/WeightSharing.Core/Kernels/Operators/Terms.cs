using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>a; the term of a plain sum, product or extremum.</summary>
internal readonly struct First<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        a;
}

/// <summary>(a − b)²</summary>
internal readonly struct SquaredDifference<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V difference = L.Subtract(a, b);
        return L.Multiply(difference, difference);
    }
}

/// <summary>e^(a − b)</summary>
internal readonly struct ExpOfDifference<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Exp(L.Subtract(a, b));
}

/// <summary>A binary operator with a fixed right operand, whatever it is given there.</summary>
internal readonly struct Against<T, TOp>(TOp op, T right) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOp : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        op.Apply<V, L>(a, L.Broadcast(right));
}
