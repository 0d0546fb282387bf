using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// Sweeps of 5×5 filters, seven rows at a time: a column of five taps, or of five of their sums, and the seven rows stay in registers while eleven rows of
/// the source pass by, five times. Seven divides the planes of the usual networks.
/// </summary>
/// <remarks>Rows outside the source are taken from the zeros.</remarks>
internal readonly unsafe struct DepthwiseFive<T, V, L> : IDepthwiseSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int RowsAtOnce = 7, SourceRows = RowsAtOnce + 4;

    public static int Size => 5;

    public static void Correlate(in DepthwiseSweep<T> s) => RunAll<N2, N1>(s);

    public static void Weights(in DepthwiseSweep<T> s) => RunAll<N1, N2>(s);

    public static void CorrelateAndWeights(in DepthwiseSweep<T> s) => RunAll<N2, N2>(s);

    // Of what is done, N2 says that it is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunAll<Correlates, Weighs>(in DepthwiseSweep<T> s)
        where Correlates : unmanaged, IConstant
        where Weighs : unmanaged, IConstant
    {
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            s.WriteRows(row, SourceRows);
            if (sizeof(Weighs) > 1) WriteFactors(s, row);
            if (s.SourceAhead != 0)
            {
                DepthwiseSweep<T>.AskFor(s.Source + (s.First + row) * s.Pitch + s.SourceAhead, s.Pitch, RowsAtOnce);
                if (sizeof(Correlates) > 1) DepthwiseSweep<T>.AskFor(s.Target + row * s.OutPitch + s.OutAhead, s.OutPitch, RowsAtOnce);
                if (sizeof(Weighs) > 1) DepthwiseSweep<T>.AskFor(s.Factor + row * s.OutPitch + s.OutAhead, s.OutPitch, RowsAtOnce);
            }

            Run<Correlates, Weighs>(s, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteFactors(in DepthwiseSweep<T> s, int row)
    {
        T** factors = s.Table + SourceRows;
        T* factor = s.Factor + row * s.OutPitch;
        for (int i = 0; i < RowsAtOnce; i++, factor += s.OutPitch) factors[i] = factor;
        for (int i = s.Rows - row; i < RowsAtOnce; i++) factors[i] = s.Zeros;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<Correlates, Weighs>(in DepthwiseSweep<T> s, int row)
        where Correlates : unmanaged, IConstant
        where Weighs : unmanaged, IConstant
    {
        T* filter = s.Filter, sums = s.Sums, masks = s.Masks;
        T** rows = s.Table, factors = rows + SourceRows;
        V f0 = default, f1 = default, f2 = default, f3 = default, f4 = default, f5 = default, f6 = default;
        if (sizeof(Weighs) > 1)
        {
            V counts = L.Load(s.FactorMask);
            f0 = L.And(counts, L.Load(factors[0])); f1 = L.And(counts, L.Load(factors[1])); f2 = L.And(counts, L.Load(factors[2]));
            f3 = L.And(counts, L.Load(factors[3])); f4 = L.And(counts, L.Load(factors[4])); f5 = L.And(counts, L.Load(factors[5]));
            f6 = L.And(counts, L.Load(factors[6]));
        }

        V a0 = L.Broadcast(s.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (nint v = 0; v < 5; v++, masks += L.Count, sums += L.Count)
        {
            V w0 = default, w1 = default, w2 = default, w3 = default, w4 = default;
            if (sizeof(Correlates) > 1)
            {
                w0 = L.Broadcast(filter[v]); w1 = L.Broadcast(filter[v + 5]); w2 = L.Broadcast(filter[v + 10]);
                w3 = L.Broadcast(filter[v + 15]); w4 = L.Broadcast(filter[v + 20]);
            }

            V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default;
            if (sizeof(Weighs) > 1)
            {
                s0 = L.Load(sums); s1 = L.Load(sums + 5 * L.Count); s2 = L.Load(sums + 10 * L.Count);
                s3 = L.Load(sums + 15 * L.Count); s4 = L.Load(sums + 20 * L.Count);
            }

            V mask = L.Load(masks), x;
            x = L.And(mask, L.Load(rows[0] + v));
            Step<Correlates, Weighs>(x, w0, f0, ref a0, ref s0);
            x = L.And(mask, L.Load(rows[1] + v));
            Step<Correlates, Weighs>(x, w1, f0, ref a0, ref s1); Step<Correlates, Weighs>(x, w0, f1, ref a1, ref s0);
            x = L.And(mask, L.Load(rows[2] + v));
            Step<Correlates, Weighs>(x, w2, f0, ref a0, ref s2); Step<Correlates, Weighs>(x, w1, f1, ref a1, ref s1); Step<Correlates, Weighs>(x, w0, f2, ref a2, ref s0);
            x = L.And(mask, L.Load(rows[3] + v));
            Step<Correlates, Weighs>(x, w3, f0, ref a0, ref s3); Step<Correlates, Weighs>(x, w2, f1, ref a1, ref s2); Step<Correlates, Weighs>(x, w1, f2, ref a2, ref s1);
            Step<Correlates, Weighs>(x, w0, f3, ref a3, ref s0);
            x = L.And(mask, L.Load(rows[4] + v));
            Step<Correlates, Weighs>(x, w4, f0, ref a0, ref s4); Step<Correlates, Weighs>(x, w3, f1, ref a1, ref s3); Step<Correlates, Weighs>(x, w2, f2, ref a2, ref s2);
            Step<Correlates, Weighs>(x, w1, f3, ref a3, ref s1); Step<Correlates, Weighs>(x, w0, f4, ref a4, ref s0);
            x = L.And(mask, L.Load(rows[5] + v));
            Step<Correlates, Weighs>(x, w4, f1, ref a1, ref s4); Step<Correlates, Weighs>(x, w3, f2, ref a2, ref s3); Step<Correlates, Weighs>(x, w2, f3, ref a3, ref s2);
            Step<Correlates, Weighs>(x, w1, f4, ref a4, ref s1); Step<Correlates, Weighs>(x, w0, f5, ref a5, ref s0);
            x = L.And(mask, L.Load(rows[6] + v));
            Step<Correlates, Weighs>(x, w4, f2, ref a2, ref s4); Step<Correlates, Weighs>(x, w3, f3, ref a3, ref s3); Step<Correlates, Weighs>(x, w2, f4, ref a4, ref s2);
            Step<Correlates, Weighs>(x, w1, f5, ref a5, ref s1); Step<Correlates, Weighs>(x, w0, f6, ref a6, ref s0);
            x = L.And(mask, L.Load(rows[7] + v));
            Step<Correlates, Weighs>(x, w4, f3, ref a3, ref s4); Step<Correlates, Weighs>(x, w3, f4, ref a4, ref s3); Step<Correlates, Weighs>(x, w2, f5, ref a5, ref s2);
            Step<Correlates, Weighs>(x, w1, f6, ref a6, ref s1);
            x = L.And(mask, L.Load(rows[8] + v));
            Step<Correlates, Weighs>(x, w4, f4, ref a4, ref s4); Step<Correlates, Weighs>(x, w3, f5, ref a5, ref s3); Step<Correlates, Weighs>(x, w2, f6, ref a6, ref s2);
            x = L.And(mask, L.Load(rows[9] + v));
            Step<Correlates, Weighs>(x, w4, f5, ref a5, ref s4); Step<Correlates, Weighs>(x, w3, f6, ref a6, ref s3);
            x = L.And(mask, L.Load(rows[10] + v));
            Step<Correlates, Weighs>(x, w4, f6, ref a6, ref s4);
            if (sizeof(Weighs) > 1)
            {
                L.Store(s0, sums); L.Store(s1, sums + 5 * L.Count); L.Store(s2, sums + 10 * L.Count);
                L.Store(s3, sums + 15 * L.Count); L.Store(s4, sums + 20 * L.Count);
            }
        }

        if (sizeof(Correlates) == 1) return;
        if (s.Relu)
        {
            a0 = default(Relu<T>).Apply<V, L>(a0);
            a1 = default(Relu<T>).Apply<V, L>(a1);
            a2 = default(Relu<T>).Apply<V, L>(a2);
            a3 = default(Relu<T>).Apply<V, L>(a3);
            a4 = default(Relu<T>).Apply<V, L>(a4);
            a5 = default(Relu<T>).Apply<V, L>(a5);
            a6 = default(Relu<T>).Apply<V, L>(a6);
        }

        // The last row of all has a place of its own.
        nint pitch = s.OutPitch;
        int count = Math.Min(RowsAtOnce, s.Rows - row);
        T* target = s.Target + row * pitch, last = row + count == s.Rows ? s.LastTarget : target + (count - 1) * pitch;
        L.Store(a0, count == 1 ? last : target);
        if (count > 1) L.Store(a1, count == 2 ? last : target + pitch);
        if (count > 2) L.Store(a2, count == 3 ? last : target + 2 * pitch);
        if (count > 3) L.Store(a3, count == 4 ? last : target + 3 * pitch);
        if (count > 4) L.Store(a4, count == 5 ? last : target + 4 * pitch);
        if (count > 5) L.Store(a5, count == 6 ? last : target + 5 * pitch);
        if (count > 6) L.Store(a6, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<Correlates, Weighs>(V x, V weight, V factor, ref V target, ref V sum)
        where Correlates : unmanaged, IConstant
        where Weighs : unmanaged, IConstant
    {
        if (sizeof(Correlates) > 1) target = L.MultiplyAdd(weight, x, target);
        if (sizeof(Weighs) > 1) sum = L.MultiplyAdd(factor, x, sum);
    }
}
