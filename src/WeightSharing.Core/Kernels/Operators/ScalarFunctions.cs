using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels.Operators;

/// <summary>A function of the base library, lane by lane: right to the last digit or two, and the same bits wherever an element stands.</summary>
internal readonly struct Scalar<T, F> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where F : struct, IScalarFunction<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V x)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.PerLane<F>(x);
}

/// <summary>A function of two numbers of the base library, lane by lane.</summary>
internal readonly struct Scalar2<T, F> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where F : struct, IScalarFunction2<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, L>(V a, V b)
        where V : struct
        where L : struct, ILanes<T, V> =>
        VectorMath<T, V, L>.PerLane<F>(a, b);
}

/// <summary>log₂ x, exact at powers of two</summary>
internal readonly struct Log2<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Of two interfaces with a Log2, this one.
    public static T Of(T x) => Logarithm(x);

    private static TNumber Logarithm<TNumber>(TNumber x)
        where TNumber : ILogarithmicFunctions<TNumber> => TNumber.Log2(x);
}

/// <summary>log₁₀ x, exact at powers of ten</summary>
internal readonly struct Log10<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T x) => T.Log10(x);
}

/// <summary>2ˣ, exact at integers</summary>
internal readonly struct Exp2<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T x) => T.Exp2(x);
}

/// <summary>The inverse of sinh</summary>
internal readonly struct Asinh<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T x) => T.Asinh(x);
}

/// <summary>The inverse of cosh, NaN below one</summary>
internal readonly struct Acosh<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T x) => T.Acosh(x);
}

/// <summary>The inverse of tanh, NaN outside [−1, 1]</summary>
internal readonly struct Atanh<T> : IScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T x) => T.Atanh(x);
}

/// <summary>√(a² + b²) without overflow</summary>
internal readonly struct Hypot<T> : IScalarFunction2<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T a, T b) => T.Hypot(a, b);
}

/// <summary>What a division towards zero leaves over, exactly: with the sign of a</summary>
internal readonly struct Fmod<T> : IScalarFunction2<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T a, T b) => a % b;
}

/// <summary>What a division towards −∞ leaves over: with the sign of b</summary>
internal readonly struct FloorRemainder<T> : IScalarFunction2<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Of(T a, T b)
    {
        T rest = a % b;
        return rest != T.Zero && rest < T.Zero != b < T.Zero ? rest + b : rest;
    }
}
