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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Correlate(in DepthwiseSweep<T> s)
    {
        V w0 = L.Broadcast(s.Filter[0]), w1 = L.Broadcast(s.Filter[1]), w2 = L.Broadcast(s.Filter[2]);
        V w3 = L.Broadcast(s.Filter[3]), w4 = L.Broadcast(s.Filter[4]), w5 = L.Broadcast(s.Filter[5]);
        V w6 = L.Broadcast(s.Filter[6]), w7 = L.Broadcast(s.Filter[7]), w8 = L.Broadcast(s.Filter[8]);
        V m0 = L.Load(s.Masks), m1 = L.Load(s.Masks + L.Count), m2 = L.Load(s.Masks + 2 * L.Count);
        V start = L.Broadcast(s.Bias), a = start, b = start;
        nint pitch = s.Pitch, outPitch = s.OutPitch;
        T* x = s.Source + s.First * pitch, y = s.Target - 2 * outPitch, lastTarget = s.LastTarget;
        int height = s.Height, h = s.First, last = s.Rows + 1;
        bool relu = s.Relu;
        nint sourceAhead = s.SourceAhead, outAhead = s.OutAhead;
        for (int r = 0; r <= last; r++, h++, x += pitch, y += outPitch)
        {
            if (sourceAhead != 0)
            {
                Simd.Prefetch(x + sourceAhead);
                Simd.Prefetch(y + outAhead);
            }

            V c = start;
            if ((uint)h < (uint)height)
            {
                V u = L.And(m0, L.Load(x)), v = L.And(m1, L.Load(x + 1)), w = L.And(m2, L.Load(x + 2));
                a = L.MultiplyAdd(w6, u, a); b = L.MultiplyAdd(w3, u, b); c = L.MultiplyAdd(w0, u, c);
                a = L.MultiplyAdd(w7, v, a); b = L.MultiplyAdd(w4, v, b); c = L.MultiplyAdd(w1, v, c);
                a = L.MultiplyAdd(w8, w, a); b = L.MultiplyAdd(w5, w, b); c = L.MultiplyAdd(w2, w, c);
            }

            if (r >= 2)
            {
                if (relu) a = default(Relu<T>).Apply<V, L>(a);
                L.Store(a, r == last ? lastTarget : y);
            }

            a = b;
            b = c;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CorrelateAndWeights(in DepthwiseSweep<T> s)
    {
        T* sums = s.Sums;
        V s0 = L.Load(sums), s1 = L.Load(sums + L.Count), s2 = L.Load(sums + 2 * L.Count);
        V s3 = L.Load(sums + 3 * L.Count), s4 = L.Load(sums + 4 * L.Count), s5 = L.Load(sums + 5 * L.Count);
        V s6 = L.Load(sums + 6 * L.Count), s7 = L.Load(sums + 7 * L.Count), s8 = L.Load(sums + 8 * L.Count);
        V w0 = L.Broadcast(s.Filter[0]), w1 = L.Broadcast(s.Filter[1]), w2 = L.Broadcast(s.Filter[2]);
        V w3 = L.Broadcast(s.Filter[3]), w4 = L.Broadcast(s.Filter[4]), w5 = L.Broadcast(s.Filter[5]);
        V w6 = L.Broadcast(s.Filter[6]), w7 = L.Broadcast(s.Filter[7]), w8 = L.Broadcast(s.Filter[8]);
        V m0 = L.Load(s.Masks), m1 = L.Load(s.Masks + L.Count), m2 = L.Load(s.Masks + 2 * L.Count);
        V a = L.Zero, b = L.Zero, f = L.Zero, g = L.Zero;
        nint pitch = s.Pitch, outPitch = s.OutPitch;
        T* x = s.Source + s.First * pitch, y = s.Target - 2 * outPitch, factor = s.Factor, counts = s.FactorMask;
        int height = s.Height, h = s.First, rows = s.Rows, last = rows + 1;
        nint sourceAhead = s.SourceAhead, outAhead = s.OutAhead;
        for (int r = 0; r <= last; r++, h++, x += pitch, y += outPitch, factor += outPitch)
        {
            if (sourceAhead != 0)
            {
                Simd.Prefetch(x + sourceAhead);
                Simd.Prefetch(y + outAhead);
                Simd.Prefetch(factor + outAhead);
            }

            V c = L.Zero, e = r < rows ? L.And(L.Load(counts), L.Load(factor)) : L.Zero;
            if ((uint)h < (uint)height)
            {
                V u = L.And(m0, L.Load(x)), v = L.And(m1, L.Load(x + 1)), w = L.And(m2, L.Load(x + 2));
                a = L.MultiplyAdd(w6, u, a); b = L.MultiplyAdd(w3, u, b); c = L.MultiplyAdd(w0, u, c);
                s0 = L.MultiplyAdd(e, u, s0); s3 = L.MultiplyAdd(g, u, s3); s6 = L.MultiplyAdd(f, u, s6);
                a = L.MultiplyAdd(w7, v, a); b = L.MultiplyAdd(w4, v, b); c = L.MultiplyAdd(w1, v, c);
                s1 = L.MultiplyAdd(e, v, s1); s4 = L.MultiplyAdd(g, v, s4); s7 = L.MultiplyAdd(f, v, s7);
                a = L.MultiplyAdd(w8, w, a); b = L.MultiplyAdd(w5, w, b); c = L.MultiplyAdd(w2, w, c);
                s2 = L.MultiplyAdd(e, w, s2); s5 = L.MultiplyAdd(g, w, s5); s8 = L.MultiplyAdd(f, w, s8);
            }

            if (r >= 2) L.Store(a, r == last ? s.LastTarget : y);
            a = b;
            b = c;
            f = g;
            g = e;
        }

        L.Store(s0, sums);
        L.Store(s1, sums + L.Count);
        L.Store(s2, sums + 2 * L.Count);
        L.Store(s3, sums + 3 * L.Count);
        L.Store(s4, sums + 4 * L.Count);
        L.Store(s5, sums + 5 * L.Count);
        L.Store(s6, sums + 6 * L.Count);
        L.Store(s7, sums + 7 * L.Count);
        L.Store(s8, sums + 8 * L.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(in DepthwiseSweep<T> s)
    {
        T* sums = s.Sums;
        V s0 = L.Load(sums), s1 = L.Load(sums + L.Count), s2 = L.Load(sums + 2 * L.Count);
        V s3 = L.Load(sums + 3 * L.Count), s4 = L.Load(sums + 4 * L.Count), s5 = L.Load(sums + 5 * L.Count);
        V s6 = L.Load(sums + 6 * L.Count), s7 = L.Load(sums + 7 * L.Count), s8 = L.Load(sums + 8 * L.Count);
        V m0 = L.Load(s.Masks), m1 = L.Load(s.Masks + L.Count), m2 = L.Load(s.Masks + 2 * L.Count), counts = L.Load(s.FactorMask);
        V a = L.Zero, b = L.Zero;
        nint pitch = s.Pitch, outPitch = s.OutPitch;
        T* x = s.Source + s.First * pitch, factor = s.Factor;
        int height = s.Height, h = s.First, rows = s.Rows;
        nint sourceAhead = s.SourceAhead, outAhead = s.OutAhead;
        for (int r = 0; r < rows + 2; r++, h++, x += pitch, factor += outPitch)
        {
            if (sourceAhead != 0)
            {
                Simd.Prefetch(x + sourceAhead);
                Simd.Prefetch(factor + outAhead);
            }

            V c = r < rows ? L.And(counts, L.Load(factor)) : L.Zero;
            if ((uint)h < (uint)height)
            {
                V u = L.And(m0, L.Load(x)), v = L.And(m1, L.Load(x + 1)), w = L.And(m2, L.Load(x + 2));
                s0 = L.MultiplyAdd(c, u, s0); s3 = L.MultiplyAdd(b, u, s3); s6 = L.MultiplyAdd(a, u, s6);
                s1 = L.MultiplyAdd(c, v, s1); s4 = L.MultiplyAdd(b, v, s4); s7 = L.MultiplyAdd(a, v, s7);
                s2 = L.MultiplyAdd(c, w, s2); s5 = L.MultiplyAdd(b, w, s5); s8 = L.MultiplyAdd(a, w, s8);
            }

            a = b;
            b = c;
        }

        L.Store(s0, sums);
        L.Store(s1, sums + L.Count);
        L.Store(s2, sums + 2 * L.Count);
        L.Store(s3, sums + 3 * L.Count);
        L.Store(s4, sums + 4 * L.Count);
        L.Store(s5, sums + 5 * L.Count);
        L.Store(s6, sums + 6 * L.Count);
        L.Store(s7, sums + 7 * L.Count);
        L.Store(s8, sums + 8 * L.Count);
    }
}
