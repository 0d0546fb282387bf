using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// ln x = k ln 2 + ln(1 + f) with 1 + f in [√½, √2); with s = f / (2 + f) and z = s², ln(1 + f) = 2s + s z l(z) (Tang 1990), arranged as
// f − (½f² − s(½f² + z l(z))) so that the leading term is exact.
internal static unsafe partial class VectorMath<T, V, L>
{
    /// <summary>ln x; −∞ at zero, NaN below.</summary>
    /// <remarks>
    /// By the machine, not by the width, so that an element has the same bits at the end of a span: with 512 bits a table is one instruction, and takes half of
    /// the quotient's time; below it takes a tenth more, and two thirds more without a multiply-add.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        if (typeof(T) == typeof(float) && Simd.Has512) return LogByTable(x);
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? LogByQuotient(x) : PerLane<ScalarLog>(x);
    }

    /// <summary>
    /// ln x = k ln 2 − ln c + ln(1 + r) with r = m c − 1, x = 2ᵏ m and c near the inverse of m's segment's centre: no quotient, which takes as long as all
    /// of this. k times a short ln 2 and −ln c are an exact sum; about one c is 1, so that the leading term is exact there too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogByTable(V x)
    {
        V m = L.SplitAtThreeQuarters(x, out V k, out V segment);
        T* inverses = (T*)LogTables.Inverses;
        V r = Rest(m, L.Lookup(inverses, segment), Constant(-1));
        V high = L.MultiplyAdd(k, Constant(LogTables.Ln2), L.Lookup(inverses + LogTables.Segments, segment));
        return L.Add(high, L.MultiplyAdd(k, Constant(LogTables.Ln2Rest), LogOfRest(r)));
    }

    /// <summary>ln x by Tang's formula: for double, and for the floats whose bits have to stay what they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogByQuotient(V x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return PerLane<ScalarLog>(x);

        // Subnormal numbers are lifted by 2^25 or 2^54; the factor tells the exponent, for less one it is rounded to itself. The mask has one use, next
        // to its comparison, and so stays in a mask register: spread over a vector by vpmovm2d, which waits on Intel's processors for the register that
        // it overwrites, each turn of a loop would wait for the one before (measured: three times as long).
        V least = Constant(IsSingle ? 1.17549435082228750797e-38 : 2.2250738585072014e-308);
        V lift = Constant(IsSingle ? 33554432.0 : 18014398509481984.0);
        V one = Constant(1);
        V factor = L.Select(L.LessThan(x, least), lift, one);
        V lifted = L.Multiply(L.Subtract(factor, one), Constant(IsSingle ? 25 / 33554432.0 : 54 / 18014398509481984.0));
        V normal = L.Multiply(x, factor);
        V e = L.NearestExponent(normal);
        V f = L.Subtract(L.ScaleByPowerOfTwo(normal, L.Negate(e)), one);
        V k = L.Subtract(e, lifted);
        return AtEdges(x, LogOfReduced(k, f));
    }

    /// <summary>ln(1 + x); the rounding error of 1 + x is carried into the reduced argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p(V x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return PerLane<ScalarLog1p>(x);
        if (typeof(T) == typeof(float) && Simd.Has512) return Log1pByTable(x);
        V one = Constant(1);
        V sum = L.Add(one, x);
        V part = L.Subtract(sum, one);
        V error = L.Add(L.Subtract(one, L.Subtract(sum, part)), L.Subtract(x, part));
        V e = L.Negate(L.NearestExponent(sum));

        // For large x the error is beyond the last digit, and 2^−k need not be a normal number.
        V scale = L.Select(L.LessThan(sum, Constant(1152921504606846976.0)), L.ScaleByPowerOfTwo(one, e), L.Zero);
        V f = L.MultiplyAdd(error, scale, L.Subtract(L.ScaleByPowerOfTwo(sum, e), one));
        V result = AtEdges(sum, LogOfReduced(L.Negate(e), f));
        return L.Select(L.Equal(x, L.Zero), x, result);
    }

    /// <summary>As <see cref="LogByTable"/> of 1 + x, whose rounding error is added to r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Log1pByTable(V x)
    {
        V one = Constant(1), sum = L.Add(one, x), part = L.Subtract(sum, one);
        V error = L.Add(L.Subtract(one, L.Subtract(sum, part)), L.Subtract(x, part));
        V m = L.SplitAtThreeQuarters(sum, out V k, out V segment);
        T* inverses = (T*)LogTables.Inverses;
        V inverse = L.Lookup(inverses, segment);

        // For large x the error is beyond the last digit, or not a number.
        V scale = L.ScaleByPowerOfTwo(one, L.Clamp(L.Negate(k), Constant(-60), Constant(60)));
        V rest = L.Multiply(L.Select(L.LessThan(sum, Constant(1152921504606846976.0)), error, L.Zero), scale);
        V r = L.MultiplyAdd(rest, inverse, Rest(m, inverse, Constant(-1)));
        V high = L.MultiplyAdd(k, Constant(LogTables.Ln2), L.Lookup(inverses + LogTables.Segments, segment));
        V result = L.Add(high, L.MultiplyAdd(k, Constant(LogTables.Ln2Rest), LogOfRest(r)));
        return L.Select(L.Equal(x, L.Zero), x, result);
    }

    /// <summary>ln(1 + r) for the r of a segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfRest(V r)
    {
        V q = Step(Constant(0.188552302167751273), r, -0.25006669912050132);
        q = Step(q, r, 0.33334446895343854);
        q = Step(q, r, -0.500000009516492834);
        return L.MultiplyAdd(L.Multiply(r, r), q, r);
    }

    /// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus(V x) => typeof(T) == typeof(float) ? SoftplusByTable(x) : SoftplusAnywhere(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SoftplusAnywhere(V x)
    {
        V e = Exp(L.Negate(L.Abs(x)));
        V positive = L.Select(L.LessThan(x, L.Zero), L.Zero, x);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return L.Add(positive, PerLane<ScalarLog1p>(e));

        // As Log1p, for 0 ≤ e ≤ 1: no edges, and the exponent of 1 + e is 0 or 1.
        V one = Constant(1);
        V sum = L.Add(one, e);
        V rest = L.Subtract(e, L.Subtract(sum, one));
        V upper = L.GreaterThan(sum, Constant(1.4142135623730951));
        V halved = L.MultiplyAdd(rest, Constant(0.5), L.Subtract(L.Multiply(sum, Constant(0.5)), one));
        return L.Add(positive, LogOfReduced(L.Select(upper, one, L.Zero), L.Select(upper, halved, e)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfReduced(V k, V f)
    {
        V s = L.Divide(f, L.Add(f, Constant(2)));
        V z = L.Multiply(s, s);
        V l;
        if (typeof(T) == typeof(float))
        {
            l = Step(Constant(2.98730837985276110e-01), z, 3.99774962473872619e-01);
            l = Step(l, z, 6.66667766918937033e-01);
        }
        else
        {
            l = Step(Constant(1.47973475065533155e-01), z, 1.53139219777043423e-01);
            l = Step(l, z, 1.81835688986384303e-01);
            l = Step(l, z, 2.22221984941353451e-01);
            l = Step(l, z, 2.85714287430713532e-01);
            l = Step(l, z, 3.99999999994119726e-01);
            l = Step(l, z, 6.66666666666673513e-01);
        }

        V halfSquare = L.Multiply(L.Multiply(f, f), Constant(0.5));
        V tail = L.Multiply(k, Constant(IsSingle ? -2.12194440054690583e-4 : 1.90821492927058770002e-10));
        tail = L.MultiplyAdd(s, L.MultiplyAdd(z, l, halfSquare), tail);
        V rest = L.Subtract(f, L.Subtract(halfSquare, tail));
        return L.MultiplyAdd(k, Constant(IsSingle ? 0.693359375 : 6.93147180369123816490e-01), rest);
    }

    /// <summary>The result where 0 &lt; x &lt; ∞; else −∞, ∞ or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AtEdges(V x, V result)
    {
        V infinity = Constant(double.PositiveInfinity);
        V inside = L.And(L.GreaterThan(x, L.Zero), L.LessThan(x, infinity));
        V below = L.Select(L.Equal(x, L.Zero), Constant(double.NegativeInfinity), Constant(double.NaN));
        return L.Select(inside, result, L.Select(L.GreaterThan(x, L.Zero), infinity, below));
    }

    private struct ScalarLog : IScalarFunction<T>
    {
        public static T Of(T x) => T.Log(x);
    }

    private struct ScalarLog1p : IScalarFunction<T>
    {
        public static T Of(T x) => T.LogP1(x);
    }
}
