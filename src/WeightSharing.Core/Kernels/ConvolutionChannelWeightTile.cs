using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernel of the weight gradient with the output channels in the lanes of a vector: 24 elements of a row of the filters.
/// </summary>
/// <remarks>
/// sums[k][lane] += Σ_{i, j} dy[i][j][lane] · x[i · rowStep + j · step + k], k &lt; 24: with the channels of x side by side at every position, a row of
/// a filter at all its channels is one run of elements. 24 accumulators need the 32 registers of AVX-512.
/// </remarks>
internal static unsafe class ConvolutionChannelWeightTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Elements of a tile.</summary>
    public const int Elements = 24;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int rows, int width, T* dy, T* x, nint rowStep, nint step, T* sums)
    {
        V a0 = Lane.Load<T, V>(sums), a1 = Lane.Load<T, V>(sums + Lane.Count<T, V>()), a2 = Lane.Load<T, V>(sums + 2 * Lane.Count<T, V>()), a3 = Lane.Load<T, V>(sums + 3 * Lane.Count<T, V>());
        V a4 = Lane.Load<T, V>(sums + 4 * Lane.Count<T, V>()), a5 = Lane.Load<T, V>(sums + 5 * Lane.Count<T, V>()), a6 = Lane.Load<T, V>(sums + 6 * Lane.Count<T, V>()), a7 = Lane.Load<T, V>(sums + 7 * Lane.Count<T, V>());
        V a8 = Lane.Load<T, V>(sums + 8 * Lane.Count<T, V>()), a9 = Lane.Load<T, V>(sums + 9 * Lane.Count<T, V>()), a10 = Lane.Load<T, V>(sums + 10 * Lane.Count<T, V>()), a11 = Lane.Load<T, V>(sums + 11 * Lane.Count<T, V>());
        V a12 = Lane.Load<T, V>(sums + 12 * Lane.Count<T, V>()), a13 = Lane.Load<T, V>(sums + 13 * Lane.Count<T, V>()), a14 = Lane.Load<T, V>(sums + 14 * Lane.Count<T, V>()), a15 = Lane.Load<T, V>(sums + 15 * Lane.Count<T, V>());
        V a16 = Lane.Load<T, V>(sums + 16 * Lane.Count<T, V>()), a17 = Lane.Load<T, V>(sums + 17 * Lane.Count<T, V>()), a18 = Lane.Load<T, V>(sums + 18 * Lane.Count<T, V>()), a19 = Lane.Load<T, V>(sums + 19 * Lane.Count<T, V>());
        V a20 = Lane.Load<T, V>(sums + 20 * Lane.Count<T, V>()), a21 = Lane.Load<T, V>(sums + 21 * Lane.Count<T, V>()), a22 = Lane.Load<T, V>(sums + 22 * Lane.Count<T, V>()), a23 = Lane.Load<T, V>(sums + 23 * Lane.Count<T, V>());
        for (int i = 0; i < rows; i++, x += rowStep)
        {
            T* from = x, end = dy + (nint)width * Lane.Count<T, V>();
            for (; dy != end; dy += Lane.Count<T, V>(), from += step)
            {
                V d = Lane.Load<T, V>(dy);
                a0 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[0]), a0); a1 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[1]), a1);
                a2 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[2]), a2); a3 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[3]), a3);
                a4 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[4]), a4); a5 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[5]), a5);
                a6 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[6]), a6); a7 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[7]), a7);
                a8 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[8]), a8); a9 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[9]), a9);
                a10 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[10]), a10); a11 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[11]), a11);
                a12 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[12]), a12); a13 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[13]), a13);
                a14 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[14]), a14); a15 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[15]), a15);
                a16 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[16]), a16); a17 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[17]), a17);
                a18 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[18]), a18); a19 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[19]), a19);
                a20 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[20]), a20); a21 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[21]), a21);
                a22 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[22]), a22); a23 = Lane.MultiplyAdd<T, V>(d, Lane.Broadcast<T, V>(from[23]), a23);
            }
        }

        Lane.Store(a0, sums);
        Lane.Store(a1, sums + Lane.Count<T, V>());
        Lane.Store(a2, sums + 2 * Lane.Count<T, V>());
        Lane.Store(a3, sums + 3 * Lane.Count<T, V>());
        Lane.Store(a4, sums + 4 * Lane.Count<T, V>());
        Lane.Store(a5, sums + 5 * Lane.Count<T, V>());
        Lane.Store(a6, sums + 6 * Lane.Count<T, V>());
        Lane.Store(a7, sums + 7 * Lane.Count<T, V>());
        Lane.Store(a8, sums + 8 * Lane.Count<T, V>());
        Lane.Store(a9, sums + 9 * Lane.Count<T, V>());
        Lane.Store(a10, sums + 10 * Lane.Count<T, V>());
        Lane.Store(a11, sums + 11 * Lane.Count<T, V>());
        Lane.Store(a12, sums + 12 * Lane.Count<T, V>());
        Lane.Store(a13, sums + 13 * Lane.Count<T, V>());
        Lane.Store(a14, sums + 14 * Lane.Count<T, V>());
        Lane.Store(a15, sums + 15 * Lane.Count<T, V>());
        Lane.Store(a16, sums + 16 * Lane.Count<T, V>());
        Lane.Store(a17, sums + 17 * Lane.Count<T, V>());
        Lane.Store(a18, sums + 18 * Lane.Count<T, V>());
        Lane.Store(a19, sums + 19 * Lane.Count<T, V>());
        Lane.Store(a20, sums + 20 * Lane.Count<T, V>());
        Lane.Store(a21, sums + 21 * Lane.Count<T, V>());
        Lane.Store(a22, sums + 22 * Lane.Count<T, V>());
        Lane.Store(a23, sums + 23 * Lane.Count<T, V>());
    }
}
