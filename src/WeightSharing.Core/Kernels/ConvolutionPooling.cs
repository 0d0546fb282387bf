using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>
/// The largest of every 2×2 results of a convolution, windows side by side, while those are in the first cache; with or without max(0, ·).
/// </summary>
/// <remarks>
/// NaN wins. Sums that begin with +0 or a bias are never −0 unless the bias is, so that the order in which the four are compared does not show.
/// </remarks>
internal static unsafe class ConvolutionPooling<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>
    /// target[c · targetPlane + i · (width / 2) + j] = max strip[c · stripPitch + (2i + a) · pitch + 2j + b], a, b &lt; 2. A vector behind a row may be read;
    /// the line is scratch of a row and a vector more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromPlanes(
        T* strip, nint stripPitch, int pitch, int channels, int rows, int width, bool relu, T* line, T* target, nint targetPlane)
    {
        for (int c = 0; c < channels; c++)
        {
            T* upper = strip + c * stripPitch, to = target + c * targetPlane;
            for (int i = 0; i + 1 < rows; i += 2, upper += 2 * pitch, to += width / 2)
            {
                for (int w = 0; w < width; w += L.Count)
                {
                    V largest = L.Max(L.Load(upper + w), L.Load(upper + pitch + w));
                    if (relu) largest = default(Relu<T>).Apply<V, L>(largest);
                    L.Store(largest, line + w);
                }

                Neighbours(line, width / 2, to);
            }
        }
    }

    /// <summary>strip[i · (width / 2) + j] = max strip[(2i + a) · width + 2j + b], a, b &lt; 2, vectors of channels at each position; in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromVectors(T* strip, int rows, int width, bool relu)
    {
        T* upper = strip, to = strip;
        nint row = (nint)width * L.Count;
        for (int i = 0; i + 1 < rows; i += 2, upper += 2 * row)
        {
            T* from = upper;
            for (int j = 0; j + 1 < width; j += 2, from += 2 * L.Count, to += L.Count)
            {
                V largest = L.Max(L.Max(L.Load(from), L.Load(from + L.Count)), L.Max(L.Load(from + row), L.Load(from + row + L.Count)));
                if (relu) largest = default(Relu<T>).Apply<V, L>(largest);
                L.Store(largest, to);
            }
        }
    }

    /// <summary>target[j] = max(line[2j], line[2j + 1])</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Neighbours(T* line, int count, T* target)
    {
        int j = 0;
        if (typeof(T) == typeof(float))
        {
            for (; j + 4 <= count || (j < count && count >= 4); j += 4)
            {
                // The last vector overlaps the one before it.
                if (j > count - 4) j = count - 4;
                float* from = (float*)line + 2 * j;
                Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + 4);
                Vector128.Max(ConvolutionShuffle.Even(a, b), ConvolutionShuffle.Odd(a, b)).Store((float*)target + j);
            }
        }

        for (; j < count; j++) target[j] = T.Max(line[2 * j], line[2 * j + 1]);
    }
}
