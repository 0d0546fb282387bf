using System.Diagnostics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Benchmarks;

/// <summary>
/// The worst error of each elementary function over all 2³² floats, in units in the last place of the exact result. The reference is the function in
/// double, whose own error (the tests compare it with 1200-bit arithmetic) is some 10⁻⁹ of a float's last place.
/// </summary>
internal static class ElementwiseAccuracy
{
    private const int Block = 1 << 12, BlocksPerStretch = 1 << 8;

    public static void Run(string[] names)
    {
        int step = 1;
        if (names.Length > 0 && int.TryParse(names[0], out int given)) (step, names) = (given, names[1..]);
        (string Name, Func<int, Worst> Sweep)[] functions =
        [
            ("exp", s => Sweep(default(Exp<float>), default(Exp<double>), s)),
            ("expm1", s => Sweep(default(Expm1<float>), default(Expm1<double>), s)),
            ("log", s => Sweep(default(Log<float>), default(Log<double>), s)),
            ("log1p", s => Sweep(default(Log1p<float>), default(Log1p<double>), s)),
            ("tanh", s => Sweep(default(Tanh<float>), default(Tanh<double>), s)),
            ("sigmoid", s => Sweep(default(Sigmoid<float>), default(Sigmoid<double>), s)),
            ("softplus", s => Sweep(new Softplus<float>(1, 20), new Softplus<double>(1, 20), s)),
            ("erf", s => Sweep(default(Erf<float>), default(Erf<double>), s)),
            ("gelu", s => Sweep(default(Gelu<float>), default(Gelu<double>), s)),
            ("gelu-tanh", s => Sweep(default(GeluTanh<float>), default(GeluTanh<double>), s)),
        ];
        string all = step == 1 ? "all 2³² floats" : $"one float in {step}";
        Console.WriteLine($"{Simd.Chosen}, multiply-add {(HasMultiplyAdd ? "fused" : "in two roundings")}: worst error over {all}");
        foreach ((string name, Func<int, Worst> sweep) in functions)
        {
            if (names.Length > 0 && !names.Contains(name)) continue;
            long start = Stopwatch.GetTimestamp();
            Worst worst = sweep(step);
            Console.WriteLine($"  {name,-10} {worst.Ulps,6:F3} ulp at {worst.X:r} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
        }
    }

    private static bool HasMultiplyAdd => ScalarLanes<float>.MultiplyAdd(1 + 1f / 4096, 1 + 1f / 4096, -1 - 1f / 2048) != 0;

    private static Worst Sweep<TSingle, TDouble>(TSingle single, TDouble reference, int step)
        where TSingle : struct, IUnaryOperator<float>
        where TDouble : struct, IUnaryOperator<double>
    {
        var worst = default(Worst);
        var gate = new Lock();
        long stretch = (long)Block * step * BlocksPerStretch;
        Parallel.For(
            0, (int)(((1L << 32) + stretch - 1) / stretch), () => new Workspace(),
            (index, _, space) =>
            {
                long begin = index * stretch, end = Math.Min(1L << 32, begin + stretch);
                for (long first = begin; first < end; first += (long)Block * step)
                    space.Measure(first, (int)Math.Min(Block, (end - first + step - 1) / step), step, single, reference);
                return space;
            },
            space =>
            {
                lock (gate) worst = Worst.Of(worst, space.Worst);
            });
        return worst;
    }

    // Infinitely wrong: NaN or a sign of zero where there should be none, a wrong result at infinity.
    private static double Error(float y, double exact, float rounded)
    {
        if (float.IsNaN(y) && float.IsNaN(rounded)) return 0;
        if (y == 0 && rounded == 0) return double.PositiveInfinity;
        if (float.IsInfinity(y) && Math.Abs(exact) <= double.MaxValue && Math.Abs(exact) > float.MaxValue * 0.9999998) y = MathF.CopySign(float.MaxValue, y);
        double ulp = exact == 0 ? float.Epsilon : Math.Max(Math.ScaleB(1, Math.ILogB(exact) - 23), float.Epsilon);
        double error = Math.Abs(y - exact) / ulp;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    // Of equal errors the one at the smaller pattern of bits, whatever thread found it.
    private readonly record struct Worst(double Ulps, float X)
    {
        public static Worst Of(Worst a, Worst b)
        {
            if (a.Ulps != b.Ulps) return a.Ulps > b.Ulps ? a : b;
            return BitConverter.SingleToUInt32Bits(a.X) <= BitConverter.SingleToUInt32Bits(b.X) ? a : b;
        }
    }

    private sealed class Workspace
    {
        private readonly float[] x = new float[Block], y = new float[Block];
        private readonly double[] exact = new double[Block];

        public Worst Worst { get; private set; }

        public void Measure<TSingle, TDouble>(long first, int count, int step, TSingle single, TDouble reference)
            where TSingle : struct, IUnaryOperator<float>
            where TDouble : struct, IUnaryOperator<double>
        {
            // A block that begins and ends with NaN of one sign holds nothing else: one of them stands for all.
            float begin = BitConverter.UInt32BitsToSingle((uint)first), end = BitConverter.UInt32BitsToSingle((uint)(first + (long)(count - 1) * step));
            bool isNaN = float.IsNaN(begin) && float.IsNaN(end) && float.IsNegative(begin) == float.IsNegative(end);
            if (isNaN) count = 1;
            for (int i = 0; i < count; i++)
            {
                x[i] = BitConverter.UInt32BitsToSingle((uint)(first + (long)i * step));
                exact[i] = x[i];
            }

            Elementwise.Map(x.AsSpan(0, count), y, single);
            Elementwise.Map(exact.AsSpan(0, count), exact, reference);
            for (int i = 0; i < count; i++)
            {
                float rounded = (float)exact[i];
                if (BitConverter.SingleToUInt32Bits(y[i]) == BitConverter.SingleToUInt32Bits(rounded)) continue;
                double ulps = Error(y[i], exact[i], rounded);
                if (ulps > Worst.Ulps) Worst = new(ulps, x[i]);
            }
        }
    }
}
