using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Elementary functions of a vector, lane by lane; the same bits in every width.</summary>
internal static unsafe class VectorMath
{
    public static V Exp<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarExp<T>>(x);
    public static V Expm1<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarExpm1<T>>(x);
    public static V Log<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarLog<T>>(x);
    public static V Log1p<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarLog1p<T>>(x);
    public static V Tanh<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarTanh<T>>(x);

    public static V Sigmoid<T, V, L>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V e = Exp<T, V, L>(L.Negate(L.Abs(x)));
        V one = L.Broadcast(T.One);
        return L.Divide(L.Select(L.LessThan(x, L.Zero), e, one), L.Add(one, e));
    }

    public static V Sin<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarSin<T>>(x);
    public static V Cos<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarCos<T>>(x);
    public static V Floor<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarFloor<T>>(x);
    public static V Erf<T, V, L>(V x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane<T, V, L, ScalarErf<T>>(x);
    public static V Power<T, V, L>(V a, V b) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane2<T, V, L, ScalarPower<T>>(a, b);
    public static V Atan2<T, V, L>(V a, V b) where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : struct where L : struct, ILanes<T, V> => PerLane2<T, V, L, ScalarAtan2<T>>(a, b);

    private interface IScalarFunction<T> { static abstract T Of(T x); }
    private interface IScalarFunction2<T> { static abstract T Of(T a, T b); }
    private struct ScalarExp<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Exp(x); }
    private struct ScalarExpm1<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.ExpM1(x); }
    private struct ScalarLog<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Log(x); }
    private struct ScalarLog1p<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.LogP1(x); }
    private struct ScalarTanh<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Tanh(x); }
    private struct ScalarSin<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Sin(x); }
    private struct ScalarCos<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Cos(x); }
    private struct ScalarFloor<T> : IScalarFunction<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T x) => T.Floor(x); }
    private struct ScalarPower<T> : IScalarFunction2<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T a, T b) => T.Pow(a, b); }
    private struct ScalarAtan2<T> : IScalarFunction2<T> where T : IBinaryFloatingPointIeee754<T> { public static T Of(T a, T b) => T.Atan2(a, b); }

    private struct ScalarErf<T> : IScalarFunction<T>
        where T : IBinaryFloatingPointIeee754<T>
    {
        // erf(x) = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!: all terms have one sign, so that nothing cancels.
        public static T Of(T argument)
        {
            double x = double.CreateTruncating(argument);
            if (Math.Abs(x) > 6) return T.CreateTruncating(Math.Sign(x));
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
            return T.CreateTruncating(2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V PerLane<T, V, L, F>(V x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where F : struct, IScalarFunction<T>
    {
        T* lanes = stackalloc T[L.Count];
        L.Store(x, lanes);
        for (int i = 0; i < L.Count; i++) lanes[i] = F.Of(lanes[i]);
        return L.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V PerLane2<T, V, L, F>(V a, V b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
        where F : struct, IScalarFunction2<T>
    {
        T* lanes = stackalloc T[2 * L.Count];
        L.Store(a, lanes);
        L.Store(b, lanes + L.Count);
        for (int i = 0; i < L.Count; i++) lanes[i] = F.Of(lanes[i], lanes[L.Count + i]);
        return L.Load(lanes);
    }
}
