using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernel of a correlation with filters three wide and the destination channels in the lanes of a vector: 14 positions of a row.
/// </summary>
/// <remarks>
/// target[p][lane] = bias[lane] + Σ_k Σ_v weights[k][v][lane] · source[offsets[k] + p + v], p &lt; 14, v &lt; 3. No product is spent on what lies between the
/// rows of a plane, as it is by vectors along the plane: that decides for planes of 14 columns. Each element of the source is loaded once for
/// three products: one for each would keep the loads busier than the multipliers where two of those work at once.
/// </remarks>
internal static unsafe class ConvolutionChannelsTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Positions of a tile, and taps of a row of a filter.</summary>
    public const int Width = 14, RowTaps = 3;

    /// <summary>All positions of a block of rows of 14: target [row][column][lane].</summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="filterRows">Rows of a filter, of all source channels together.</param>
    /// <param name="offsets">Where in the source each of them begins.</param>
    /// <param name="source">Padded planes.</param>
    /// <param name="pitch">From one row of the source to the next.</param>
    /// <param name="weights">[filter row][3][lane].</param>
    /// <param name="bias">[lane].</param>
    /// <param name="target">The result.</param>
    public static void Run(int rows, int filterRows, int* offsets, T* source, nint pitch, T* weights, T* bias, T* target)
    {
        for (int i = 0; i < rows; i++, source += pitch, target += Width * L.Count) RunTile(filterRows, offsets, source, weights, bias, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTile(int filterRows, int* offsets, T* source, T* weights, T* bias, T* target)
    {
        V a0 = L.Load(bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
        int* end = offsets + filterRows;
        for (; offsets != end; offsets++, weights += RowTaps * L.Count)
        {
            V u = L.Load(weights), v = L.Load(weights + L.Count), w = L.Load(weights + 2 * L.Count);
            T* from = source + *offsets;
            V x = L.Broadcast(from[0]); a0 = L.MultiplyAdd(u, x, a0);
            x = L.Broadcast(from[1]); a1 = L.MultiplyAdd(u, x, a1); a0 = L.MultiplyAdd(v, x, a0);
            x = L.Broadcast(from[2]); a2 = L.MultiplyAdd(u, x, a2); a1 = L.MultiplyAdd(v, x, a1); a0 = L.MultiplyAdd(w, x, a0);
            x = L.Broadcast(from[3]); a3 = L.MultiplyAdd(u, x, a3); a2 = L.MultiplyAdd(v, x, a2); a1 = L.MultiplyAdd(w, x, a1);
            x = L.Broadcast(from[4]); a4 = L.MultiplyAdd(u, x, a4); a3 = L.MultiplyAdd(v, x, a3); a2 = L.MultiplyAdd(w, x, a2);
            x = L.Broadcast(from[5]); a5 = L.MultiplyAdd(u, x, a5); a4 = L.MultiplyAdd(v, x, a4); a3 = L.MultiplyAdd(w, x, a3);
            x = L.Broadcast(from[6]); a6 = L.MultiplyAdd(u, x, a6); a5 = L.MultiplyAdd(v, x, a5); a4 = L.MultiplyAdd(w, x, a4);
            x = L.Broadcast(from[7]); a7 = L.MultiplyAdd(u, x, a7); a6 = L.MultiplyAdd(v, x, a6); a5 = L.MultiplyAdd(w, x, a5);
            x = L.Broadcast(from[8]); a8 = L.MultiplyAdd(u, x, a8); a7 = L.MultiplyAdd(v, x, a7); a6 = L.MultiplyAdd(w, x, a6);
            x = L.Broadcast(from[9]); a9 = L.MultiplyAdd(u, x, a9); a8 = L.MultiplyAdd(v, x, a8); a7 = L.MultiplyAdd(w, x, a7);
            x = L.Broadcast(from[10]); a10 = L.MultiplyAdd(u, x, a10); a9 = L.MultiplyAdd(v, x, a9); a8 = L.MultiplyAdd(w, x, a8);
            x = L.Broadcast(from[11]); a11 = L.MultiplyAdd(u, x, a11); a10 = L.MultiplyAdd(v, x, a10); a9 = L.MultiplyAdd(w, x, a9);
            x = L.Broadcast(from[12]); a12 = L.MultiplyAdd(u, x, a12); a11 = L.MultiplyAdd(v, x, a11); a10 = L.MultiplyAdd(w, x, a10);
            x = L.Broadcast(from[13]); a13 = L.MultiplyAdd(u, x, a13); a12 = L.MultiplyAdd(v, x, a12); a11 = L.MultiplyAdd(w, x, a11);
            x = L.Broadcast(from[14]); a13 = L.MultiplyAdd(v, x, a13); a12 = L.MultiplyAdd(w, x, a12);
            x = L.Broadcast(from[15]); a13 = L.MultiplyAdd(w, x, a13);
        }

        L.Store(a0, target);
        L.Store(a1, target + L.Count);
        L.Store(a2, target + 2 * L.Count);
        L.Store(a3, target + 3 * L.Count);
        L.Store(a4, target + 4 * L.Count);
        L.Store(a5, target + 5 * L.Count);
        L.Store(a6, target + 6 * L.Count);
        L.Store(a7, target + 7 * L.Count);
        L.Store(a8, target + 8 * L.Count);
        L.Store(a9, target + 9 * L.Count);
        L.Store(a10, target + 10 * L.Count);
        L.Store(a11, target + 11 * L.Count);
        L.Store(a12, target + 12 * L.Count);
        L.Store(a13, target + 13 * L.Count);
    }
}
