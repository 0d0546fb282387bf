using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>2/√π · ∫₀ˣ e^(−t²) dt</summary>
internal readonly struct Erf<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.ErfRatio.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Erf(x);
}

/// <summary>dy · 2/√π · e^(−x²)</summary>
internal readonly struct ErfBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, L.Multiply(L.Broadcast(Number.Of<T>(1.1283791670955126)), VectorMath<T, V, L>.Exp(L.Multiply(L.Negate(x), x))));
}

/// <summary>x · Φ(x), Φ the normal distribution function. Hendrycks &amp; Gimpel 2016.</summary>
internal readonly struct Gelu<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare()
    {
        PiecewiseTables.NormalTail.Prepare();
        PiecewiseTables.NormalTailFar.Prepare();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.Gelu(x);
}

/// <summary>dy · (Φ(x) + x · φ(x))</summary>
internal readonly struct GeluBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare()
    {
        PiecewiseTables.GeluSlopeTail.Prepare();
        PiecewiseTables.GeluSlopeTailFar.Prepare();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        L.Multiply(dy, VectorMath<T, V, L>.GeluSlope(x));
}

/// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), the common approximation of Gelu.</summary>
internal readonly struct GeluTanh<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.GeluTanh(x);
}

/// <summary>dy · d/dx of <see cref="GeluTanh{T}"/></summary>
internal readonly struct GeluTanhBackward<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Prepare() => PiecewiseTables.SigmoidTail.Prepare();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V dy, V x)
        where V : struct
        where L : struct, ILanes<T, V>
    {
        // ½(1 + tanh u) = sigmoid 2u =: s, so y = x · s and y′ = s + x · 2s(1 − s) · u′.
        V square = L.Multiply(x, x);
        V root = L.Broadcast(Number.Of<T>(0.79788456080286536)), one = L.Broadcast(T.One);
        V inner = L.Multiply(root, L.MultiplyAdd(L.Multiply(L.Broadcast(Number.Of<T>(0.044715)), square), x, x));
        V slope = L.Multiply(root, L.MultiplyAdd(L.Broadcast(Number.Of<T>(0.134145)), square, one));
        V s = VectorMath<T, V, L>.Sigmoid(L.Add(inner, inner));
        V bend = L.Multiply(L.Multiply(L.Add(s, s), L.Subtract(one, s)), slope);
        return L.Multiply(dy, L.MultiplyAdd(x, bend, s));
    }
}
