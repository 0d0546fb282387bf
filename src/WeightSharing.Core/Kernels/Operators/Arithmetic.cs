using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>a + b</summary>
internal readonly struct Add<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Add(a, b);
}

/// <summary>a − b</summary>
internal readonly struct Subtract<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Subtract(a, b);
}

/// <summary>a · b</summary>
internal readonly struct Multiply<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(a, b);
}

/// <summary>a / b</summary>
internal readonly struct Divide<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Divide(a, b);
}

/// <summary>The larger of a and b; NaN when either is.</summary>
internal readonly struct Maximum<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Max(a, b);
}

/// <summary>The smaller of a and b; NaN when either is.</summary>
internal readonly struct Minimum<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Min(a, b);
}

/// <summary>a + by · b</summary>
internal readonly struct AddScaled<T>(T by) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.MultiplyAdd(L.Broadcast(by), b, a);
}

/// <summary>a · b + c</summary>
internal readonly struct MultiplyAdd<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.MultiplyAdd(a, b, c);
}

/// <summary>a · b · c, from the left</summary>
internal readonly struct Multiply3<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b, V c)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Multiply(a, b), c);
}

/// <summary>x</summary>
internal readonly struct Copy<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        x;
}

/// <summary>−x</summary>
internal readonly struct Negate<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Negate(x);
}

/// <summary>x²</summary>
internal readonly struct Square<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(x, x);
}

/// <summary>√x</summary>
internal readonly struct Sqrt<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Sqrt(x);
}

/// <summary>1 / x</summary>
internal readonly struct Reciprocal<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Divide(L.Broadcast(T.One), x);
}

/// <summary>by · x</summary>
internal readonly struct Scale<T>(T by) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Broadcast(by), x);
}

/// <summary>x + by</summary>
internal readonly struct Shift<T>(T by) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Add(x, L.Broadcast(by));
}

/// <summary>scale · x + shift</summary>
internal readonly struct Affine<T>(T scale, T shift) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.MultiplyAdd(L.Broadcast(scale), x, L.Broadcast(shift));
}

/// <summary>y = √x: dy / (2y)</summary>
internal readonly struct SqrtBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Divide(dy, L.Add(y, y));
}

/// <summary>y = 1 / x: −dy · y²</summary>
internal readonly struct ReciprocalBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Negate(dy), L.Multiply(y, y));
}

/// <summary>y = x²: 2 · x · dy</summary>
internal readonly struct SquareBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, L.Add(x, x));
}

/// <summary>y = a / b, for b: −dy · y / b</summary>
internal readonly struct DivideBackward<T> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Divide(L.Multiply(L.Negate(dy), y), b);
}
