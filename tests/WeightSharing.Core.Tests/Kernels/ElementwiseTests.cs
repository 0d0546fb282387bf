using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tests.Kernels;

public class ElementwiseTests
{
    [Fact]
    public void Float_elements_have_the_same_bits_wherever_they_stand() => SameBits<float>();

    [Fact]
    public void Double_elements_have_the_same_bits_wherever_they_stand() => SameBits<double>();

    [Fact]
    public void A_third_element_type_runs_the_reference()
    {
        Half[] x = [(Half)(-1), (Half)0, (Half)0.5, (Half)3];
        var y = new Half[4];
        Elementwise.Map(x, y, default(Exp<Half>));
        Assert.Equal(x.Select(Half.Exp), y);
        Elementwise.Combine(x, x, y, default(Add<Half>));
        Assert.Equal(x.Select(v => v + v), y);
        Elementwise.Map(x, y, default(Gelu<Half>));
        Assert.Equal(0.3457, (double)y[2], 3);
    }

    [Fact]
    public void Operands_may_be_the_target()
    {
        foreach (SimdVariant variant in Simd.Available)
            for (int n = 0; n <= 70; n++)
            {
                float[] a = Values<float>(n, 1), b = Values<float>(n, 2), c = Values<float>(n, 3);
                var expected = new float[n];
                Elementwise.Combine3(variant, a, b, c, expected, default(MultiplyAdd<float>));

                float[] first = [.. a], second = [.. b], third = [.. c];
                Elementwise.Combine3(variant, first, b, c, first, default(MultiplyAdd<float>));
                Elementwise.Combine3(variant, a, second, c, second, default(MultiplyAdd<float>));
                Elementwise.Combine3(variant, a, b, third, third, default(MultiplyAdd<float>));
                Assert.Equal(expected, first);
                Assert.Equal(expected, second);
                Assert.Equal(expected, third);
            }
    }

    [Fact]
    public void Long_spans_have_the_same_bits_for_any_number_of_threads()
    {
        float[] x = Values<float>(300_001, 7);
        float[] one = new float[x.Length], many = new float[x.Length];
        using (Parallelism.Limit(1)) Elementwise.Map(x, one, default(Tanh<float>));
        using (Parallelism.Limit(5)) Elementwise.Map(x, many, default(Tanh<float>));
        Assert.Equal(one, many);
        for (int i = 0; i < x.Length; i += 997) Assert.Equal(VectorMath<float, float, ScalarLanes<float>>.Tanh(x[i]), one[i]);
    }

    [Fact]
    public void Lengths_that_differ_are_an_error()
    {
        var error = Assert.Throws<ArgumentException>(() => Elementwise.Combine(new float[3], new float[2], new float[3], default(Add<float>)));
        Assert.Equal("Elementwise.Combine: the first operand has 3 elements, another only 2; all lengths must be equal.", error.Message);
        Assert.Throws<ArgumentException>(() => Elementwise.Map(new float[3], new float[2], default(Exp<float>)));
        Assert.Throws<ArgumentException>(() => Elementwise.Combine3(new float[3], new float[3], new float[2], new float[3], default(Where<float>)));
    }

    [Fact]
    public void Arithmetic_follows_its_formulas()
    {
        Check(default(Add<double>), (a, b) => a + b);
        Check(default(Subtract<double>), (a, b) => a - b);
        Check(default(Multiply<double>), (a, b) => a * b);
        Check(default(Divide<double>), (a, b) => a / b);
        Check(default(Maximum<double>), Math.Max);
        Check(default(Minimum<double>), Math.Min);
        Check(default(Power<double>), Math.Pow);
        Check(default(Atan2<double>), Math.Atan2);
        Check(new AddScaled<double>(0.75), (a, b) => a + 0.75 * b);
        Check(default(Copy<double>), x => x);
        Check(default(Negate<double>), x => -x);
        Check(default(Square<double>), x => x * x);
        Check(default(Sqrt<double>), Math.Sqrt);
        Check(default(Reciprocal<double>), x => 1 / x);
        Check(new Scale<double>(-3), x => -3 * x);
        Check(new Shift<double>(0.3), x => x + 0.3);
        Check(new Affine<double>(2, -0.3), x => 2 * x - 0.3);
        Check(new PowerBy<double>(3), x => Math.Pow(x, 3));
        Check(default(Sin<double>), Math.Sin);
        Check(default(Cos<double>), Math.Cos);
    }

