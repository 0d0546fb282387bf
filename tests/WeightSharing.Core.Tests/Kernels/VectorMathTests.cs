using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tests.Kernels;

public class VectorMathTests
{
    // Bounds in units in the last place.
    [Fact]
    public void Exp_is_within_its_bound()
    {
        Double(default(Exp<double>), -744, 709, 1.1, (x, _) => ExactMath.Exp(x));
        Single(default(Exp<float>), Math.Exp, 1.1);
    }

    [Fact]
    public void Expm1_is_within_its_bound()
    {
        Double(default(Expm1<double>), -40, 709, 1.8, (x, _) => ExactMath.Expm1(x));
        Single(default(Expm1<float>), Of(default(Expm1<double>)), 1.8);
    }

    [Fact]
    public void Log_is_within_its_bound()
    {
        Double(default(Log<double>), 5e-324, 1.7e308, 1, (x, v) => ExactMath.Log(x, Math.Log(v)));
        Single(default(Log<float>), Math.Log, 1);
    }

    [Fact]
    public void Log1p_is_within_its_bound()
    {
        Double(default(Log1p<double>), -0.9999999, 1e308, 1.5, (x, v) => ExactMath.Log1p(x, Math.Abs(v) < 1e-5 ? v - v * v / 2 : Math.Log(1 + v)));
        Single(default(Log1p<float>), Of(default(Log1p<double>)), 1.5);
    }

    [Fact]
    public void Tanh_is_within_its_bound()
    {
        Double(default(Tanh<double>), -30, 30, 2, (x, _) => ExactMath.Tanh(x));
        Single(default(Tanh<float>), Math.Tanh, 2);
    }

    [Fact]
    public void Sigmoid_is_within_its_bound()
    {
        Double(default(Sigmoid<double>), -740, 60, 1.6, (x, _) => ExactMath.Sigmoid(x));
        Single(default(Sigmoid<float>), Of(default(Sigmoid<double>)), 1.6);
    }

    // The recurrent cells' own two: half the operations for twice the error.
    [Fact]
    public void Gate_functions_are_within_their_bound()
    {
        Double(default(GateSigmoid<double>), -706, 60, 4, (x, _) => ExactMath.Sigmoid(x));
        Single(default(GateSigmoid<float>), Of(default(Sigmoid<double>)), 4, low: -86);
        Double(default(GateTanh<double>), -30, 30, 4, (x, _) => ExactMath.Tanh(x));
        Single(default(GateTanh<float>), Math.Tanh, 4);
        const double inf = double.PositiveInfinity;
        Edges(default(GateTanh<double>), (0, 0), (inf, 1), (-inf, -1), (double.NaN, double.NaN));
        Edges(default(GateSigmoid<double>), (0, 0.5), (inf, 1), (double.NaN, double.NaN));
        Assert.InRange(default(GateSigmoid<float>).Apply<float, ScalarLanes<float>>(float.NegativeInfinity), 0, 1e-37f);
        Assert.InRange(default(GateSigmoid<double>).Apply<double, ScalarLanes<double>>(double.NegativeInfinity), 0, 1e-306);
    }

