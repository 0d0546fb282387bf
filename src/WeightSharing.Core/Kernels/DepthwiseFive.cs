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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Correlate(in DepthwiseSweep<T> s)
    {
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            s.WriteRows(row, SourceRows);
            s.AskAhead(row, RowsAtOnce, s.Target);
            T* target = s.Target + row * s.OutPitch;
            int count = Math.Min(RowsAtOnce, s.Rows - row);
            Correlate(s, s.Table, target, row + count == s.Rows ? s.LastTarget : target + (count - 1) * s.OutPitch, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(in DepthwiseSweep<T> s)
    {
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            s.WriteRows(row, SourceRows);
            WriteFactors(s, row);
            s.AskAhead(row, RowsAtOnce, s.Factor);
            Weights(s, s.Table, s.Table + SourceRows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CorrelateAndWeights(in DepthwiseSweep<T> s)
    {
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            s.WriteRows(row, SourceRows);
            WriteFactors(s, row);
            s.AskAhead(row, RowsAtOnce, s.Factor);
            s.AskAhead(row, RowsAtOnce, s.Target);
            T* target = s.Target + row * s.OutPitch;
            int count = Math.Min(RowsAtOnce, s.Rows - row);
            CorrelateAndWeights(s, s.Table, s.Table + SourceRows, target, row + count == s.Rows ? s.LastTarget : target + (count - 1) * s.OutPitch, count);
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
    private static void Correlate(in DepthwiseSweep<T> s, T** rows, T* target, T* last, int count)
    {
        T* filter = s.Filter, masks = s.Masks;
        V a0 = L.Broadcast(s.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (nint v = 0; v < 5; v++, masks += L.Count)
        {
            V w0 = L.Broadcast(filter[v]), w1 = L.Broadcast(filter[v + 5]), w2 = L.Broadcast(filter[v + 10]);
            V w3 = L.Broadcast(filter[v + 15]), w4 = L.Broadcast(filter[v + 20]), mask = L.Load(masks), x;
            x = L.And(mask, L.Load(rows[0] + v));
            a0 = L.MultiplyAdd(w0, x, a0);
            x = L.And(mask, L.Load(rows[1] + v));
            a0 = L.MultiplyAdd(w1, x, a0); a1 = L.MultiplyAdd(w0, x, a1);
            x = L.And(mask, L.Load(rows[2] + v));
            a0 = L.MultiplyAdd(w2, x, a0); a1 = L.MultiplyAdd(w1, x, a1); a2 = L.MultiplyAdd(w0, x, a2);
            x = L.And(mask, L.Load(rows[3] + v));
            a0 = L.MultiplyAdd(w3, x, a0); a1 = L.MultiplyAdd(w2, x, a1); a2 = L.MultiplyAdd(w1, x, a2);
            a3 = L.MultiplyAdd(w0, x, a3);
            x = L.And(mask, L.Load(rows[4] + v));
            a0 = L.MultiplyAdd(w4, x, a0); a1 = L.MultiplyAdd(w3, x, a1); a2 = L.MultiplyAdd(w2, x, a2);
            a3 = L.MultiplyAdd(w1, x, a3); a4 = L.MultiplyAdd(w0, x, a4);
            x = L.And(mask, L.Load(rows[5] + v));
            a1 = L.MultiplyAdd(w4, x, a1); a2 = L.MultiplyAdd(w3, x, a2); a3 = L.MultiplyAdd(w2, x, a3);
            a4 = L.MultiplyAdd(w1, x, a4); a5 = L.MultiplyAdd(w0, x, a5);
            x = L.And(mask, L.Load(rows[6] + v));
            a2 = L.MultiplyAdd(w4, x, a2); a3 = L.MultiplyAdd(w3, x, a3); a4 = L.MultiplyAdd(w2, x, a4);
            a5 = L.MultiplyAdd(w1, x, a5); a6 = L.MultiplyAdd(w0, x, a6);
            x = L.And(mask, L.Load(rows[7] + v));
            a3 = L.MultiplyAdd(w4, x, a3); a4 = L.MultiplyAdd(w3, x, a4); a5 = L.MultiplyAdd(w2, x, a5);
            a6 = L.MultiplyAdd(w1, x, a6);
            x = L.And(mask, L.Load(rows[8] + v));
            a4 = L.MultiplyAdd(w4, x, a4); a5 = L.MultiplyAdd(w3, x, a5); a6 = L.MultiplyAdd(w2, x, a6);
            x = L.And(mask, L.Load(rows[9] + v));
            a5 = L.MultiplyAdd(w4, x, a5); a6 = L.MultiplyAdd(w3, x, a6);
            x = L.And(mask, L.Load(rows[10] + v));
            a6 = L.MultiplyAdd(w4, x, a6);
        }

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

        Store(a0, a1, a2, a3, a4, a5, a6, target, last, s.OutPitch, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CorrelateAndWeights(in DepthwiseSweep<T> s, T** rows, T** factors, T* target, T* last, int count)
    {
        T* filter = s.Filter, sums = s.Sums, masks = s.Masks;
        V counts = L.Load(s.FactorMask);
        V f0 = L.And(counts, L.Load(factors[0])), f1 = L.And(counts, L.Load(factors[1])), f2 = L.And(counts, L.Load(factors[2]));
        V f3 = L.And(counts, L.Load(factors[3])), f4 = L.And(counts, L.Load(factors[4])), f5 = L.And(counts, L.Load(factors[5]));
        V f6 = L.And(counts, L.Load(factors[6]));
        V a0 = L.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (nint v = 0; v < 5; v++, masks += L.Count, sums += L.Count)
        {
            V w0 = L.Broadcast(filter[v]), w1 = L.Broadcast(filter[v + 5]), w2 = L.Broadcast(filter[v + 10]);
            V w3 = L.Broadcast(filter[v + 15]), w4 = L.Broadcast(filter[v + 20]), mask = L.Load(masks), x;
            V s0 = L.Load(sums), s1 = L.Load(sums + 5 * L.Count), s2 = L.Load(sums + 10 * L.Count);
            V s3 = L.Load(sums + 15 * L.Count), s4 = L.Load(sums + 20 * L.Count);
            x = L.And(mask, L.Load(rows[0] + v));
            a0 = L.MultiplyAdd(w0, x, a0); s0 = L.MultiplyAdd(f0, x, s0);
            x = L.And(mask, L.Load(rows[1] + v));
            a0 = L.MultiplyAdd(w1, x, a0); s1 = L.MultiplyAdd(f0, x, s1); a1 = L.MultiplyAdd(w0, x, a1); s0 = L.MultiplyAdd(f1, x, s0);
            x = L.And(mask, L.Load(rows[2] + v));
            a0 = L.MultiplyAdd(w2, x, a0); s2 = L.MultiplyAdd(f0, x, s2); a1 = L.MultiplyAdd(w1, x, a1); s1 = L.MultiplyAdd(f1, x, s1);
            a2 = L.MultiplyAdd(w0, x, a2); s0 = L.MultiplyAdd(f2, x, s0);
            x = L.And(mask, L.Load(rows[3] + v));
            a0 = L.MultiplyAdd(w3, x, a0); s3 = L.MultiplyAdd(f0, x, s3); a1 = L.MultiplyAdd(w2, x, a1); s2 = L.MultiplyAdd(f1, x, s2);
            a2 = L.MultiplyAdd(w1, x, a2); s1 = L.MultiplyAdd(f2, x, s1); a3 = L.MultiplyAdd(w0, x, a3); s0 = L.MultiplyAdd(f3, x, s0);
            x = L.And(mask, L.Load(rows[4] + v));
            a0 = L.MultiplyAdd(w4, x, a0); s4 = L.MultiplyAdd(f0, x, s4); a1 = L.MultiplyAdd(w3, x, a1); s3 = L.MultiplyAdd(f1, x, s3);
            a2 = L.MultiplyAdd(w2, x, a2); s2 = L.MultiplyAdd(f2, x, s2); a3 = L.MultiplyAdd(w1, x, a3); s1 = L.MultiplyAdd(f3, x, s1);
            a4 = L.MultiplyAdd(w0, x, a4); s0 = L.MultiplyAdd(f4, x, s0);
            x = L.And(mask, L.Load(rows[5] + v));
            a1 = L.MultiplyAdd(w4, x, a1); s4 = L.MultiplyAdd(f1, x, s4); a2 = L.MultiplyAdd(w3, x, a2); s3 = L.MultiplyAdd(f2, x, s3);
            a3 = L.MultiplyAdd(w2, x, a3); s2 = L.MultiplyAdd(f3, x, s2); a4 = L.MultiplyAdd(w1, x, a4); s1 = L.MultiplyAdd(f4, x, s1);
            a5 = L.MultiplyAdd(w0, x, a5); s0 = L.MultiplyAdd(f5, x, s0);
            x = L.And(mask, L.Load(rows[6] + v));
            a2 = L.MultiplyAdd(w4, x, a2); s4 = L.MultiplyAdd(f2, x, s4); a3 = L.MultiplyAdd(w3, x, a3); s3 = L.MultiplyAdd(f3, x, s3);
            a4 = L.MultiplyAdd(w2, x, a4); s2 = L.MultiplyAdd(f4, x, s2); a5 = L.MultiplyAdd(w1, x, a5); s1 = L.MultiplyAdd(f5, x, s1);
            a6 = L.MultiplyAdd(w0, x, a6); s0 = L.MultiplyAdd(f6, x, s0);
            x = L.And(mask, L.Load(rows[7] + v));
            a3 = L.MultiplyAdd(w4, x, a3); s4 = L.MultiplyAdd(f3, x, s4); a4 = L.MultiplyAdd(w3, x, a4); s3 = L.MultiplyAdd(f4, x, s3);
            a5 = L.MultiplyAdd(w2, x, a5); s2 = L.MultiplyAdd(f5, x, s2); a6 = L.MultiplyAdd(w1, x, a6); s1 = L.MultiplyAdd(f6, x, s1);
            x = L.And(mask, L.Load(rows[8] + v));
            a4 = L.MultiplyAdd(w4, x, a4); s4 = L.MultiplyAdd(f4, x, s4); a5 = L.MultiplyAdd(w3, x, a5); s3 = L.MultiplyAdd(f5, x, s3);
            a6 = L.MultiplyAdd(w2, x, a6); s2 = L.MultiplyAdd(f6, x, s2);
            x = L.And(mask, L.Load(rows[9] + v));
            a5 = L.MultiplyAdd(w4, x, a5); s4 = L.MultiplyAdd(f5, x, s4); a6 = L.MultiplyAdd(w3, x, a6); s3 = L.MultiplyAdd(f6, x, s3);
            x = L.And(mask, L.Load(rows[10] + v));
            a6 = L.MultiplyAdd(w4, x, a6); s4 = L.MultiplyAdd(f6, x, s4);
            L.Store(s0, sums);
            L.Store(s1, sums + 5 * L.Count);
            L.Store(s2, sums + 10 * L.Count);
            L.Store(s3, sums + 15 * L.Count);
            L.Store(s4, sums + 20 * L.Count);
        }

        Store(a0, a1, a2, a3, a4, a5, a6, target, last, s.OutPitch, count);
    }

    /// <summary>The first rows of seven; the last of them has a place of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V a0, V a1, V a2, V a3, V a4, V a5, V a6, T* target, T* last, nint pitch, int count)
    {
        if (count == RowsAtOnce)
        {
            L.Store(a0, target); target += pitch;
            L.Store(a1, target); target += pitch;
            L.Store(a2, target); target += pitch;
            L.Store(a3, target); target += pitch;
            L.Store(a4, target); target += pitch;
            L.Store(a5, target);
            L.Store(a6, last);
            return;
        }

        L.Store(a0, count == 1 ? last : target);
        if (count > 1) L.Store(a1, count == 2 ? last : target + pitch);
        if (count > 2) L.Store(a2, count == 3 ? last : target + 2 * pitch);
        if (count > 3) L.Store(a3, count == 4 ? last : target + 3 * pitch);
        if (count > 4) L.Store(a4, count == 5 ? last : target + 4 * pitch);
        if (count > 5) L.Store(a5, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weights(in DepthwiseSweep<T> s, T** rows, T** factors)
    {
        T* sums = s.Sums, masks = s.Masks;
        V counts = L.Load(s.FactorMask);
        V f0 = L.And(counts, L.Load(factors[0])), f1 = L.And(counts, L.Load(factors[1])), f2 = L.And(counts, L.Load(factors[2]));
        V f3 = L.And(counts, L.Load(factors[3])), f4 = L.And(counts, L.Load(factors[4])), f5 = L.And(counts, L.Load(factors[5]));
        V f6 = L.And(counts, L.Load(factors[6]));
        for (nint v = 0; v < 5; v++, masks += L.Count, sums += L.Count)
        {
            V s0 = L.Load(sums), s1 = L.Load(sums + 5 * L.Count), s2 = L.Load(sums + 10 * L.Count);
            V s3 = L.Load(sums + 15 * L.Count), s4 = L.Load(sums + 20 * L.Count), mask = L.Load(masks), x;
            x = L.And(mask, L.Load(rows[0] + v));
            s0 = L.MultiplyAdd(f0, x, s0);
            x = L.And(mask, L.Load(rows[1] + v));
            s1 = L.MultiplyAdd(f0, x, s1); s0 = L.MultiplyAdd(f1, x, s0);
            x = L.And(mask, L.Load(rows[2] + v));
            s2 = L.MultiplyAdd(f0, x, s2); s1 = L.MultiplyAdd(f1, x, s1); s0 = L.MultiplyAdd(f2, x, s0);
            x = L.And(mask, L.Load(rows[3] + v));
            s3 = L.MultiplyAdd(f0, x, s3); s2 = L.MultiplyAdd(f1, x, s2); s1 = L.MultiplyAdd(f2, x, s1);
            s0 = L.MultiplyAdd(f3, x, s0);
            x = L.And(mask, L.Load(rows[4] + v));
            s4 = L.MultiplyAdd(f0, x, s4); s3 = L.MultiplyAdd(f1, x, s3); s2 = L.MultiplyAdd(f2, x, s2);
            s1 = L.MultiplyAdd(f3, x, s1); s0 = L.MultiplyAdd(f4, x, s0);
            x = L.And(mask, L.Load(rows[5] + v));
            s4 = L.MultiplyAdd(f1, x, s4); s3 = L.MultiplyAdd(f2, x, s3); s2 = L.MultiplyAdd(f3, x, s2);
            s1 = L.MultiplyAdd(f4, x, s1); s0 = L.MultiplyAdd(f5, x, s0);
            x = L.And(mask, L.Load(rows[6] + v));
            s4 = L.MultiplyAdd(f2, x, s4); s3 = L.MultiplyAdd(f3, x, s3); s2 = L.MultiplyAdd(f4, x, s2);
            s1 = L.MultiplyAdd(f5, x, s1); s0 = L.MultiplyAdd(f6, x, s0);
            x = L.And(mask, L.Load(rows[7] + v));
            s4 = L.MultiplyAdd(f3, x, s4); s3 = L.MultiplyAdd(f4, x, s3); s2 = L.MultiplyAdd(f5, x, s2);
            s1 = L.MultiplyAdd(f6, x, s1);
            x = L.And(mask, L.Load(rows[8] + v));
            s4 = L.MultiplyAdd(f4, x, s4); s3 = L.MultiplyAdd(f5, x, s3); s2 = L.MultiplyAdd(f6, x, s2);
            x = L.And(mask, L.Load(rows[9] + v));
            s4 = L.MultiplyAdd(f5, x, s4); s3 = L.MultiplyAdd(f6, x, s3);
            x = L.And(mask, L.Load(rows[10] + v));
            s4 = L.MultiplyAdd(f6, x, s4);
            L.Store(s0, sums);
            L.Store(s1, sums + 5 * L.Count);
            L.Store(s2, sums + 10 * L.Count);
            L.Store(s3, sums + 15 * L.Count);
            L.Store(s4, sums + 20 * L.Count);
        }
    }
}
