using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and |r| ≤ ½ ln 2; eʳ = 1 + (r + r² q(r)). All functions of this file share that reduction.
internal static unsafe partial class VectorMath<T, V, L>
{
    /// <summary>eˣ</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return PerLane<ScalarExp>(x);
        // Beyond these bounds the result is 0 or ∞, and Scale makes it so.
        x = L.Clamp(x, Constant(IsSingle ? -105 : -746), Constant(IsSingle ? 89 : 710));
        V n = Reduce(x, out V r);
        return L.Scale(L.Add(Constant(1), ReducedExpm1(r)), n);
    }

    /// <summary>eˣ where neither x nor the result leaves the normal numbers: the caller has limited x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpInRange(V x)
    {
        V n = Reduce(x, out V r);
        return L.ScaleByPowerOfTwo(L.Add(Constant(1), ReducedExpm1(r)), n);
    }

    /// <summary>eˣ − 1</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1(V x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return PerLane<ScalarExpm1>(x);
        V limited = L.Clamp(x, Constant(-40), Constant(IsSingle ? 89 : 710));
        V n = Reduce(limited, out V r);

        // Half of 2ⁿ stays finite where n = 128 (1024), so that only the last doubling overflows.
        V half = L.ScaleByPowerOfTwo(Constant(1), L.Subtract(n, Constant(1)));
        V p = ReducedExpm1(r);
        V result = L.MultiplyAdd(half, p, L.Subtract(half, Constant(0.5)));

        // n = 0 is apart for the subnormal numbers, which half of them would round.
        return WithSign(L.Select(L.Equal(n, L.Zero), p, L.Add(result, result)), x);
    }

    /// <summary>tanh x: an odd polynomial near zero, 1 − 2 / (e^(2|x|) + 1) elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        if (typeof(T) == typeof(float)) return TanhByTable(x);
        if (typeof(T) != typeof(double)) return PerLane<ScalarTanh>(x);
        V magnitude = L.Abs(x);
        V doubled = L.Clamp(L.Add(magnitude, magnitude), L.Zero, Constant(40));
        V far = L.Subtract(Constant(1), L.Divide(Constant(2), L.Add(ExpInRange(doubled), Constant(1))));

        V z = L.Multiply(x, x);
        V p = Step(Constant(5.12812131693156741e-05), z, -2.10672112339010617e-04);
        p = Step(p, z, 5.79359750336905449e-04);
        p = Step(p, z, -1.45329067305897995e-03);
        p = Step(p, z, 3.59173442639407247e-03);
        p = Step(p, z, -8.86319630510951952e-03);
        p = Step(p, z, 2.18694861072236714e-02);
        p = Step(p, z, -5.39682538815592916e-02);
        p = Step(p, z, 1.33333333331797615e-01);
        p = Step(p, z, -3.33333333333323878e-01);

        V near = L.MultiplyAdd(L.Multiply(p, z), magnitude, magnitude);
        return WithSign(L.Select(L.LessThan(z, Constant(0.3)), near, far), x);
    }

    /// <summary>1 / (1 + e⁻ˣ): q = e / (1 + e) with e = e^(−|x|), and 1 − q for positive x, so that neither end loses digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x) => typeof(T) == typeof(float) ? SigmoidByTable(x) : SigmoidAnywhere(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SigmoidAnywhere(V x)
    {
        V one = Constant(1);
        V e = Exp(L.Negate(L.Abs(x)));
        V sum = L.Add(one, e);
        V sumLow = L.Add(L.Subtract(one, sum), e);

        // One Newton step takes the rounding errors of the sum and of the quotient out; 1 / sum = 1 − q.
        V q = L.Divide(e, sum);
        V rest = L.MultiplyAdd(L.Negate(q), sumLow, L.MultiplyAdd(L.Negate(q), sum, e));
        q = L.MultiplyAdd(rest, L.Subtract(one, q), q);
        return L.Select(L.LessThan(x, L.Zero), q, L.Subtract(one, q));
    }

    /// <summary>x = n ln 2 + r; ln 2 in two parts, the first short enough for n times it to be exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce(V x, out V r)
    {
        V n = L.Round(L.Multiply(x, Constant(1.4426950408889634)));
        r = L.MultiplyAdd(n, Constant(IsSingle ? -0.693359375 : -6.93147180369123816490e-01), x);
        r = L.MultiplyAdd(n, Constant(IsSingle ? 2.12194440054690583e-4 : -1.90821492927058770002e-10), r);
        return n;
    }

    /// <summary>eʳ − 1 = r + r² q(r), |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedExpm1(V r) => L.MultiplyAdd(L.Multiply(r, r), ReducedTail(r), r);

    /// <summary>(eʳ − 1 − r) / r², |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedTail(V r)
    {
        V q;
        if (typeof(T) == typeof(float))
        {
            q = Step(Constant(1.38829547185191746e-03), r, 8.36654385420449245e-03);
            q = Step(q, r, 4.16671950037756089e-02);
            q = Step(q, r, 1.66665434857493550e-01);
            q = Step(q, r, 4.99999981562080587e-01);
        }
        else
        {
            q = Step(Constant(2.50536926519821292e-08), r, 2.76260928382948457e-07);
            q = Step(q, r, 2.75574079245348608e-06);
            q = Step(q, r, 2.48015051426017846e-05);
            q = Step(q, r, 1.98412697184828719e-04);
            q = Step(q, r, 1.38888889316674371e-03);
            q = Step(q, r, 8.33333333338981408e-03);
            q = Step(q, r, 4.16666666665764657e-02);
            q = Step(q, r, 1.66666666666665880e-01);
            q = Step(q, r, 5.00000000000000555e-01);
        }

        return q;
    }

    private struct ScalarExp : IScalarFunction<T>
    {
        public static T Of(T x) => T.Exp(x);
    }

    private struct ScalarExpm1 : IScalarFunction<T>
    {
        public static T Of(T x) => T.ExpM1(x);
    }

    private struct ScalarTanh : IScalarFunction<T>
    {
        public static T Of(T x) => T.Tanh(x);
    }
}
