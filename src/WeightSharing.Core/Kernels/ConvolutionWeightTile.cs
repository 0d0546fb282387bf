using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernels of the weight gradient: dot products along the flattened plane of a few channels of dy with a few taps of x.
/// </summary>
/// <remarks>
/// sums[r · 3 + k] = Σ_image Σ_p dy[image · dyImage + r · pitch + p] · x_k[image · xImage + p], r &lt; R, k &lt; 3, p over whole vectors.
/// dy must be zero at positions that are not outputs, and x finite there. R is 8 where there are 32 registers, else 4; 1 serves single
/// channels.
/// </remarks>
internal static unsafe class ConvolutionWeightTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>Taps of one tile.</summary>
    public const int Taps = 3;

    public static void Run(
        int channels, int images, int vectors, T* dy, nint dyImage, nint pitch, T* x0, T* x1, T* x2, nint xImage, T* sums)
    {
        if (channels == 8) Run8(images, vectors, dy, dyImage, pitch, x0, x1, x2, xImage, sums);
        else if (channels == 4) Run4(images, vectors, dy, dyImage, pitch, x0, x1, x2, xImage, sums);
        else Run1(images, vectors, dy, dyImage, x0, x1, x2, xImage, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run8(
        int images, int vectors, T* dy, nint dyImage, nint pitch, T* x0, T* x1, T* x2, nint xImage, T* sums)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero, a6 = L.Zero, a7 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero, b4 = L.Zero, b5 = L.Zero, b6 = L.Zero, b7 = L.Zero;
        V c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero, c4 = L.Zero, c5 = L.Zero, c6 = L.Zero, c7 = L.Zero;
        nint length = (nint)vectors * L.Count;
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            for (nint p = 0; p < length; p += L.Count)
            {
                T* d = dy + p;
                V xa = L.Load(x0 + p), xb = L.Load(x1 + p), xc = L.Load(x2 + p);
                V v = L.Load(d);
                a0 = L.MultiplyAdd(v, xa, a0); b0 = L.MultiplyAdd(v, xb, b0); c0 = L.MultiplyAdd(v, xc, c0);
                v = L.Load(d + pitch);
                a1 = L.MultiplyAdd(v, xa, a1); b1 = L.MultiplyAdd(v, xb, b1); c1 = L.MultiplyAdd(v, xc, c1);
                v = L.Load(d + 2 * pitch);
                a2 = L.MultiplyAdd(v, xa, a2); b2 = L.MultiplyAdd(v, xb, b2); c2 = L.MultiplyAdd(v, xc, c2);
                v = L.Load(d + 3 * pitch);
                a3 = L.MultiplyAdd(v, xa, a3); b3 = L.MultiplyAdd(v, xb, b3); c3 = L.MultiplyAdd(v, xc, c3);
                d += 4 * pitch;
                v = L.Load(d);
                a4 = L.MultiplyAdd(v, xa, a4); b4 = L.MultiplyAdd(v, xb, b4); c4 = L.MultiplyAdd(v, xc, c4);
                v = L.Load(d + pitch);
                a5 = L.MultiplyAdd(v, xa, a5); b5 = L.MultiplyAdd(v, xb, b5); c5 = L.MultiplyAdd(v, xc, c5);
                v = L.Load(d + 2 * pitch);
                a6 = L.MultiplyAdd(v, xa, a6); b6 = L.MultiplyAdd(v, xb, b6); c6 = L.MultiplyAdd(v, xc, c6);
                v = L.Load(d + 3 * pitch);
                a7 = L.MultiplyAdd(v, xa, a7); b7 = L.MultiplyAdd(v, xb, b7); c7 = L.MultiplyAdd(v, xc, c7);
            }
        }

        Sum3(sums, a0, b0, c0);
        Sum3(sums + 3, a1, b1, c1);
        Sum3(sums + 6, a2, b2, c2);
        Sum3(sums + 9, a3, b3, c3);
        Sum3(sums + 12, a4, b4, c4);
        Sum3(sums + 15, a5, b5, c5);
        Sum3(sums + 18, a6, b6, c6);
        Sum3(sums + 21, a7, b7, c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4(
        int images, int vectors, T* dy, nint dyImage, nint pitch, T* x0, T* x1, T* x2, nint xImage, T* sums)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero;
        V c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero;
        nint length = (nint)vectors * L.Count;
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            for (nint p = 0; p < length; p += L.Count)
            {
                T* d = dy + p;
                V xa = L.Load(x0 + p), xb = L.Load(x1 + p), xc = L.Load(x2 + p);
                V v = L.Load(d);
                a0 = L.MultiplyAdd(v, xa, a0); b0 = L.MultiplyAdd(v, xb, b0); c0 = L.MultiplyAdd(v, xc, c0);
                v = L.Load(d + pitch);
                a1 = L.MultiplyAdd(v, xa, a1); b1 = L.MultiplyAdd(v, xb, b1); c1 = L.MultiplyAdd(v, xc, c1);
                v = L.Load(d + 2 * pitch);
                a2 = L.MultiplyAdd(v, xa, a2); b2 = L.MultiplyAdd(v, xb, b2); c2 = L.MultiplyAdd(v, xc, c2);
                v = L.Load(d + 3 * pitch);
                a3 = L.MultiplyAdd(v, xa, a3); b3 = L.MultiplyAdd(v, xb, b3); c3 = L.MultiplyAdd(v, xc, c3);
            }
        }

        Sum3(sums, a0, b0, c0);
        Sum3(sums + 3, a1, b1, c1);
        Sum3(sums + 6, a2, b2, c2);
        Sum3(sums + 9, a3, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run1(int images, int vectors, T* dy, nint dyImage, T* x0, T* x1, T* x2, nint xImage, T* sums)
    {
        // Two sets of sums: three alone would wait for each other's additions.
        V a = L.Zero, b = L.Zero, c = L.Zero, d = L.Zero, e = L.Zero, f = L.Zero;
        nint length = (nint)vectors * L.Count, pairs = length - L.Count;
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            nint p = 0;
            for (; p < pairs; p += 2 * L.Count)
            {
                V v = L.Load(dy + p), w = L.Load(dy + p + L.Count);
                a = L.MultiplyAdd(v, L.Load(x0 + p), a);
                b = L.MultiplyAdd(v, L.Load(x1 + p), b);
                c = L.MultiplyAdd(v, L.Load(x2 + p), c);
                d = L.MultiplyAdd(w, L.Load(x0 + p + L.Count), d);
                e = L.MultiplyAdd(w, L.Load(x1 + p + L.Count), e);
                f = L.MultiplyAdd(w, L.Load(x2 + p + L.Count), f);
            }

            if (p < length)
            {
                V v = L.Load(dy + p);
                a = L.MultiplyAdd(v, L.Load(x0 + p), a);
                b = L.MultiplyAdd(v, L.Load(x1 + p), b);
                c = L.MultiplyAdd(v, L.Load(x2 + p), c);
            }
        }

        Sum3(sums, L.Add(a, d), L.Add(b, e), L.Add(c, f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum3(T* sums, V a, V b, V c)
    {
        sums[0] = L.Sum(a);
        sums[1] = L.Sum(b);
        sums[2] = L.Sum(c);
    }
}
