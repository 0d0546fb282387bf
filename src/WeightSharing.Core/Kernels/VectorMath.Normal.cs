using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

// The upper tail of the normal distribution, Q(a) = ½ erfc(a / √2) for a ≥ 0, is e^(−a²/2) · g(w) / (a + c) with w = (a − c) / (a + c):
// one polynomial
// for the whole half line (the substitution of Shepherd & Laframboise 1981, the coefficients fitted here), with relative accuracy to the
// last digit
// before underflow.
internal static unsafe partial class VectorMath<T, V, L>
{
    /// <summary>erf x: an odd polynomial up to one, 1 − 2 Q(√2 |x|) beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf(V x)
    {
        if (typeof(T) == typeof(float)) return ErfByTable(x);
        if (typeof(T) != typeof(double)) return PerLane<ScalarErf>(x);
        // From here on erf is 1 to the last digit.
        V t = L.Clamp(L.Abs(x), L.Zero, Constant(6.25));
        V scaled = TailFactor(L.Multiply(t, Constant(1.4142135623730951)));
        V complement = L.Multiply(ExpInRange(L.Multiply(L.Negate(t), t)), L.Add(scaled, scaled));
        V far = L.Subtract(Constant(1), complement);

        V z = L.Multiply(t, t);
        V p = Step(Constant(-7.77946297170081686e-10), z, 1.37109887039785642e-08);
        p = Step(p, z, -1.62063187528713946e-07);
        p = Step(p, z, 1.64471326997661995e-06);
        p = Step(p, z, -1.49247124395323970e-05);
        p = Step(p, z, 1.20552935869367741e-04);
        p = Step(p, z, -8.54832592976623672e-04);
        p = Step(p, z, 5.22397760613084201e-03);
        p = Step(p, z, -2.68661706431134149e-02);
        p = Step(p, z, 1.12837916709442002e-01);
        p = Step(p, z, -3.76126389031835207e-01);
        p = Step(p, z, 1.28379167095512559e-01);

        V near = L.MultiplyAdd(p, t, t);
        return WithSign(L.Select(L.LessThan(t, Constant(1)), near, far), x);
    }

