using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels;

namespace WeightSharing.Benchmarks;

/// <summary>The most multiply-adds a second that a width of vectors reaches here, in registers alone: what kernels are compared with.</summary>
internal static class ArithmeticPeak
{
    private const int Rounds = 200_000, Chains = 12;

    /// <summary>GFLOP/s of one thread, the best of many short runs; a multiply-add counts two.</summary>
    public static double Measure<T>(SimdVariant variant)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Simd.Has512 && variant == SimdVariant.Vector512) return Measure<T, Vector512<T>, Lanes512<T>>();
        if (Simd.Has256 && variant == SimdVariant.Vector256) return Measure<T, Vector256<T>, Lanes256<T>>();
        return Measure<T, Vector128<T>, Lanes128<T>>();
    }

    private static double Measure<T, V, L>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        double best = double.MaxValue;
        for (int run = 0; run < 60; run++)
        {
            long start = Stopwatch.GetTimestamp();
            T sum = Loop<T, V, L>();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            if (T.IsNaN(sum)) throw new InvalidOperationException("The measuring loop has lost its values.");
        }

        return 2.0 * Rounds * Chains * L.Count / best;
    }

    // Twelve independent chains cover the latency of the multiply-add; factors near one keep the values finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Loop<T, V, L>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V factor = L.Broadcast(T.CreateChecked(0.999)), term = L.Broadcast(T.CreateChecked(0.001));
        V a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term, l = term;
        for (int round = 0; round < Rounds; round++)
        {
            a = L.MultiplyAdd(a, factor, term);
            b = L.MultiplyAdd(b, factor, term);
            c = L.MultiplyAdd(c, factor, term);
            d = L.MultiplyAdd(d, factor, term);
            e = L.MultiplyAdd(e, factor, term);
            f = L.MultiplyAdd(f, factor, term);
            g = L.MultiplyAdd(g, factor, term);
            h = L.MultiplyAdd(h, factor, term);
            i = L.MultiplyAdd(i, factor, term);
            j = L.MultiplyAdd(j, factor, term);
            k = L.MultiplyAdd(k, factor, term);
            l = L.MultiplyAdd(l, factor, term);
        }

        V sum = L.Add(L.Add(L.Add(a, b), L.Add(c, d)), L.Add(L.Add(e, f), L.Add(L.Add(g, h), L.Add(L.Add(i, j), L.Add(k, l)))));
        return L.Sum(sum);
    }
}
