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
        V a0 = L.Load(sums), a1 = L.Load(sums + L.Count), a2 = L.Load(sums + 2 * L.Count), a3 = L.Load(sums + 3 * L.Count);
        V a4 = L.Load(sums + 4 * L.Count), a5 = L.Load(sums + 5 * L.Count), a6 = L.Load(sums + 6 * L.Count), a7 = L.Load(sums + 7 * L.Count);
        V a8 = L.Load(sums + 8 * L.Count), a9 = L.Load(sums + 9 * L.Count), a10 = L.Load(sums + 10 * L.Count), a11 = L.Load(sums + 11 * L.Count);
        V a12 = L.Load(sums + 12 * L.Count), a13 = L.Load(sums + 13 * L.Count), a14 = L.Load(sums + 14 * L.Count), a15 = L.Load(sums + 15 * L.Count);
        V a16 = L.Load(sums + 16 * L.Count), a17 = L.Load(sums + 17 * L.Count), a18 = L.Load(sums + 18 * L.Count), a19 = L.Load(sums + 19 * L.Count);
        V a20 = L.Load(sums + 20 * L.Count), a21 = L.Load(sums + 21 * L.Count), a22 = L.Load(sums + 22 * L.Count), a23 = L.Load(sums + 23 * L.Count);
        for (int i = 0; i < rows; i++, x += rowStep)
        {
            T* from = x, end = dy + (nint)width * L.Count;
            for (; dy != end; dy += L.Count, from += step)
            {
                V d = L.Load(dy);
                a0 = L.MultiplyAdd(d, L.Broadcast(from[0]), a0); a1 = L.MultiplyAdd(d, L.Broadcast(from[1]), a1);
                a2 = L.MultiplyAdd(d, L.Broadcast(from[2]), a2); a3 = L.MultiplyAdd(d, L.Broadcast(from[3]), a3);
                a4 = L.MultiplyAdd(d, L.Broadcast(from[4]), a4); a5 = L.MultiplyAdd(d, L.Broadcast(from[5]), a5);
                a6 = L.MultiplyAdd(d, L.Broadcast(from[6]), a6); a7 = L.MultiplyAdd(d, L.Broadcast(from[7]), a7);
                a8 = L.MultiplyAdd(d, L.Broadcast(from[8]), a8); a9 = L.MultiplyAdd(d, L.Broadcast(from[9]), a9);
                a10 = L.MultiplyAdd(d, L.Broadcast(from[10]), a10); a11 = L.MultiplyAdd(d, L.Broadcast(from[11]), a11);
                a12 = L.MultiplyAdd(d, L.Broadcast(from[12]), a12); a13 = L.MultiplyAdd(d, L.Broadcast(from[13]), a13);
                a14 = L.MultiplyAdd(d, L.Broadcast(from[14]), a14); a15 = L.MultiplyAdd(d, L.Broadcast(from[15]), a15);
                a16 = L.MultiplyAdd(d, L.Broadcast(from[16]), a16); a17 = L.MultiplyAdd(d, L.Broadcast(from[17]), a17);
                a18 = L.MultiplyAdd(d, L.Broadcast(from[18]), a18); a19 = L.MultiplyAdd(d, L.Broadcast(from[19]), a19);
                a20 = L.MultiplyAdd(d, L.Broadcast(from[20]), a20); a21 = L.MultiplyAdd(d, L.Broadcast(from[21]), a21);
                a22 = L.MultiplyAdd(d, L.Broadcast(from[22]), a22); a23 = L.MultiplyAdd(d, L.Broadcast(from[23]), a23);
            }
        }

        L.Store(a0, sums);
        L.Store(a1, sums + L.Count);
        L.Store(a2, sums + 2 * L.Count);
        L.Store(a3, sums + 3 * L.Count);
        L.Store(a4, sums + 4 * L.Count);
        L.Store(a5, sums + 5 * L.Count);
        L.Store(a6, sums + 6 * L.Count);
        L.Store(a7, sums + 7 * L.Count);
        L.Store(a8, sums + 8 * L.Count);
        L.Store(a9, sums + 9 * L.Count);
        L.Store(a10, sums + 10 * L.Count);
        L.Store(a11, sums + 11 * L.Count);
        L.Store(a12, sums + 12 * L.Count);
        L.Store(a13, sums + 13 * L.Count);
        L.Store(a14, sums + 14 * L.Count);
        L.Store(a15, sums + 15 * L.Count);
        L.Store(a16, sums + 16 * L.Count);
        L.Store(a17, sums + 17 * L.Count);
        L.Store(a18, sums + 18 * L.Count);
        L.Store(a19, sums + 19 * L.Count);
        L.Store(a20, sums + 20 * L.Count);
        L.Store(a21, sums + 21 * L.Count);
        L.Store(a22, sums + 22 * L.Count);
        L.Store(a23, sums + 23 * L.Count);
    }
}
