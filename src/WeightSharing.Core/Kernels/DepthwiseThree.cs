using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>Sweeps of 3×3 filters: each row of the source is loaded once, shifted three ways, for the three rows that it has part in.</summary>
internal readonly unsafe struct DepthwiseThree<T, V, L> : IDepthwiseSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    public static int Size => 3;

    public static void Correlate(in DepthwiseSweep<T> s) => Run<N2, N1>(s);

    public static void Weights(in DepthwiseSweep<T> s) => Run<N1, N2>(s);

    public static void CorrelateAndWeights(in DepthwiseSweep<T> s) => Run<N2, N2>(s);

    // Of what is done, N2 says that it is: rows a, b and c of targets, and f, g and e of factors, go on to the next row of the source.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<Correlates, Weighs>(in DepthwiseSweep<T> s)
        where Correlates : unmanaged, IConstant
        where Weighs : unmanaged, IConstant
    {
        T* sums = s.Sums;
        V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default;
        if (sizeof(Weighs) > 1)
        {
            s0 = L.Load(sums); s1 = L.Load(sums + L.Count); s2 = L.Load(sums + 2 * L.Count);
            s3 = L.Load(sums + 3 * L.Count); s4 = L.Load(sums + 4 * L.Count); s5 = L.Load(sums + 5 * L.Count);
            s6 = L.Load(sums + 6 * L.Count); s7 = L.Load(sums + 7 * L.Count); s8 = L.Load(sums + 8 * L.Count);
        }

        V w0 = default, w1 = default, w2 = default, w3 = default, w4 = default, w5 = default, w6 = default, w7 = default, w8 = default;
        if (sizeof(Correlates) > 1)
        {
            w0 = L.Broadcast(s.Filter[0]); w1 = L.Broadcast(s.Filter[1]); w2 = L.Broadcast(s.Filter[2]);
            w3 = L.Broadcast(s.Filter[3]); w4 = L.Broadcast(s.Filter[4]); w5 = L.Broadcast(s.Filter[5]);
            w6 = L.Broadcast(s.Filter[6]); w7 = L.Broadcast(s.Filter[7]); w8 = L.Broadcast(s.Filter[8]);
        }

        V m0 = L.Load(s.Masks), m1 = L.Load(s.Masks + L.Count), m2 = L.Load(s.Masks + 2 * L.Count), counts = L.Load(s.FactorMask);
        V start = L.Broadcast(s.Bias), a = start, b = start, f = L.Zero, g = L.Zero;
        nint pitch = s.Pitch, outPitch = s.OutPitch, sourceAhead = s.SourceAhead, outAhead = s.OutAhead;
        T* x = s.Source + s.First * pitch, y = s.Target - 2 * outPitch, lastTarget = s.LastTarget, factor = s.Factor;
        int height = s.Height, h = s.First, rows = s.Rows, last = rows + 1;
        bool relu = s.Relu;
        for (int r = 0; r <= last; r++, h++, x += pitch, y += outPitch, factor += outPitch)
        {
            if (sourceAhead != 0)
            {
                Simd.Prefetch(x + sourceAhead);
                if (sizeof(Correlates) > 1) Simd.Prefetch(y + outAhead);
                if (sizeof(Weighs) > 1) Simd.Prefetch(factor + outAhead);
            }

            V c = start, e = L.Zero;
            if (sizeof(Weighs) > 1 && r < rows) e = L.And(counts, L.Load(factor));
            if ((uint)h < (uint)height)
            {
                V u = L.And(m0, L.Load(x)), v = L.And(m1, L.Load(x + 1)), w = L.And(m2, L.Load(x + 2));
                if (sizeof(Correlates) > 1)
                {
                    a = L.MultiplyAdd(w6, u, a); b = L.MultiplyAdd(w3, u, b); c = L.MultiplyAdd(w0, u, c);
                    a = L.MultiplyAdd(w7, v, a); b = L.MultiplyAdd(w4, v, b); c = L.MultiplyAdd(w1, v, c);
                    a = L.MultiplyAdd(w8, w, a); b = L.MultiplyAdd(w5, w, b); c = L.MultiplyAdd(w2, w, c);
                }

                if (sizeof(Weighs) > 1)
                {
                    s0 = L.MultiplyAdd(e, u, s0); s3 = L.MultiplyAdd(g, u, s3); s6 = L.MultiplyAdd(f, u, s6);
                    s1 = L.MultiplyAdd(e, v, s1); s4 = L.MultiplyAdd(g, v, s4); s7 = L.MultiplyAdd(f, v, s7);
                    s2 = L.MultiplyAdd(e, w, s2); s5 = L.MultiplyAdd(g, w, s5); s8 = L.MultiplyAdd(f, w, s8);
                }
            }

            if (sizeof(Correlates) > 1 && r >= 2)
            {
                if (relu) a = default(Relu<T>).Apply<V, L>(a);
                L.Store(a, r == last ? lastTarget : y);
            }

            a = b;
            b = c;
            f = g;
            g = e;
        }

        if (sizeof(Weighs) > 1)
        {
            L.Store(s0, sums); L.Store(s1, sums + L.Count); L.Store(s2, sums + 2 * L.Count);
            L.Store(s3, sums + 3 * L.Count); L.Store(s4, sums + 4 * L.Count); L.Store(s5, sums + 5 * L.Count);
            L.Store(s6, sums + 6 * L.Count); L.Store(s7, sums + 7 * L.Count); L.Store(s8, sums + 8 * L.Count);
        }
    }
}
