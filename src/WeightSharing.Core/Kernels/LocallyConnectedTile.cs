using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernel of the locally connected products: a few rows × one or two vectors, added to rows at arbitrary places.
/// </summary>
/// <remarks>
/// target[targets[r] + v] += Σ_t Σ_{i &lt; inner} a[r · aRow + aOffsets[t] + i · aStep] · b[bOffsets[t] + i · bStep + v], r &lt; rows, v
/// over the vectors; all distances in elements. Every sum runs over t, then i, in ascending order, whichever tile it is in.
/// </remarks>
internal unsafe struct LocallyConnectedTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    public int Outer, Inner;
    public nint* AOffsets, BOffsets;
    public nint ARow, AStep, BStep;

    /// <summary>All rows: tiles of 8 where there are 32 registers, of 4, and single ones at the end; by two vectors, then by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int rows, int vectors, T* a, T* b, T* target, nint* targets)
    {
        for (int v = 0; v < vectors; v += 2)
        {
            bool two = v + 1 < vectors;
            T* bv = b + (nint)v * L.Count, tv = target + (nint)v * L.Count;
            int r = 0;
            if (L.Count * sizeof(T) == 64)
            {
                for (; r + 8 <= rows; r += 8)
                {
                    if (two) Run8x2(a + r * ARow, bv, tv, targets + r);
                    else Run8x1(a + r * ARow, bv, tv, targets + r);
                }
            }

            for (; r + 4 <= rows; r += 4)
            {
                if (two) Run4x2(a + r * ARow, bv, tv, targets + r);
                else Run4x1(a + r * ARow, bv, tv, targets + r);
            }

            for (; r < rows; r++)
            {
                Run1(a + r * ARow, bv, tv + targets[r]);
                if (two) Run1(a + r * ARow, bv + L.Count, tv + targets[r] + L.Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run8x2(T* a, T* b, T* target, nint* targets)
    {
        T* t0 = target + targets[0], t1 = target + targets[1], t2 = target + targets[2], t3 = target + targets[3];
        T* t4 = target + targets[4], t5 = target + targets[5], t6 = target + targets[6], t7 = target + targets[7];
        V c0 = L.Load(t0), c1 = L.Load(t1), c2 = L.Load(t2), c3 = L.Load(t3);
        V c4 = L.Load(t4), c5 = L.Load(t5), c6 = L.Load(t6), c7 = L.Load(t7);
        V d0 = L.Load(t0 + L.Count), d1 = L.Load(t1 + L.Count), d2 = L.Load(t2 + L.Count), d3 = L.Load(t3 + L.Count);
        V d4 = L.Load(t4 + L.Count), d5 = L.Load(t5 + L.Count), d6 = L.Load(t6 + L.Count), d7 = L.Load(t7 + L.Count);
        nint row = ARow, aStep = AStep, bStep = BStep;
        for (int t = 0; t < Outer; t++)
        {
            T* a0 = a + AOffsets[t], a1 = a0 + row, a2 = a1 + row, a3 = a2 + row;
            T* a4 = a3 + row, a5 = a4 + row, a6 = a5 + row, a7 = a6 + row;
            T* x = b + BOffsets[t];
            nint index = 0;
            for (int i = Inner; i > 0; i--, index += aStep, x += bStep)
            {
                V x0 = L.Load(x), x1 = L.Load(x + L.Count);
                V w = L.Broadcast(a0[index]);
                c0 = L.MultiplyAdd(w, x0, c0); d0 = L.MultiplyAdd(w, x1, d0);
                w = L.Broadcast(a1[index]);
                c1 = L.MultiplyAdd(w, x0, c1); d1 = L.MultiplyAdd(w, x1, d1);
                w = L.Broadcast(a2[index]);
                c2 = L.MultiplyAdd(w, x0, c2); d2 = L.MultiplyAdd(w, x1, d2);
                w = L.Broadcast(a3[index]);
                c3 = L.MultiplyAdd(w, x0, c3); d3 = L.MultiplyAdd(w, x1, d3);
                w = L.Broadcast(a4[index]);
                c4 = L.MultiplyAdd(w, x0, c4); d4 = L.MultiplyAdd(w, x1, d4);
                w = L.Broadcast(a5[index]);
                c5 = L.MultiplyAdd(w, x0, c5); d5 = L.MultiplyAdd(w, x1, d5);
                w = L.Broadcast(a6[index]);
                c6 = L.MultiplyAdd(w, x0, c6); d6 = L.MultiplyAdd(w, x1, d6);
                w = L.Broadcast(a7[index]);
                c7 = L.MultiplyAdd(w, x0, c7); d7 = L.MultiplyAdd(w, x1, d7);
            }
        }

        Store2(t0, c0, d0);
        Store2(t1, c1, d1);
        Store2(t2, c2, d2);
        Store2(t3, c3, d3);
        Store2(t4, c4, d4);
        Store2(t5, c5, d5);
        Store2(t6, c6, d6);
        Store2(t7, c7, d7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run8x1(T* a, T* b, T* target, nint* targets)
    {
        T* t0 = target + targets[0], t1 = target + targets[1], t2 = target + targets[2], t3 = target + targets[3];
        T* t4 = target + targets[4], t5 = target + targets[5], t6 = target + targets[6], t7 = target + targets[7];
        V c0 = L.Load(t0), c1 = L.Load(t1), c2 = L.Load(t2), c3 = L.Load(t3);
        V c4 = L.Load(t4), c5 = L.Load(t5), c6 = L.Load(t6), c7 = L.Load(t7);
        nint row = ARow, aStep = AStep, bStep = BStep;
        for (int t = 0; t < Outer; t++)
        {
            T* a0 = a + AOffsets[t], a1 = a0 + row, a2 = a1 + row, a3 = a2 + row;
            T* a4 = a3 + row, a5 = a4 + row, a6 = a5 + row, a7 = a6 + row;
            T* x = b + BOffsets[t];
            nint index = 0;
            for (int i = Inner; i > 0; i--, index += aStep, x += bStep)
            {
                V x0 = L.Load(x);
                c0 = L.MultiplyAdd(L.Broadcast(a0[index]), x0, c0);
                c1 = L.MultiplyAdd(L.Broadcast(a1[index]), x0, c1);
                c2 = L.MultiplyAdd(L.Broadcast(a2[index]), x0, c2);
                c3 = L.MultiplyAdd(L.Broadcast(a3[index]), x0, c3);
                c4 = L.MultiplyAdd(L.Broadcast(a4[index]), x0, c4);
                c5 = L.MultiplyAdd(L.Broadcast(a5[index]), x0, c5);
                c6 = L.MultiplyAdd(L.Broadcast(a6[index]), x0, c6);
                c7 = L.MultiplyAdd(L.Broadcast(a7[index]), x0, c7);
            }
        }

        L.Store(c0, t0);
        L.Store(c1, t1);
        L.Store(c2, t2);
        L.Store(c3, t3);
        L.Store(c4, t4);
        L.Store(c5, t5);
        L.Store(c6, t6);
        L.Store(c7, t7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run4x2(T* a, T* b, T* target, nint* targets)
    {
        T* t0 = target + targets[0], t1 = target + targets[1], t2 = target + targets[2], t3 = target + targets[3];
        V c0 = L.Load(t0), c1 = L.Load(t1), c2 = L.Load(t2), c3 = L.Load(t3);
        V d0 = L.Load(t0 + L.Count), d1 = L.Load(t1 + L.Count), d2 = L.Load(t2 + L.Count), d3 = L.Load(t3 + L.Count);
        nint row = ARow, aStep = AStep, bStep = BStep;
        for (int t = 0; t < Outer; t++)
        {
            T* a0 = a + AOffsets[t], a1 = a0 + row, a2 = a1 + row, a3 = a2 + row;
            T* x = b + BOffsets[t];
            nint index = 0;
            for (int i = Inner; i > 0; i--, index += aStep, x += bStep)
            {
                V x0 = L.Load(x), x1 = L.Load(x + L.Count);
                V w = L.Broadcast(a0[index]);
                c0 = L.MultiplyAdd(w, x0, c0); d0 = L.MultiplyAdd(w, x1, d0);
                w = L.Broadcast(a1[index]);
                c1 = L.MultiplyAdd(w, x0, c1); d1 = L.MultiplyAdd(w, x1, d1);
                w = L.Broadcast(a2[index]);
                c2 = L.MultiplyAdd(w, x0, c2); d2 = L.MultiplyAdd(w, x1, d2);
                w = L.Broadcast(a3[index]);
                c3 = L.MultiplyAdd(w, x0, c3); d3 = L.MultiplyAdd(w, x1, d3);
            }
        }

        Store2(t0, c0, d0);
        Store2(t1, c1, d1);
        Store2(t2, c2, d2);
        Store2(t3, c3, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run4x1(T* a, T* b, T* target, nint* targets)
    {
        T* t0 = target + targets[0], t1 = target + targets[1], t2 = target + targets[2], t3 = target + targets[3];
        V c0 = L.Load(t0), c1 = L.Load(t1), c2 = L.Load(t2), c3 = L.Load(t3);
        nint row = ARow, aStep = AStep, bStep = BStep;
        for (int t = 0; t < Outer; t++)
        {
            T* a0 = a + AOffsets[t], a1 = a0 + row, a2 = a1 + row, a3 = a2 + row;
            T* x = b + BOffsets[t];
            nint index = 0;
            for (int i = Inner; i > 0; i--, index += aStep, x += bStep)
            {
                V x0 = L.Load(x);
                c0 = L.MultiplyAdd(L.Broadcast(a0[index]), x0, c0);
                c1 = L.MultiplyAdd(L.Broadcast(a1[index]), x0, c1);
                c2 = L.MultiplyAdd(L.Broadcast(a2[index]), x0, c2);
                c3 = L.MultiplyAdd(L.Broadcast(a3[index]), x0, c3);
            }
        }

        L.Store(c0, t0);
        L.Store(c1, t1);
        L.Store(c2, t2);
        L.Store(c3, t3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run1(T* a, T* b, T* target)
    {
        V c = L.Load(target);
        for (int t = 0; t < Outer; t++)
        {
            T* w = a + AOffsets[t], x = b + BOffsets[t];
            for (int i = Inner; i > 0; i--, w += AStep, x += BStep) c = L.MultiplyAdd(L.Broadcast(*w), L.Load(x), c);
        }

        L.Store(c, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store2(T* target, V c, V d)
    {
        L.Store(c, target);
        L.Store(d, target + L.Count);
    }
}