    [Fact]
    public void Piecewise_operators_follow_their_formulas_at_kinks_and_NaN()
    {
        Check(default(Abs<double>), Math.Abs);
        Check(default(Sign<double>), x => double.IsNaN(x) ? x : Math.Sign(x));
        Check(default(Floor<double>), Math.Floor);
        Check(default(Ceiling<double>), Math.Ceiling);
        Check(default(Round<double>), Math.Round);
        Check(new Clamp<double>(-1, 0.5), x => Math.Clamp(x, -1, 0.5));
        Check(default(Relu<double>), x => x < 0 ? 0 : x);
        Check(new LeakyRelu<double>(0.1), x => x > 0 ? x : 0.1 * x);
        Check(default(Equal<double>), (a, b) => a == b ? 1 : 0);
        Check(default(NotEqual<double>), (a, b) => a != b ? 1 : 0);
        Check(default(Less<double>), (a, b) => a < b ? 1 : 0);
        Check(default(LessOrEqual<double>), (a, b) => a <= b ? 1 : 0);
        Check(default(Greater<double>), (a, b) => a > b ? 1 : 0);
        Check(default(GreaterOrEqual<double>), (a, b) => a >= b ? 1 : 0);
    }

    [Fact]
    public void Derivatives_follow_their_formulas()
    {
        Check(default(SqrtBackward<double>), (dy, y) => dy / (2 * y));
        Check(default(ReciprocalBackward<double>), (dy, y) => -dy * (y * y));
        Check(default(SquareBackward<double>), (dy, x) => dy * 2 * x);
        Check(default(Expm1Backward<double>), (dy, y) => dy * (y + 1));
        Check(default(Log1pBackward<double>), (dy, x) => dy / (1 + x));
        Check(new PowerByBackward<double>(3), (dy, x) => dy * (3 * Math.Pow(x, 2)));
        Check(new PowerByBackward<double>(0), (dy, x) => dy * 0);
        Check(default(SinBackward<double>), (dy, x) => dy * Math.Cos(x));
        Check(default(CosBackward<double>), (dy, x) => -dy * Math.Sin(x));
        Check(default(AbsBackward<double>), (dy, x) => x == 0 ? 0 : x < 0 ? -dy : dy);
        Check(new ClampBackward<double>(-1, 0.5), (dy, x) => x is >= -1 and <= 0.5 ? dy : 0);
        Check(default(ReluBackward<double>), (dy, x) => x > 0 ? dy : 0);
        Check(new LeakyReluBackward<double>(0.1), (dy, x) => x > 0 ? dy : 0.1 * dy);
        Check(default(TanhBackward<double>), (dy, y) => dy * (1 - y * y));
        Check(default(SigmoidBackward<double>), (dy, y) => dy * y * (1 - y));
        Check(default(ErfBackward<double>), (dy, x) => dy * (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x)));
        Check(new SoftplusBackward<double>(2, 3), (dy, x) => 2 * x > 3 ? dy : dy / (1 + Math.Exp(-2 * x)));
        Check(new MaximumBackward<double>(), (dy, a, b) => a > b ? dy : a == b ? dy / 2 : 0);
        Check(new MinimumBackward<double>(), (dy, a, b) => a < b ? dy : a == b ? dy / 2 : 0);
        Check(new DivideBackward<double>(), (dy, y, b) => -dy * y / b);
        Check(new PowerBackwardBase<double>(), (dy, a, b) => b == 0 ? 0 : dy * (b * Math.Pow(a, b - 1)));
        Check(new PowerBackwardExponent<double>(), (dy, a, b) => a == 0 && b >= 0 ? 0 : dy * (Math.Pow(a, b) * Math.Log(a)));
        Check(new Atan2BackwardY<double>(), (dy, a, b) => a * a + b * b == 0 ? 0 : dy * b / (a * a + b * b));
        Check(new Atan2BackwardX<double>(), (dy, a, b) => a * a + b * b == 0 ? 0 : -dy * a / (a * a + b * b));
        Check(new Where<double>(), (m, a, b) => m == 0 ? b : a);
        Check(new MultiplyAdd<double>(), (a, b, c) => a * b + c);
        Check(new Multiply3<double>(), (a, b, c) => a * b * c);
    }

    [Fact]
    public void Derivatives_of_gelu_match_central_differences()
    {
        double h = 1e-5;
        double[] x = [.. Enumerable.Range(-60, 121).Select(i => i / 10.0)];
        double[] up = [.. x.Select(v => v + h)], down = [.. x.Select(v => v - h)], dy = [.. x.Select(_ => 2.0)];
        double[] high = new double[x.Length], low = new double[x.Length], slope = new double[x.Length];
        Compare(default(Gelu<double>), default(GeluBackward<double>));
        Compare(default(GeluTanh<double>), default(GeluTanhBackward<double>));
        Compare(new Softplus<double>(2, 30), new SoftplusBackward<double>(2, 30));
        Compare(default(Erf<double>), default(ErfBackward<double>));

        void Compare<TForward, TBackward>(TForward forward, TBackward backward)
            where TForward : struct, IUnaryOperator<double>
            where TBackward : struct, IBinaryOperator<double>
        {
            Elementwise.Map(up, high, forward);
            Elementwise.Map(down, low, forward);
            Elementwise.Combine(dy, x, slope, backward);
            for (int i = 0; i < x.Length; i++) Assert.Equal((high[i] - low[i]) / h, slope[i], 1e-9);
        }
    }

    private static void SameBits<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameBits<T, Exp<T>>(default);
        SameBits<T, Expm1<T>>(default);
        SameBits<T, Log<T>>(default);
        SameBits<T, Log1p<T>>(default);
        SameBits<T, Tanh<T>>(default);
        SameBits<T, Sigmoid<T>>(default);
        SameBits<T, Erf<T>>(default);
        SameBits<T, Gelu<T>>(default);
        SameBits<T, GeluTanh<T>>(default);
        SameBits<T, Softplus<T>>(new(Number.Of<T>(1.5), Number.Of<T>(20)));
        SameBits<T, LeakyRelu<T>>(new(Number.Of<T>(0.01)));
        SameBits<T, Clamp<T>>(new(Number.Of<T>(-1), Number.Of<T>(2)));
        SameBits<T, Floor<T>>(default);
        SameBits<T, Round<T>>(default);
        SameBits<T, Sqrt<T>>(default);
        SameBits<T, Sin<T>>(default);
        SameBits<T, PowerBy<T>>(new(Number.Of<T>(2.5)));
    }

    /// <summary>Every length 0 … 70, at every offset of a vector, in every variant, against one element at a time.</summary>
    private static void SameBits<T, TOp>(TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        T[] x = Values<T>(70 + 17, 5);
        T[] expected = [.. x.Select(v => op.Apply<T, ScalarLanes<T>>(v))];
        var y = new T[x.Length];
        T guard = Number.Of<T>(123);
        foreach (SimdVariant variant in Simd.Available)
            for (int n = 0; n <= 70; n++)
                for (int offset = 0; offset < 16; offset += n < 20 ? 1 : 5)
                {
                    Array.Fill(y, guard);
                    Elementwise.Map(variant, x.AsSpan(offset, n), y.AsSpan(offset, n), op);
                    for (int i = 0; i < y.Length; i++)
                    {
                        T wanted = i >= offset && i < offset + n ? expected[i] : guard;
                        if (!y[i].Equals(wanted) || T.IsNegative(y[i]) != T.IsNegative(wanted) && !T.IsNaN(wanted))
                            Assert.Fail($"{typeof(TOp).Name} of {x[i]}, {variant}, length {n}, offset {offset}: {y[i]}, alone {wanted}");
                    }
                }
    }

    private static readonly double[] Specials =
    [
        0, -0.0, 1, -1, 2, 0.5, -0.5, 0.1, 1.5, -1.5, 2.5, 3, -3, 1e-3, 20, -20, 1e300, -1e300, 1e-310, double.PositiveInfinity, double.NegativeInfinity,
        double.NaN,
    ];

    private static void Check<TOp>(TOp op, Func<double, double> formula)
        where TOp : struct, IUnaryOperator<double>
    {
        var y = new double[Specials.Length];
        foreach (SimdVariant variant in Simd.Available)
        {
            Elementwise.Map(variant, Specials, y, op);
            for (int i = 0; i < y.Length; i++) Near($"{typeof(TOp).Name}({Specials[i]}), {variant}", formula(Specials[i]), y[i]);
        }
    }

    private static void Check<TOp>(TOp op, Func<double, double, double> formula)
        where TOp : struct, IBinaryOperator<double>
    {
        double[] a = [.. Specials.SelectMany(s => Specials.Select(_ => s))], b = [.. Specials.SelectMany(_ => Specials)];
        var y = new double[a.Length];
        foreach (SimdVariant variant in Simd.Available)
        {
            Elementwise.Combine(variant, a, b, y, op);
            for (int i = 0; i < y.Length; i++) Near($"{typeof(TOp).Name}({a[i]}, {b[i]}), {variant}", formula(a[i], b[i]), y[i]);
        }
    }

    private static void Check<TOp>(TOp op, Func<double, double, double, double> formula)
        where TOp : struct, ITernaryOperator<double>
    {
        double[] some = [0, 1, -2, 0.5, 3];
        double[] a = [.. some.SelectMany(s => some.SelectMany(_ => some.Select(_ => s)))];
        double[] b = [.. some.SelectMany(_ => some.SelectMany(s => some.Select(_ => s)))];
        double[] c = [.. some.SelectMany(_ => some.SelectMany(_ => some))];
        var y = new double[a.Length];
        foreach (SimdVariant variant in Simd.Available)
        {
            Elementwise.Combine3(variant, a, b, c, y, op);
            for (int i = 0; i < y.Length; i++) Near($"{typeof(TOp).Name}({a[i]}, {b[i]}, {c[i]}), {variant}", formula(a[i], b[i], c[i]), y[i]);
        }
    }

    private static void Near(string what, double expected, double actual)
    {
        if (expected.Equals(actual)) return;
        if (!(Math.Abs(expected - actual) <= 1e-14 * Math.Abs(expected))) Assert.Fail($"{what}: {actual}, expected {expected}");
    }

    private static T[] Values<T>(int n, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(i => Number.Of<T>(i % 11 == 10 ? Specials[i / 11 % Specials.Length] : 6 * random.NextDouble() - 3))];
    }
}