    private readonly struct GateSigmoid<T> : IUnaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public V Apply<V, L>(V x)
            where V : struct
            where L : struct, ILanes<T, V> => VectorMath<T, V, L>.GateSigmoid(x);
    }

    private readonly struct GateTanh<T> : IUnaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public V Apply<V, L>(V x)
            where V : struct
            where L : struct, ILanes<T, V> => VectorMath<T, V, L>.GateTanh(x);
    }

    [Fact]
    public void Softplus_is_within_its_bound()
    {
        Double(new Softplus<double>(1, 40), -700, 39, 2, (x, v) => ExactMath.Softplus(x, v < -5 ? Math.Exp(v) - Math.Exp(2 * v) / 2 : Math.Log(1 + Math.Exp(v))));
        Single(new Softplus<float>(1, 20), Of(new Softplus<double>(1, 20)), 2);
    }

    [Fact]
    public void Erf_is_within_its_bound()
    {
        Double(default(Erf<double>), -6, 6, 1.5, (x, _) => ExactMath.Erf(x));
        Single(default(Erf<float>), Of(default(Erf<double>)), 1.5);
    }

    // The tail of negative x is relative here: five digits more than 1 + erf leaves.
    [Fact]
    public void Gelu_is_within_its_bound()
    {
        Double(default(Gelu<double>), -37.4, 8, 2, (x, _) => ExactMath.Gelu(x), -36.645560877698266, -36.0543523435734, -35.60972580998657, -37.22716521007342);
        Single(default(Gelu<float>), Of(default(Gelu<double>)), 2);
        Double(default(GeluTanh<double>), -12, 8, 2, (x, _) => ExactMath.GeluTanh(x));
        Single(default(GeluTanh<float>), Of(default(GeluTanh<double>)), 2);
    }

    [Fact]
    public void Zeros_keep_their_sign_and_edges_their_values()
    {
        double inf = double.PositiveInfinity, nan = double.NaN;
        Edges(default(Exp<double>), (0, 1), (-0.0, 1), (inf, inf), (-inf, 0), (nan, nan), (709.79, inf), (-746, 0), (-745, double.Epsilon));
        Edges(default(Expm1<double>), (0, 0), (-0.0, -0.0), (inf, inf), (-inf, -1), (nan, nan), (-100, -1), (double.Epsilon, double.Epsilon));
        Edges(default(Log<double>), (1, 0), (0, -inf), (-0.0, -inf), (-1, nan), (-inf, nan), (inf, inf), (nan, nan));
        Edges(default(Log1p<double>), (0, 0), (-0.0, -0.0), (-1, -inf), (-2, nan), (inf, inf), (nan, nan), (double.Epsilon, double.Epsilon));
        Edges(default(Tanh<double>), (0, 0), (-0.0, -0.0), (inf, 1), (-inf, -1), (nan, nan), (double.Epsilon, double.Epsilon));
        Edges(default(Sigmoid<double>), (0, 0.5), (-0.0, 0.5), (inf, 1), (-inf, 0), (nan, nan));
        Edges(default(Erf<double>), (0, 0), (-0.0, -0.0), (inf, 1), (-inf, -1), (nan, nan));
        Edges(default(Gelu<double>), (0, 0), (-0.0, -0.0), (inf, inf), (-inf, -0.0), (nan, nan));
        Edges(default(GeluTanh<double>), (0, 0), (-0.0, -0.0), (inf, inf), (-inf, -0.0), (nan, nan));
        Edges(new Softplus<double>(1, 20), (0, Math.Log(2)), (inf, inf), (-inf, 0), (nan, nan), (21, 21));
        Edges(default(Relu<double>), (0, 0), (-1, 0), (inf, inf), (-inf, 0), (nan, nan));
    }

    // Floats go by tables, with ends of their own.
    [Fact]
    public void Zeros_of_floats_keep_their_sign_and_edges_their_values()
    {
        float inf = float.PositiveInfinity, nan = float.NaN, least = float.Epsilon;
        Edges(default(Tanh<float>), (0, 0), (-0f, -0f), (inf, 1), (-inf, -1), (9.3f, 1), (-1000, -1), (nan, nan), (least, least), (-least, -least));
        Edges(default(Sigmoid<float>), (0, 0.5f), (-0f, 0.5f), (inf, 1), (-inf, 0), (18, 1), (nan, nan), (least, 0.5f));
        Edges(default(Erf<float>), (0, 0), (-0f, -0f), (inf, 1), (-inf, -1), (4, 1), (-1000, -1), (nan, nan));
        Edges(default(Gelu<float>), (0, 0), (-0f, -0f), (inf, inf), (-inf, -0f), (6, 6), (1e30f, 1e30f), (-15, -0f), (-1e30f, -0f), (nan, nan), (2 * least, least));
        Edges(new Softplus<float>(1, 20), (0, 0.6931472f), (inf, inf), (-inf, 0), (nan, nan), (21, 21), (1e30f, 1e30f), (-1e30f, 0));
        Edges(default(Expm1<float>), (0, 0), (-0f, -0f), (inf, inf), (-inf, -1), (nan, nan));
        Edges(default(Relu<float>), (0, 0), (-1, 0), (inf, inf), (-inf, 0), (nan, nan));
    }

    // A vector without far lanes skips what they need: that must not show in the others.
    [Fact]
    public void A_lane_has_the_same_bits_whatever_its_neighbours_are()
    {
        float[] x = [.. Enumerable.Range(0, 4001).Select(i => (i - 2000) * 0.0101f)], spoilers = [30, -30, 5, -5, float.NaN, -17];
        Neighbours(default(Gelu<float>));
        Neighbours(default(Sigmoid<float>));
        Neighbours(default(Softplus<float>));
        Neighbours(default(Tanh<float>));
        Neighbours(default(Erf<float>));

        void Neighbours<TOp>(TOp op)
            where TOp : struct, IUnaryOperator<float>
        {
            foreach (SimdVariant variant in Simd.Available)
            {
                var y = new float[x.Length];
                Elementwise.Map(variant, x, y, op);
                for (int i = 0; i < x.Length; i += 7)
                {
                    foreach (float spoiler in spoilers)
                    {
                        float[] alone = [.. Enumerable.Repeat(spoiler, 16)];
                        alone[i % 16] = x[i];
                        Elementwise.Map(variant, alone, alone, op);
                        Assert.Equal(BitConverter.SingleToInt32Bits(y[i]), BitConverter.SingleToInt32Bits(alone[i % 16]));
                    }
                }
            }
        }
    }

    private static void Edges<T, TOp>(TOp op, params (T X, T Y)[] pairs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        foreach (SimdVariant variant in Simd.Available)
            foreach ((T x, T expected) in pairs)
            {
                T[] wide = [.. Enumerable.Repeat(x, 17)];
                Elementwise.Map(variant, wide, wide, op);
                foreach (T y in wide)
                    if (!y.Equals(expected) || (T.IsNegative(y) != T.IsNegative(expected) && !T.IsNaN(y)))
                        Assert.Fail($"{typeof(TOp).Name}({x}), {variant}: {y}, expected {expected}");
            }
    }

    private static void Edges<TOp>(TOp op, params (double X, double Y)[] pairs)
        where TOp : struct, IUnaryOperator<double> => Edges<double, TOp>(op, pairs);

    private static void Edges<TOp>(TOp op, params (float X, float Y)[] pairs)
        where TOp : struct, IUnaryOperator<float> => Edges<float, TOp>(op, pairs);

    /// <summary>Doubles of every exponent in range, and those that are worst, against 1200-bit arithmetic.</summary>
    private static void Double<TOp>(TOp op, double low, double high, double bound, Func<BigInteger, double, BigInteger> exact, params double[] worst)
        where TOp : struct, IUnaryOperator<double>
    {
        var random = new Random(1);
        List<double> x = [.. worst];
        for (int exponent = -1074; exponent <= 1023; exponent += exponent is > -20 and < 10 ? 1 : 61)
            for (int k = 0; k < (exponent is > -8 and < 10 ? 8 : 1); k++)
            {
                double magnitude = Math.ScaleB(1 + random.NextDouble(), exponent);
                x.AddRange(new[] { magnitude, -magnitude }.Where(v => v >= low && v <= high));
            }

        for (int k = 0; k < 60; k++) x.Add(Math.Max(low, -50) + (Math.Min(high, 50) - Math.Max(low, -50)) * random.NextDouble());
        BigInteger[] expected = [.. x.Select(v => exact(ExactMath.Of(v), v))];
        foreach (SimdVariant variant in Simd.Available)
        {
            double[] y = [.. x];
            Elementwise.Map(variant, y, y, op);
            for (int i = 0; i < y.Length; i++)
            {
                double error = ExactMath.ErrorInUlps(y[i], expected[i], 53, -1074);
                if (!(error <= bound)) Assert.Fail($"{typeof(TOp).Name}({x[i]:r}), {variant}: {y[i]:r} is off by {error:f3} ulp");
            }
        }
    }

    /// <summary>One float in 150 011 of all 2³², against double precision.</summary>
    private static void Single<TOp>(TOp op, Func<double, double> reference, double bound, double low = double.NegativeInfinity)
        where TOp : struct, IUnaryOperator<float>
    {
        const long stride = 150_011;
        float[] x = [.. Enumerable.Range(0, (int)((1L << 32) / stride)).Select(i => BitConverter.UInt32BitsToSingle((uint)(i * stride))).Where(v => !(v < low))];
        foreach (SimdVariant variant in Simd.Available)
        {
            var y = new float[x.Length];
            Elementwise.Map(variant, x, y, op);
            for (int i = 0; i < x.Length; i++)
            {
                double expected = reference(x[i]);
                float rounded = (float)expected;
                if (y[i].Equals(rounded)) continue;
                double ulp = Math.Max(Math.ScaleB(1, expected == 0 ? -149 : Math.ILogB(expected) - 23), float.Epsilon);
                double error = Math.Abs(y[i] - expected) / ulp;
                if (!(error <= bound)) Assert.Fail($"{typeof(TOp).Name}({x[i]:r}), {variant}: {y[i]:r}, expected {expected:r}: off by {error:f3} ulp");
            }
        }
    }

    private static Func<double, double> Of<TOp>(TOp op)
        where TOp : struct, IUnaryOperator<double> =>
        op.Apply<double, ScalarLanes<double>>;
}
