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
        T** targets = s.Table + SourceRows;
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            WriteRows(s, row);
            for (int i = 0; i < RowsAtOnce; i++) targets[i] = row + i < s.Rows - 1 ? s.Target + (row + i) * s.OutPitch : s.LastTarget;
            Correlate(s, s.Table, targets, Math.Min(RowsAtOnce, s.Rows - row));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(in DepthwiseSweep<T> s)
    {
        T** factors = s.Table + SourceRows;
        for (int row = 0; row < s.Rows; row += RowsAtOnce)
        {
            WriteRows(s, row);
            for (int i = 0; i < RowsAtOnce; i++) factors[i] = row + i < s.Rows ? s.Factor + (row + i) * s.OutPitch : s.Zeros;
            Weights(s, s.Table, factors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRows(in DepthwiseSweep<T> s, int row)
    {
        for (int r = 0, h = s.First + row; r < SourceRows; r++, h++) s.Table[r] = (uint)h < (uint)s.Height ? s.Source + h * s.Pitch : s.Zeros;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Correlate(in DepthwiseSweep<T> s, T** rows, T** targets, int count)
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

        L.Store(a0, targets[0]);
        if (count > 1) L.Store(a1, targets[1]);
        if (count > 2) L.Store(a2, targets[2]);
        if (count > 3) L.Store(a3, targets[3]);
        if (count > 4) L.Store(a4, targets[4]);
        if (count > 5) L.Store(a5, targets[5]);
        if (count > 6) L.Store(a6, targets[6]);
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