    /// <summary>x Φ(x): a polynomial for Φ up to |x| = ½; beyond, x (1 − Q(x)) for positive x and x Q(|x|) for negative, where nothing
    /// cancels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu(V x)
    {
        if (typeof(T) == typeof(float)) return GeluByTable(x);
        return typeof(T) == typeof(double) ? GeluAnywhere(x) : PerLane<ScalarGelu>(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluAnywhere(V x)
    {
        V a = TailArgument(x);
        V n = GaussianOf(a, out V p, out V pLow);
        V negative = L.LessThan(x, L.Zero);
        V factor = TailFactor(a, out V factorLow);

        // The tail is the sum of two parts until its last addition: any rounding before it would be one more unit for negative x.
        V multiplier = L.Select(negative, L.Negate(a), Constant(1));
        V scaled = L.Multiply(multiplier, factor);
        V scaledLow = L.MultiplyAdd(multiplier, factorLow, Rest(multiplier, factor, L.Negate(scaled)));
        V product = L.Multiply(scaled, p);
        V low = L.MultiplyAdd(scaled, pLow, L.MultiplyAdd(scaledLow, p, scaledLow));
        low = L.Add(low, Rest(scaled, p, L.Negate(product)));
        V high = L.Add(scaled, product);
        low = L.Add(low, L.Subtract(product, L.Subtract(high, scaled)));

        // Scaled after all products, so that a subnormal result is rounded once.
        V tail = L.Scale(L.Add(high, low), n);
        V far = L.Select(negative, tail, L.Multiply(x, L.Subtract(Constant(1), tail)));
        V near = L.Multiply(x, L.MultiplyAdd(x, CentralSlope(L.Multiply(x, x)), Constant(0.5)));
        return L.Select(L.LessThan(a, Constant(0.5)), near, far);
    }

    /// <summary>d/dx x Φ(x) = Φ(x) + x φ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluSlope(V x)
    {
        if (typeof(T) == typeof(float)) return GeluSlopeByTable(x);
        return typeof(T) == typeof(double) ? GeluSlopeAnywhere(x) : PerLane<ScalarGeluSlope>(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluSlopeAnywhere(V x)
    {
        V a = TailArgument(x);
        V n = GaussianOf(a, out V p, out _);

        // With t = Q(a) − a φ(a), the slope is t for negative and 1 − t for positive x; NaN comes through a.
        V factor = L.MultiplyAdd(a, Constant(-0.39894228040143268), TailFactor(a));
        V t = L.Scale(L.MultiplyAdd(factor, p, factor), n);
        return L.Select(L.LessThan(x, L.Zero), t, L.Subtract(Constant(1), t));
    }

    /// <summary>½x(1 + tanh u) = x / (1 + e^(−2u)) with u = √(2/π) (x + 0.044715 x³).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluTanh(V x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return PerLane<ScalarGeluTanh>(x);
        const double linear = 1.5957691216057307, cubic = 7.135481627260025e-2;
        const double linearRest = 1.22351516833922094e-16, cubicRest = -6.17514991815531500e-19;
        V linearHigh = Constant(linear), cubicHigh = Constant(cubic);
        V linearLow = Constant(IsSingle ? linear - (float)linear : linearRest), cubicLow = Constant(IsSingle ? cubic - (float)cubic : cubicRest);

        // −2|u| in two parts, high and low: its rounding error, times 2|u|, would be the relative error of the tail.
        V a = L.Clamp(L.Abs(x), L.Zero, Constant(IsSingle ? 12 : 22));
        V square = L.Multiply(a, a);
        V squareLow = Rest(a, a, L.Negate(square));
        V product = L.Multiply(cubicHigh, square);
        V productLow = Rest(cubicHigh, square, L.Negate(product));
        productLow = L.MultiplyAdd(cubicHigh, squareLow, L.MultiplyAdd(cubicLow, square, productLow));
        V factor = L.Add(linearHigh, product);
        V part = L.Subtract(factor, linearHigh);
        V factorLow = L.Add(L.Subtract(linearHigh, L.Subtract(factor, part)), L.Subtract(product, part));
        factorLow = L.Add(L.Add(linearLow, productLow), factorLow);
        V minus = L.Negate(a);
        V high = L.Multiply(minus, factor);
        V low = L.MultiplyAdd(minus, factorLow, Rest(minus, factor, L.Negate(high)));

        V n = Reduce(high, out V r);
        V p = ReducedExpm1(L.Add(r, low));
        V one = Constant(1);
        V e = L.Scale(L.Add(one, p), n);
        V sum = L.Add(one, e);
        V sumLow = L.Add(L.Subtract(one, sum), e);

        // |x| e / (1 + e) for negative x, |x| / (1 + e) for positive: one Newton step takes out the rounding errors of the numerator, the
        // sum and the quotient; 2ⁿ comes last, so that a subnormal result is rounded once.
        V negative = L.LessThan(x, L.Zero);
        V tail = L.MultiplyAdd(a, p, a);
        V tailLow = Rest(a, p, L.Subtract(a, tail));
        V numerator = L.Select(negative, tail, a);
        V inverse = L.Divide(one, sum);
        V q = L.Multiply(numerator, inverse);
        V rest = L.Add(Rest(L.Negate(q), sum, numerator), L.Select(negative, tailLow, L.Zero));
        q = L.MultiplyAdd(L.MultiplyAdd(L.Negate(q), sumLow, rest), inverse, q);
        q = WithSign(L.Scale(q, L.Select(negative, n, L.Zero)), x);
        return L.Select(L.GreaterThan(x, Constant(10)), x, q);
    }

    /// <summary>(Φ(x) − ½) / x for |x| ≤ 1, z = x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V CentralSlope(V z)
    {
        V p;
        if (typeof(T) == typeof(float))
        {
            p = Step(Constant(-7.46292467685405854e-06), z, 1.12952457844517451e-04);
            p = Step(p, z, -1.18578554907013329e-03);
            p = Step(p, z, 9.97307880342047925e-03);
            p = Step(p, z, -6.64903144863260159e-02);
            p = Step(p, z, 3.98942277687255098e-01);
        }
        else
        {
            p = Step(Constant(4.01150623447735359e-12), z, -1.10311376160574159e-10);
            p = Step(p, z, 2.26966151158343969e-09);
            p = Step(p, z, -4.12231521962788818e-08);
            p = Step(p, z, 6.65967243024714229e-07);
            p = Step(p, z, -9.44465542559115526e-06);
            p = Step(p, z, 1.15434687402615331e-04);
            p = Step(p, z, -1.18732821544671871e-03);
            p = Step(p, z, 9.97355701003281754e-03);
            p = Step(p, z, -6.64903800669053163e-02);
            p = Step(p, z, 3.98942280401432703e-01);
        }

        return p;
    }

    /// <summary>|x|, limited to where the tail underflows to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TailArgument(V x) => L.Clamp(L.Abs(x), L.Zero, Constant(IsSingle ? 15 : 39));

    /// <summary>
    /// n, p and its rounding error pLow with e^(−a²/2) = 2ⁿ (1 + p + pLow); the rounding error of the square is taken along: it would grow to a² half units in
    /// the last place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GaussianOf(V a, out V p, out V pLow)
    {
        V minusHalf = L.Multiply(a, Constant(-0.5));
        V high = L.Multiply(minusHalf, a);
        V low = Rest(minusHalf, a, L.Negate(high));
        V n = Reduce(high, out V r);
        V sum = L.Add(r, low), square = L.Multiply(sum, sum), q = ReducedTail(sum);
        p = L.MultiplyAdd(square, q, sum);
        pLow = L.Add(L.Subtract(low, L.Subtract(sum, r)), L.MultiplyAdd(square, q, L.Subtract(sum, p)));
        return n;
    }

    /// <summary>Q(a) e^(a²/2)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TailFactor(V a)
    {
        V c = Constant(TailCentre);
        V inverse = L.Divide(Constant(1), L.Add(a, c));
        V w = L.Multiply(L.Subtract(a, c), inverse);
        V steps = L.MultiplyAdd(TailSteps(w, out V next, out V constant), w, next);
        return L.Multiply(L.MultiplyAdd(steps, w, constant), inverse);
    }

    /// <summary>m = Q(a) e^(a²/2) in two parts, the returned and <paramref name="low"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TailFactor(V a, out V low)
    {
        V c = Constant(TailCentre);
        V sum = L.Add(a, c);
        V sumLow = L.Subtract(a, L.Subtract(sum, c));
        V difference = L.Subtract(a, c);
        V differenceLow = L.Subtract(a, L.Add(difference, c));
        V inverse = L.Divide(Constant(1), sum);
        V inverseError = L.MultiplyAdd(L.Negate(sumLow), inverse, Rest(L.Negate(sum), inverse, Constant(1)));
        V w = L.Multiply(difference, inverse);

        // The rounded w belongs to an argument that lies ∆a = (a − c − w (a + c)) (a + c) / 2c below a.
        V minusW = L.Negate(w);
        V residue = L.Add(Rest(minusW, sum, difference), L.MultiplyAdd(minusW, sumLow, differenceLow));
        V shift = L.Multiply(L.Multiply(residue, sum), Constant(0.5 / TailCentre));

        // The last two steps in two parts: their rounding errors would add up to a unit.
        V before = TailSteps(w, out V next, out V constant);
        V steps = L.MultiplyAdd(before, w, next);
        V stepsLow = Rest(before, w, L.Subtract(next, steps));
        V g = L.MultiplyAdd(steps, w, constant);
        V gLow = L.MultiplyAdd(stepsLow, w, Rest(steps, w, L.Subtract(constant, g)));
        V m = L.Multiply(g, inverse);

        // dm/da = a m − 1/√(2π), and g = m (a + c): the change of g over ∆a, divided by a + c, is (dm/da + m / (a + c)) ∆a.
        V slope = L.MultiplyAdd(m, inverse, L.MultiplyAdd(a, m, Constant(-0.39894228040143268)));
        low = Rest(g, inverse, L.Negate(m));
        low = L.MultiplyAdd(gLow, inverse, low);
        low = L.MultiplyAdd(m, inverseError, low);
        low = L.MultiplyAdd(slope, shift, low);
        return m;
    }

    private static double TailCentre
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsSingle ? 4 : 5;
    }

    /// <summary>The polynomial g without its last two steps, g(w) = (steps · w + next) · w + constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TailSteps(V w, out V next, out V constant)
    {
        V g;
        if (typeof(T) == typeof(float))
        {
            g = Step(Constant(-4.50619789966870838e-05), w, -2.19285824195217336e-04);
            g = Step(g, w, 1.71859732765816025e-04);
            g = Step(g, w, 1.63548766366935507e-03);
            g = Step(g, w, -3.49221978513986238e-03);
            g = Step(g, w, -7.54261383483138294e-03);
            g = Step(g, w, 6.03983531104718488e-02);
            g = Step(g, w, -1.86521573934096768e-01);
            g = Step(g, w, 3.87137304949627559e-01);
            next = Constant(-6.07896649353478091e-01);
            constant = Constant(7.55285131295419743e-01);
        }
        else
        {
            g = Step(Constant(-3.02868074522549609e-10), w, 1.43201778126164339e-09);
            g = Step(g, w, 7.94209394961288468e-09);
            g = Step(g, w, -8.29494248425442583e-09);
            g = Step(g, w, -6.60114148338737355e-08);
            g = Step(g, w, 4.08806730972060889e-08);
            g = Step(g, w, 4.32884014220756795e-07);
            g = Step(g, w, -3.35537341887050107e-07);
            g = Step(g, w, -2.76895243104732162e-06);
            g = Step(g, w, 3.98038477625234454e-06);
            g = Step(g, w, 1.66810412030952485e-05);
            g = Step(g, w, -4.97626549333423499e-05);
            g = Step(g, w, -5.93756747867046149e-05);
            g = Step(g, w, 5.44899033394871776e-04);
            g = Step(g, w, -7.97869408010834307e-04);
            g = Step(g, w, -2.99337676670608172e-03);
            g = Step(g, w, 2.07950668008377929e-02);
            g = Step(g, w, -6.91186387065699792e-02);
            g = Step(g, w, 1.65020366170337413e-01);
            g = Step(g, w, -3.13533156671296220e-01);
            g = Step(g, w, 4.95305615969977298e-01);
            next = Constant(-6.65382502890056737e-01);
            constant = Constant(7.69193049750062974e-01);
        }

        return g;
    }

    private struct ScalarErf : IScalarFunction<T>
    {
        public static T Of(T x) => T.CreateTruncating(VectorMath<double, double, ScalarLanes<double>>.Erf(double.CreateTruncating(x)));
    }

    private struct ScalarGelu : IScalarFunction<T>
    {
        public static T Of(T x) => T.CreateTruncating(VectorMath<double, double, ScalarLanes<double>>.Gelu(double.CreateTruncating(x)));
    }

    private struct ScalarGeluTanh : IScalarFunction<T>
    {
        public static T Of(T x) => T.CreateTruncating(VectorMath<double, double, ScalarLanes<double>>.GeluTanh(double.CreateTruncating(x)));
    }

    private struct ScalarGeluSlope : IScalarFunction<T>
    {
        public static T Of(T x) => T.CreateTruncating(VectorMath<double, double, ScalarLanes<double>>.GeluSlope(double.CreateTruncating(x)));
    }
}
