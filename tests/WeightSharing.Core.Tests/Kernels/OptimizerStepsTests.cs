using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public sealed class OptimizerStepsTests
{
    [Fact]
    public void Steps_follow_their_formulas_at_every_length_in_float() => Formulas<float>(1e-6);

    [Fact]
    public void Steps_follow_their_formulas_at_every_length_in_double() => Formulas<double>(1e-14);

    [Fact]
    public void A_third_element_type_runs_the_reference()
    {
        Half[] p = [(Half)1, (Half)2], g = [(Half)0.5, (Half)(-1)];
        OptimizerSteps.Run<Half, SgdStep<Half>>(p, g, default, default, default, new SgdStep<Half>((Half)0.5, (Half)0));
        Assert.Equal([(Half)0.75, (Half)2.5], p);
    }

    [Fact]
    public void Elements_have_the_same_bits_in_every_place_and_for_any_number_of_threads()
    {
        const int Count = 300_007;
        foreach (SimdVariant variant in Simd.Available)
        {
            Arrays<float> start = new(Count), one = new(Count), many = new(Count);
            var step = new AdamStep<float>(new AdamNumbers<float>(0.1f, 0.99f, 0.01f, 0.9f, 0.1f, 0.999f, 0.001f, 3f, 1e-8f), amsgrad: true);
            using (Parallelism.Limit(1)) one.Run(variant, step);
            using (Parallelism.Limit(5)) many.Run(variant, step);
            Assert.Equal(one.P, many.P);
            Assert.Equal(one.B, many.B);
            for (int i = 0; i < Count; i += 9973)
            {
                float[] p = [start.P[i]];
                OptimizerSteps.Run<float, AdamStep<float>>(variant, p, [start.G[i]], new[] { start.A[i] }, new[] { start.B[i] }, new[] { start.C[i] }, step);
                Assert.Equal(p[0], one.P[i]);
            }
        }
    }

    [Fact]
    public void Rounding_below_zero_in_the_centered_form_counts_as_zero()
    {
        // s = m² up to rounding: a constant gradient.
        double[] p = [1], g = [0.1], a = [0], c = [0];
        for (int i = 0; i < 2000; i++) OptimizerSteps.Run<double, RmsPropStep<double>>(p, g, a, default, c, new RmsPropStep<double>(new(1e-9, 0, 0.9, 0.1, 1e-8, 0), momentum: false, centered: true));
        Assert.True(double.IsFinite(p[0]));
    }

    [Fact]
    public void Lengths_that_differ_are_an_error()
    {
        var step = new MomentumStep<float>(0.1f, 0, 0, 1, 0, nesterov: false);
        var error = Assert.Throws<ArgumentException>(() => OptimizerSteps.Run<float, MomentumStep<float>>(new float[3], new float[2], new float[3], default, default, step));
        Assert.Equal("OptimizerSteps: the parameter has 3 elements, the gradient 2; they must be equal.", error.Message);
        error = Assert.Throws<ArgumentException>(() => OptimizerSteps.Run<float, MomentumStep<float>>(new float[3], new float[3], default, default, default, step));
        Assert.Equal("OptimizerSteps: the parameter has 3 elements, the first state 0; they must be equal.", error.Message);
    }

    private static void Formulas<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        static T N(double value) => T.CreateChecked(value);
        foreach (SimdVariant variant in Simd.Available)
        {
            for (int n = 0; n <= 50; n++)
            {
                Check<T, SgdStep<T>>(variant, n, tolerance, new SgdStep<T>(N(0.1), N(0.2)), (p, g, a, b, c) => (p - 0.1 * (g + 0.2 * p), a, b, c));
                Check<T, MomentumStep<T>>(variant, n, tolerance, new MomentumStep<T>(N(0.1), N(0.2), N(0.9), N(0.7), N(0), nesterov: false), (p, g, a, b, c) =>
                {
                    double v = 0.9 * a + 0.7 * (g + 0.2 * p);
                    return (p - 0.1 * v, v, b, c);
                });
                Check<T, MomentumStep<T>>(variant, n, tolerance, new MomentumStep<T>(N(0.1), N(0.2), N(0.9), N(1), N(0.8), nesterov: true), (p, g, a, b, c) =>
                {
                    double v = 0.9 * a + (g + 0.2 * p);
                    return (p - 0.1 * (g + 0.2 * p + 0.8 * v), v, b, c);
                });
                foreach (bool amsgrad in (bool[])[false, true])
                {
                    var numbers = new AdamNumbers<T>(N(0.1), N(0.98), N(0.2), N(0.9), N(0.1), N(0.95), N(0.05), N(3), N(0.01));
                    Check<T, AdamStep<T>>(variant, n, tolerance, new AdamStep<T>(numbers, amsgrad), (p, g, a, b, c) =>
                    {
                        p *= 0.98;
                        g += 0.2 * p;
                        a = 0.9 * a + 0.1 * g;
                        b = 0.95 * b + 0.05 * g * g;
                        if (amsgrad) c = Math.Max(c, b);
                        return (p - 0.1 * a / (3 * Math.Sqrt(amsgrad ? c : b) + 0.01), a, b, c);
                    });
                }

                foreach (bool adaptive in (bool[])[false, true])
                {
                    var numbers = new AdamNumbers<T>(N(0.1), N(0.98), N(0.2), N(0.9), N(0.1), N(0.95), N(0.05), N(3), N(0.01));
                    Check<T, MomentStep<T>>(variant, n, tolerance, new MomentStep<T>(numbers, N(0.07), adaptive), (p, g, a, b, c) =>
                    {
                        p *= 0.98;
                        g += 0.2 * p;
                        a = 0.9 * a + 0.1 * g;
                        b = 0.95 * b + 0.05 * g * g;
                        return (p - (0.07 * g + 0.1 * a) / (adaptive ? 3 * Math.Sqrt(b) + 0.01 : 1), a, b, c);
                    });
                }

                var largest = new AdamNumbers<T>(N(0.1), N(1), N(0.2), N(0.9), N(0.1), N(0.95), N(0.05), N(1), N(0.01));
                Check<T, AdamaxStep<T>>(variant, n, tolerance, new AdamaxStep<T>(largest), (p, g, a, b, c) =>
                {
                    g += 0.2 * p;
                    (a, b) = (0.9 * a + 0.1 * g, Math.Max(0.95 * b, Math.Abs(g) + 0.01));
                    return (p - 0.1 * a / b, a, b, c);
                });
                Check<T, AdagradStep<T>>(variant, n, tolerance, new AdagradStep<T>(N(0.1), N(0.2), N(0.01)), (p, g, a, b, c) =>
                {
                    g += 0.2 * p;
                    a += g * g;
                    return (p - 0.1 * g / (Math.Sqrt(a) + 0.01), a, b, c);
                });
                Check<T, AdadeltaStep<T>>(variant, n, tolerance, new AdadeltaStep<T>(N(0.1), N(0.2), N(0.9), N(0.1), N(0.01)), (p, g, a, b, c) =>
                {
                    g += 0.2 * p;
                    a = 0.9 * a + 0.1 * g * g;
                    double u = g * Math.Sqrt(b + 0.01) / Math.Sqrt(a + 0.01);
                    return (p - 0.1 * u, a, 0.9 * b + 0.1 * u * u, c);
                });
                foreach ((bool momentum, bool centered) in new[] { (false, false), (true, false), (false, true), (true, true) })
                {
                    var numbers = new RmsPropNumbers<T>(N(0.1), N(0.2), N(0.9), N(0.1), N(0.01), N(0.8));
                    Check<T, RmsPropStep<T>>(variant, n, tolerance, new RmsPropStep<T>(numbers, momentum, centered), (p, g, a, b, c) =>
                    {
                        g += 0.2 * p;
                        a = 0.9 * a + 0.1 * g * g;
                        if (centered) c = 0.9 * c + 0.1 * g;
                        double u = g / (Math.Sqrt(centered ? Math.Max(0, a - c * c) : a) + 0.01);
                        if (momentum) b = u = 0.8 * b + u;
                        return (p - 0.1 * u, a, b, c);
                    });
                }
            }
        }
    }

    private static void Check<T, TStep>(
        SimdVariant variant, int n, double tolerance, TStep step,
        Func<double, double, double, double, double, (double P, double A, double B, double C)> formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IOptimizerStep<T>
    {
        Arrays<T> before = new(n), after = new(n);
        after.Run(variant, step);
        for (int i = 0; i < n; i++)
        {
            (double p, double a, double b, double c) = formula(Of(before.P[i]), Of(before.G[i]), Of(before.A[i]), Of(before.B[i]), Of(before.C[i]));
            foreach ((double expected, T actual) in new[] { (p, after.P[i]), (a, after.A[i]), (b, after.B[i]), (c, after.C[i]) })
            {
                if (Math.Abs(expected - Of(actual)) <= tolerance * (1 + Math.Abs(expected))) continue;
                Assert.Fail($"{typeof(TStep).Name} {variant}, element {i} of {n}: {actual}, expected {expected}.");
            }
        }

        static double Of(T value) => double.CreateChecked(value);
    }

    private sealed class Arrays<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Arrays(int n)
        {
            (P, G, A, B, C) = (Values(n, 1, -2), Values(n, 2, -2), Values(n, 3, -2), Values(n, 4, 0.5), Values(n, 5, 0.01));
            // Keeps a − c² away from zero, where a square root would magnify rounding.
            for (int i = 0; i < n; i++) A[i] = T.Abs(A[i]) + T.One + T.One;
            for (int i = 0; i < n; i++) C[i] *= T.CreateChecked(0.1);
        }

        public T[] P { get; }

        public T[] G { get; }

        public T[] A { get; }

        public T[] B { get; }

        public T[] C { get; }

        public void Run<TStep>(SimdVariant variant, TStep step)
            where TStep : struct, IOptimizerStep<T> =>
            OptimizerSteps.Run<T, TStep>(variant, P, G, A, B, C, step);

        private static T[] Values(int n, int seed, double low)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, n).Select(_ => T.CreateChecked(low + (2 - low) * random.NextDouble()))];
        }
    }
}
