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
        for (int i = 0; i < rows; i++, source += pitch, target += Width * Lane.Count<T, V>()) RunTile(filterRows, offsets, source, weights, bias, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTile(int filterRows, int* offsets, T* source, T* weights, T* bias, T* target)
    {
        V a0 = Lane.Load<T, V>(bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
        int* end = offsets + filterRows;
        for (; offsets != end; offsets++, weights += RowTaps * Lane.Count<T, V>())
        {
            V u = Lane.Load<T, V>(weights), v = Lane.Load<T, V>(weights + Lane.Count<T, V>()), w = Lane.Load<T, V>(weights + 2 * Lane.Count<T, V>());
            T* from = source + *offsets;
            V x = Lane.Broadcast<T, V>(from[0]); a0 = Lane.MultiplyAdd<T, V>(u, x, a0);
            x = Lane.Broadcast<T, V>(from[1]); a1 = Lane.MultiplyAdd<T, V>(u, x, a1); a0 = Lane.MultiplyAdd<T, V>(v, x, a0);
            x = Lane.Broadcast<T, V>(from[2]); a2 = Lane.MultiplyAdd<T, V>(u, x, a2); a1 = Lane.MultiplyAdd<T, V>(v, x, a1); a0 = Lane.MultiplyAdd<T, V>(w, x, a0);
            x = Lane.Broadcast<T, V>(from[3]); a3 = Lane.MultiplyAdd<T, V>(u, x, a3); a2 = Lane.MultiplyAdd<T, V>(v, x, a2); a1 = Lane.MultiplyAdd<T, V>(w, x, a1);
            x = Lane.Broadcast<T, V>(from[4]); a4 = Lane.MultiplyAdd<T, V>(u, x, a4); a3 = Lane.MultiplyAdd<T, V>(v, x, a3); a2 = Lane.MultiplyAdd<T, V>(w, x, a2);
            x = Lane.Broadcast<T, V>(from[5]); a5 = Lane.MultiplyAdd<T, V>(u, x, a5); a4 = Lane.MultiplyAdd<T, V>(v, x, a4); a3 = Lane.MultiplyAdd<T, V>(w, x, a3);
            x = Lane.Broadcast<T, V>(from[6]); a6 = Lane.MultiplyAdd<T, V>(u, x, a6); a5 = Lane.MultiplyAdd<T, V>(v, x, a5); a4 = Lane.MultiplyAdd<T, V>(w, x, a4);
            x = Lane.Broadcast<T, V>(from[7]); a7 = Lane.MultiplyAdd<T, V>(u, x, a7); a6 = Lane.MultiplyAdd<T, V>(v, x, a6); a5 = Lane.MultiplyAdd<T, V>(w, x, a5);
            x = Lane.Broadcast<T, V>(from[8]); a8 = Lane.MultiplyAdd<T, V>(u, x, a8); a7 = Lane.MultiplyAdd<T, V>(v, x, a7); a6 = Lane.MultiplyAdd<T, V>(w, x, a6);
            x = Lane.Broadcast<T, V>(from[9]); a9 = Lane.MultiplyAdd<T, V>(u, x, a9); a8 = Lane.MultiplyAdd<T, V>(v, x, a8); a7 = Lane.MultiplyAdd<T, V>(w, x, a7);
            x = Lane.Broadcast<T, V>(from[10]); a10 = Lane.MultiplyAdd<T, V>(u, x, a10); a9 = Lane.MultiplyAdd<T, V>(v, x, a9); a8 = Lane.MultiplyAdd<T, V>(w, x, a8);
            x = Lane.Broadcast<T, V>(from[11]); a11 = Lane.MultiplyAdd<T, V>(u, x, a11); a10 = Lane.MultiplyAdd<T, V>(v, x, a10); a9 = Lane.MultiplyAdd<T, V>(w, x, a9);
            x = Lane.Broadcast<T, V>(from[12]); a12 = Lane.MultiplyAdd<T, V>(u, x, a12); a11 = Lane.MultiplyAdd<T, V>(v, x, a11); a10 = Lane.MultiplyAdd<T, V>(w, x, a10);
            x = Lane.Broadcast<T, V>(from[13]); a13 = Lane.MultiplyAdd<T, V>(u, x, a13); a12 = Lane.MultiplyAdd<T, V>(v, x, a12); a11 = Lane.MultiplyAdd<T, V>(w, x, a11);
            x = Lane.Broadcast<T, V>(from[14]); a13 = Lane.MultiplyAdd<T, V>(v, x, a13); a12 = Lane.MultiplyAdd<T, V>(w, x, a12);
            x = Lane.Broadcast<T, V>(from[15]); a13 = Lane.MultiplyAdd<T, V>(w, x, a13);
        }

        Lane.Store(a0, target);
        Lane.Store(a1, target + Lane.Count<T, V>());
        Lane.Store(a2, target + 2 * Lane.Count<T, V>());
        Lane.Store(a3, target + 3 * Lane.Count<T, V>());
        Lane.Store(a4, target + 4 * Lane.Count<T, V>());
        Lane.Store(a5, target + 5 * Lane.Count<T, V>());
        Lane.Store(a6, target + 6 * Lane.Count<T, V>());
        Lane.Store(a7, target + 7 * Lane.Count<T, V>());
        Lane.Store(a8, target + 8 * Lane.Count<T, V>());
        Lane.Store(a9, target + 9 * Lane.Count<T, V>());
        Lane.Store(a10, target + 10 * Lane.Count<T, V>());
        Lane.Store(a11, target + 11 * Lane.Count<T, V>());
        Lane.Store(a12, target + 12 * Lane.Count<T, V>());
        Lane.Store(a13, target + 13 * Lane.Count<T, V>());
    }
}
