using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Elementary functions of a vector, lane by lane: own range reductions and minimax polynomials (Remez, fitted to the constants' type),
/// the same operations in the same order in every width, so that an element's bits do not depend on where it stands.
/// </summary>
/// <remarks>
/// Error below 2 units in the last place for float and double, with and without a fused multiply-add; exact at zero, correct at ±∞ and NaN, gradual underflow. Element types other than float and double take the base library's functions
/// lane by lane, as do sine, cosine, power and arc tangent. The type is asked for in the function itself: the compiler then drops the call before it
/// looks at it, whose result would have to live in memory.
/// </remarks>
internal static unsafe partial class VectorMath<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private static bool IsSingle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float);
    }

    /// <summary>The largest integer not above x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Floor(V x)
    {
        V nearest = L.Round(x);
        return L.Select(L.GreaterThan(nearest, x), L.Subtract(nearest, Constant(1)), nearest);
    }

    public static V Sin(V x) => PerLane<ScalarSin>(x);

    public static V Cos(V x) => PerLane<ScalarCos>(x);

    public static V Power(V a, V b) => PerLane<ScalarPower>(a, b);

    public static V Atan2(V a, V b) => PerLane<ScalarAtan2>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Constant(double value) => L.Broadcast(Number.Of<T>(value));

    /// <summary>p · x + c: one step of Horner's scheme.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Step(V p, V x, double c) => L.MultiplyAdd(p, x, Constant(c));

    /// <summary>a · b + c for c that nearly cancels the product: one rounding, without a fused multiply-add too (Dekker 1971).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Rest(V a, V b, V c)
    {
        if (Simd.HasMultiplyAdd) return L.MultiplyAdd(a, b, c);
        V splitter = Constant(IsSingle ? 4097 : 134217729);
        V wideA = L.Multiply(a, splitter), wideB = L.Multiply(b, splitter);
        V highA = L.Subtract(wideA, L.Subtract(wideA, a)), highB = L.Subtract(wideB, L.Subtract(wideB, b));
        V lowA = L.Subtract(a, highA), lowB = L.Subtract(b, highB);
        V product = L.Multiply(a, b);
        V error = L.Add(L.Subtract(L.Multiply(highA, highB), product), L.Multiply(highA, lowB));
        error = L.Add(L.Add(error, L.Multiply(lowA, highB)), L.Multiply(lowA, lowB));
        return L.Add(L.Add(product, c), error);
    }

    /// <summary>The magnitude of x with the sign of <paramref name="like"/>, for x that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V WithSign(V x, V like) => L.Or(x, L.And(like, Constant(-0.0)));

    /// <summary>A scalar function of each lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V PerLane<F>(V x)
        where F : struct, IScalarFunction<T>
    {
        T* lanes = stackalloc T[L.Count];
        L.Store(x, lanes);
        for (int i = 0; i < L.Count; i++) lanes[i] = F.Of(lanes[i]);
        return L.Load(lanes);
    }

    /// <summary>A scalar function of each pair of lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V PerLane<F>(V a, V b)
        where F : struct, IScalarFunction2<T>
    {
        T* lanes = stackalloc T[2 * L.Count];
        L.Store(a, lanes);
        L.Store(b, lanes + L.Count);
        for (int i = 0; i < L.Count; i++) lanes[i] = F.Of(lanes[i], lanes[L.Count + i]);
        return L.Load(lanes);
    }

    private struct ScalarSin : IScalarFunction<T>
    {
        public static T Of(T x) => T.Sin(x);
    }

    private struct ScalarCos : IScalarFunction<T>
    {
        public static T Of(T x) => T.Cos(x);
    }

    private struct ScalarPower : IScalarFunction2<T>
    {
        public static T Of(T a, T b) => T.Pow(a, b);
    }

    private struct ScalarAtan2 : IScalarFunction2<T>
    {
        public static T Of(T a, T b) => T.Atan2(a, b);
    }
}
