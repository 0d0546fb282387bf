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

/// <summary>(a − b) · scale</summary>
internal readonly struct ScaledDifference<T>(T scale) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Subtract(a, b), L.Broadcast(scale));
}

/// <summary>−a · b; zero where a is</summary>
internal readonly struct NegatedProductOrZero<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.Equal(a, L.Zero), L.Zero, L.Multiply(L.Negate(a), b));
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

/// <summary>The larger of two numbers, in one instruction; where one is NaN, either.</summary>
internal readonly struct LargerNumber<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.MaxOfNumbers(a, b);
}

/// <summary>scale · e^(a − max − logarithm): a class's probability, scaled.</summary>
internal readonly struct Probability<T>(T max, T logarithm, T scale) : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(
            VectorMath<T, V, L>.Exp(L.Subtract(L.Subtract(a, L.Broadcast(max)), L.Broadcast(logarithm))), L.Broadcast(scale));
}

/// <summary>a − b − c</summary>
internal readonly struct LogProbability<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Subtract(L.Subtract(a, b), c);
}

/// <summary>b · eᵃ</summary>
internal readonly struct ScaledExp<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(VectorMath<T, V, L>.Exp(a), b);
}
