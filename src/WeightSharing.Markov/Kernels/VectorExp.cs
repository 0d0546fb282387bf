using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>
/// x ← eˣ for x ≤ 0 in place, to about one unit in the last place: eˣ = 2ⁿ·eʳ with n = round(x / ln 2) and |r| ≤ ½ ln 2; eʳ by its Taylor polynomial of
/// degree 13. Below −708 the result is 0 (results there are subnormal, and the sweeps treat them as nothing).
/// </summary>
internal static unsafe class VectorExp
{
    // 1.5·2^52: adding it leaves an integer in the low mantissa bits.
    private const double Shift = 6755399441055744.0;

    public static void Apply(Span<double> values, SimdWidth width)
    {
        fixed (double* x = values)
        {
            int done = width switch
            {
                SimdWidth.Vector512 => Run512(x, values.Length),
                SimdWidth.Vector256 => Run256(x, values.Length),
                SimdWidth.Vector128 => Run128(x, values.Length),
                _ => 0,
            };
            for (int i = done; i < values.Length; i++) x[i] = x[i] < -708 ? 0 : Math.Exp(x[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Run512(double* x, int count)
    {
        int i = 0;
        for (; i + Vector512<double>.Count <= count; i += Vector512<double>.Count)
        {
            Vector512<double> value = Vector512.Load(x + i), low = Vector512.Create(-708.0);
            Vector512<double> limited = Vector512.Max(value, low);
            Vector512<double> shifted = Vector512.FusedMultiplyAdd(limited, Vector512.Create(1.4426950408889634), Vector512.Create(Shift));
            Vector512<double> n = shifted - Vector512.Create(Shift);
            Vector512<double> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-6.93147180369123816490e-01), limited);
            r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.90821492927058770002e-10), r);
            Vector512<double> p = Vector512.Create(Taylor(13));
            for (int k = 12; k >= 0; k--) p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(Taylor(k)));
            Vector512<double> result = (p.AsInt64() + (shifted.AsInt64() << 52)).AsDouble();
            Vector512.ConditionalSelect(Vector512.LessThan(value, low), Vector512<double>.Zero, result).Store(x + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Run256(double* x, int count)
    {
        int i = 0;
        for (; i + Vector256<double>.Count <= count; i += Vector256<double>.Count)
        {
            Vector256<double> value = Vector256.Load(x + i), low = Vector256.Create(-708.0);
            Vector256<double> limited = Vector256.Max(value, low);
            Vector256<double> shifted = Vector256.FusedMultiplyAdd(limited, Vector256.Create(1.4426950408889634), Vector256.Create(Shift));
            Vector256<double> n = shifted - Vector256.Create(Shift);
            Vector256<double> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-6.93147180369123816490e-01), limited);
            r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-1.90821492927058770002e-10), r);
            Vector256<double> p = Vector256.Create(Taylor(13));
            for (int k = 12; k >= 0; k--) p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(Taylor(k)));
            Vector256<double> result = (p.AsInt64() + (shifted.AsInt64() << 52)).AsDouble();
            Vector256.ConditionalSelect(Vector256.LessThan(value, low), Vector256<double>.Zero, result).Store(x + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Run128(double* x, int count)
    {
        int i = 0;
        for (; i + Vector128<double>.Count <= count; i += Vector128<double>.Count)
        {
            Vector128<double> value = Vector128.Load(x + i), low = Vector128.Create(-708.0);
            Vector128<double> limited = Vector128.Max(value, low);
            Vector128<double> shifted = limited * Vector128.Create(1.4426950408889634) + Vector128.Create(Shift);
            Vector128<double> n = shifted - Vector128.Create(Shift);
            Vector128<double> r = limited + n * Vector128.Create(-6.93147180369123816490e-01);
            r += n * Vector128.Create(-1.90821492927058770002e-10);
            Vector128<double> p = Vector128.Create(Taylor(13));
            for (int k = 12; k >= 0; k--) p = p * r + Vector128.Create(Taylor(k));
            Vector128<double> result = (p.AsInt64() + (shifted.AsInt64() << 52)).AsDouble();
            Vector128.ConditionalSelect(Vector128.LessThan(value, low), Vector128<double>.Zero, result).Store(x + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Taylor(int k) => k switch
    {
        0 or 1 => 1,
        2 => 1.0 / 2,
        3 => 1.0 / 6,
        4 => 1.0 / 24,
        5 => 1.0 / 120,
        6 => 1.0 / 720,
        7 => 1.0 / 5040,
        8 => 1.0 / 40320,
        9 => 1.0 / 362880,
        10 => 1.0 / 3628800,
        11 => 1.0 / 39916800,
        12 => 1.0 / 479001600,
        _ => 1.0 / 6227020800,
    };
}
