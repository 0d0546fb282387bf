using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>max(x, 0); NaN stays NaN.</summary>
internal readonly struct Relu<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.LessThan(x, L.Zero), L.Zero, x);
}

/// <summary>dy where x > 0, else zero; x may be the input or the output.</summary>
internal readonly struct ReluBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThan(x, L.Zero), dy, L.Zero);
}

/// <summary>x where x > 0, else slope · x</summary>
internal readonly struct LeakyRelu<T>(T slope) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThan(x, L.Zero), x, L.Multiply(L.Broadcast(slope), x));
}

/// <summary>dy where x > 0, else slope · dy</summary>
internal readonly struct LeakyReluBackward<T>(T slope) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Select(L.GreaterThan(x, L.Zero), dy, L.Multiply(L.Broadcast(slope), dy));
}

/// <summary>tanh x</summary>
internal readonly struct Tanh<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.TanhRatio.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Tanh(x);
}

/// <summary>y = tanh x: dy · (1 − y²)</summary>
internal readonly struct TanhBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, L.MultiplyAdd(L.Negate(y), y, L.Broadcast(T.One)));
}

/// <summary>1 / (1 + e⁻ˣ)</summary>
internal readonly struct Sigmoid<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.SigmoidTail.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Sigmoid(x);
}

/// <summary>y = sigmoid x: dy · y · (1 − y)</summary>
internal readonly struct SigmoidBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V y)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(L.Multiply(dy, y), L.Subtract(L.Broadcast(T.One), y));
}

/// <summary>ln(1 + e^(βx)) / β; x where βx > threshold.</summary>
internal readonly struct Softplus<T>(T beta, T threshold) : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.SoftplusTail.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V scaled = L.Multiply(L.Broadcast(beta), x);
        V y = VectorMath<T, V, L>.Softplus(scaled);
        if (beta != T.One) y = L.Divide(y, L.Broadcast(beta));
        return L.Select(L.GreaterThan(scaled, L.Broadcast(threshold)), x, y);
    }
}

/// <summary>dy · sigmoid(βx); dy where βx > threshold.</summary>
internal readonly struct SoftplusBackward<T>(T beta, T threshold) : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.SigmoidTail.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V scaled = L.Multiply(L.Broadcast(beta), x);
        return L.Select(L.GreaterThan(scaled, L.Broadcast(threshold)), dy, L.Multiply(dy, VectorMath<T, V, L>.Sigmoid(scaled)));
    }
}
