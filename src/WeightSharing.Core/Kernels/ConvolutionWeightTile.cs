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
        V a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        nint length = (nint)vectors * Lane.Count<T, V>();
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            for (nint p = 0; p < length; p += Lane.Count<T, V>())
            {
                T* d = dy + p;
                V xa = Lane.Load<T, V>(x0 + p), xb = Lane.Load<T, V>(x1 + p), xc = Lane.Load<T, V>(x2 + p);
                V v = Lane.Load<T, V>(d);
                a0 = Lane.MultiplyAdd<T, V>(v, xa, a0); b0 = Lane.MultiplyAdd<T, V>(v, xb, b0); c0 = Lane.MultiplyAdd<T, V>(v, xc, c0);
                v = Lane.Load<T, V>(d + pitch);
                a1 = Lane.MultiplyAdd<T, V>(v, xa, a1); b1 = Lane.MultiplyAdd<T, V>(v, xb, b1); c1 = Lane.MultiplyAdd<T, V>(v, xc, c1);
                v = Lane.Load<T, V>(d + 2 * pitch);
                a2 = Lane.MultiplyAdd<T, V>(v, xa, a2); b2 = Lane.MultiplyAdd<T, V>(v, xb, b2); c2 = Lane.MultiplyAdd<T, V>(v, xc, c2);
                v = Lane.Load<T, V>(d + 3 * pitch);
                a3 = Lane.MultiplyAdd<T, V>(v, xa, a3); b3 = Lane.MultiplyAdd<T, V>(v, xb, b3); c3 = Lane.MultiplyAdd<T, V>(v, xc, c3);
                d += 4 * pitch;
                v = Lane.Load<T, V>(d);
                a4 = Lane.MultiplyAdd<T, V>(v, xa, a4); b4 = Lane.MultiplyAdd<T, V>(v, xb, b4); c4 = Lane.MultiplyAdd<T, V>(v, xc, c4);
                v = Lane.Load<T, V>(d + pitch);
                a5 = Lane.MultiplyAdd<T, V>(v, xa, a5); b5 = Lane.MultiplyAdd<T, V>(v, xb, b5); c5 = Lane.MultiplyAdd<T, V>(v, xc, c5);
                v = Lane.Load<T, V>(d + 2 * pitch);
                a6 = Lane.MultiplyAdd<T, V>(v, xa, a6); b6 = Lane.MultiplyAdd<T, V>(v, xb, b6); c6 = Lane.MultiplyAdd<T, V>(v, xc, c6);
                v = Lane.Load<T, V>(d + 3 * pitch);
                a7 = Lane.MultiplyAdd<T, V>(v, xa, a7); b7 = Lane.MultiplyAdd<T, V>(v, xb, b7); c7 = Lane.MultiplyAdd<T, V>(v, xc, c7);
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
        V a0 = default, a1 = default, a2 = default, a3 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default;
        V c0 = default, c1 = default, c2 = default, c3 = default;
        nint length = (nint)vectors * Lane.Count<T, V>();
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            for (nint p = 0; p < length; p += Lane.Count<T, V>())
            {
                T* d = dy + p;
                V xa = Lane.Load<T, V>(x0 + p), xb = Lane.Load<T, V>(x1 + p), xc = Lane.Load<T, V>(x2 + p);
                V v = Lane.Load<T, V>(d);
                a0 = Lane.MultiplyAdd<T, V>(v, xa, a0); b0 = Lane.MultiplyAdd<T, V>(v, xb, b0); c0 = Lane.MultiplyAdd<T, V>(v, xc, c0);
                v = Lane.Load<T, V>(d + pitch);
                a1 = Lane.MultiplyAdd<T, V>(v, xa, a1); b1 = Lane.MultiplyAdd<T, V>(v, xb, b1); c1 = Lane.MultiplyAdd<T, V>(v, xc, c1);
                v = Lane.Load<T, V>(d + 2 * pitch);
                a2 = Lane.MultiplyAdd<T, V>(v, xa, a2); b2 = Lane.MultiplyAdd<T, V>(v, xb, b2); c2 = Lane.MultiplyAdd<T, V>(v, xc, c2);
                v = Lane.Load<T, V>(d + 3 * pitch);
                a3 = Lane.MultiplyAdd<T, V>(v, xa, a3); b3 = Lane.MultiplyAdd<T, V>(v, xb, b3); c3 = Lane.MultiplyAdd<T, V>(v, xc, c3);
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
        V a = default, b = default, c = default, d = default, e = default, f = default;
        nint length = (nint)vectors * Lane.Count<T, V>(), pairs = length - Lane.Count<T, V>();
        for (int image = 0; image < images; image++, dy += dyImage, x0 += xImage, x1 += xImage, x2 += xImage)
        {
            nint p = 0;
            for (; p < pairs; p += 2 * Lane.Count<T, V>())
            {
                V v = Lane.Load<T, V>(dy + p), w = Lane.Load<T, V>(dy + p + Lane.Count<T, V>());
                a = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x0 + p), a);
                b = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x1 + p), b);
                c = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x2 + p), c);
                d = Lane.MultiplyAdd<T, V>(w, Lane.Load<T, V>(x0 + p + Lane.Count<T, V>()), d);
                e = Lane.MultiplyAdd<T, V>(w, Lane.Load<T, V>(x1 + p + Lane.Count<T, V>()), e);
                f = Lane.MultiplyAdd<T, V>(w, Lane.Load<T, V>(x2 + p + Lane.Count<T, V>()), f);
            }

            if (p < length)
            {
                V v = Lane.Load<T, V>(dy + p);
                a = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x0 + p), a);
                b = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x1 + p), b);
                c = Lane.MultiplyAdd<T, V>(v, Lane.Load<T, V>(x2 + p), c);
            }
        }

        Sum3(sums, Lane.Add<T, V>(a, d), Lane.Add<T, V>(b, e), Lane.Add<T, V>(c, f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum3(T* sums, V a, V b, V c)
    {
        sums[0] = L.Sum(a);
        sums[1] = L.Sum(b);
        sums[2] = L.Sum(c);
    }
}
