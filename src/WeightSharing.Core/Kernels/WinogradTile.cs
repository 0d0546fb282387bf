using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Micro-kernels of <see cref="Winograd"/>: the products of a few tiles with one or two vectors of output channels, at one point of the transform.
/// </summary>
/// <remarks>
/// target[t · W + w] = Σ_c v[(c / L) · blockStride + t · L + c % L] · u[c · W + w], W one or two vectors, L the lanes of a vector, c ascending whichever
/// kernel it is. 14 × 2 sums fill the 32 registers of AVX-512 and 6 × 2 the 16 of the narrower sets; the others serve the rest of the tiles, a
/// multiple of four.
/// </remarks>
internal static unsafe class WinogradTile<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    /// <summary>What the number of tiles must be a multiple of.</summary>
    public const int Step = 4;

    // Longer sums are added up in parts: the rounding of a sum of equal terms grows with the square of its length.
    private const int MostChannels = 64;

    private static bool HasManyRegisters => L.Count * sizeof(T) == 64;

    private static int Largest => HasManyRegisters ? 14 : 6;

    /// <summary>All tiles of one point; <paramref name="width"/> vectors of output channels.</summary>
    public static void Run(int tiles, int width, int channels, T* v, nint blockStride, T* u, T* target)
    {
        for (int first = 0; first < channels; first += MostChannels)
        {
            RunSome(tiles, width, Math.Min(MostChannels, channels - first), v, blockStride, u, target, first > 0);
            v += MostChannels / L.Count * blockStride;
            u += (nint)MostChannels * width * L.Count;
        }
    }

    private static void RunSome(int tiles, int width, int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        int wide = tiles / (2 * Largest) * (2 * Largest);
        while (tiles > 0)
        {
            int run = wide > 0 ? Largest : HasManyRegisters && tiles >= 8 ? 8 : 4;
            if (width == 2)
            {
                if (run == 14) Run14x2(channels, v, blockStride, u, target, adds);
                else if (run == 8) Run8x2(channels, v, blockStride, u, target, adds);
                else if (run == 6) Run6x2(channels, v, blockStride, u, target, adds);
                else Run4x2(channels, v, blockStride, u, target, adds);
            }
            else if (run == 14) Run14x1(channels, v, blockStride, u, target, adds);
            else if (run == 8) Run8x1(channels, v, blockStride, u, target, adds);
            else if (run == 6) Run6x1(channels, v, blockStride, u, target, adds);
            else Run4x1(channels, v, blockStride, u, target, adds);
            tiles -= run;
            wide -= run;
            v += run * L.Count;
            target += run * width * L.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run14x2(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero, a6 = L.Zero;
        V a7 = L.Zero, a8 = L.Zero, a9 = L.Zero, a10 = L.Zero, a11 = L.Zero, a12 = L.Zero, a13 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero, b4 = L.Zero, b5 = L.Zero, b6 = L.Zero;
        V b7 = L.Zero, b8 = L.Zero, b9 = L.Zero, b10 = L.Zero, b11 = L.Zero, b12 = L.Zero, b13 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += 2 * L.Count)
            {
                V u0 = L.Load(u), u1 = L.Load(u + L.Count);
                V w = L.Broadcast(*x);
                a0 = L.MultiplyAdd(w, u0, a0); b0 = L.MultiplyAdd(w, u1, b0);
                w = L.Broadcast(x[L.Count]);
                a1 = L.MultiplyAdd(w, u0, a1); b1 = L.MultiplyAdd(w, u1, b1);
                w = L.Broadcast(x[2 * L.Count]);
                a2 = L.MultiplyAdd(w, u0, a2); b2 = L.MultiplyAdd(w, u1, b2);
                w = L.Broadcast(x[3 * L.Count]);
                a3 = L.MultiplyAdd(w, u0, a3); b3 = L.MultiplyAdd(w, u1, b3);
                w = L.Broadcast(x[4 * L.Count]);
                a4 = L.MultiplyAdd(w, u0, a4); b4 = L.MultiplyAdd(w, u1, b4);
                w = L.Broadcast(x[5 * L.Count]);
                a5 = L.MultiplyAdd(w, u0, a5); b5 = L.MultiplyAdd(w, u1, b5);
                w = L.Broadcast(x[6 * L.Count]);
                a6 = L.MultiplyAdd(w, u0, a6); b6 = L.MultiplyAdd(w, u1, b6);
                w = L.Broadcast(x[7 * L.Count]);
                a7 = L.MultiplyAdd(w, u0, a7); b7 = L.MultiplyAdd(w, u1, b7);
                w = L.Broadcast(x[8 * L.Count]);
                a8 = L.MultiplyAdd(w, u0, a8); b8 = L.MultiplyAdd(w, u1, b8);
                w = L.Broadcast(x[9 * L.Count]);
                a9 = L.MultiplyAdd(w, u0, a9); b9 = L.MultiplyAdd(w, u1, b9);
                w = L.Broadcast(x[10 * L.Count]);
                a10 = L.MultiplyAdd(w, u0, a10); b10 = L.MultiplyAdd(w, u1, b10);
                w = L.Broadcast(x[11 * L.Count]);
                a11 = L.MultiplyAdd(w, u0, a11); b11 = L.MultiplyAdd(w, u1, b11);
                w = L.Broadcast(x[12 * L.Count]);
                a12 = L.MultiplyAdd(w, u0, a12); b12 = L.MultiplyAdd(w, u1, b12);
                w = L.Broadcast(x[13 * L.Count]);
                a13 = L.MultiplyAdd(w, u0, a13); b13 = L.MultiplyAdd(w, u1, b13);
            }
        }

        Store2(target, a0, b0, adds);
        Store2(target + 2 * L.Count, a1, b1, adds);
        Store2(target + 4 * L.Count, a2, b2, adds);
        Store2(target + 6 * L.Count, a3, b3, adds);
        Store2(target + 8 * L.Count, a4, b4, adds);
        Store2(target + 10 * L.Count, a5, b5, adds);
        Store2(target + 12 * L.Count, a6, b6, adds);
        Store2(target + 14 * L.Count, a7, b7, adds);
        Store2(target + 16 * L.Count, a8, b8, adds);
        Store2(target + 18 * L.Count, a9, b9, adds);
        Store2(target + 20 * L.Count, a10, b10, adds);
        Store2(target + 22 * L.Count, a11, b11, adds);
        Store2(target + 24 * L.Count, a12, b12, adds);
        Store2(target + 26 * L.Count, a13, b13, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run8x2(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero, a6 = L.Zero;
        V a7 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero, b4 = L.Zero, b5 = L.Zero, b6 = L.Zero;
        V b7 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += 2 * L.Count)
            {
                V u0 = L.Load(u), u1 = L.Load(u + L.Count);
                V w = L.Broadcast(*x);
                a0 = L.MultiplyAdd(w, u0, a0); b0 = L.MultiplyAdd(w, u1, b0);
                w = L.Broadcast(x[L.Count]);
                a1 = L.MultiplyAdd(w, u0, a1); b1 = L.MultiplyAdd(w, u1, b1);
                w = L.Broadcast(x[2 * L.Count]);
                a2 = L.MultiplyAdd(w, u0, a2); b2 = L.MultiplyAdd(w, u1, b2);
                w = L.Broadcast(x[3 * L.Count]);
                a3 = L.MultiplyAdd(w, u0, a3); b3 = L.MultiplyAdd(w, u1, b3);
                w = L.Broadcast(x[4 * L.Count]);
                a4 = L.MultiplyAdd(w, u0, a4); b4 = L.MultiplyAdd(w, u1, b4);
                w = L.Broadcast(x[5 * L.Count]);
                a5 = L.MultiplyAdd(w, u0, a5); b5 = L.MultiplyAdd(w, u1, b5);
                w = L.Broadcast(x[6 * L.Count]);
                a6 = L.MultiplyAdd(w, u0, a6); b6 = L.MultiplyAdd(w, u1, b6);
                w = L.Broadcast(x[7 * L.Count]);
                a7 = L.MultiplyAdd(w, u0, a7); b7 = L.MultiplyAdd(w, u1, b7);
            }
        }

        Store2(target, a0, b0, adds);
        Store2(target + 2 * L.Count, a1, b1, adds);
        Store2(target + 4 * L.Count, a2, b2, adds);
        Store2(target + 6 * L.Count, a3, b3, adds);
        Store2(target + 8 * L.Count, a4, b4, adds);
        Store2(target + 10 * L.Count, a5, b5, adds);
        Store2(target + 12 * L.Count, a6, b6, adds);
        Store2(target + 14 * L.Count, a7, b7, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run6x2(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero, b4 = L.Zero, b5 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += 2 * L.Count)
            {
                V u0 = L.Load(u), u1 = L.Load(u + L.Count);
                V w = L.Broadcast(*x);
                a0 = L.MultiplyAdd(w, u0, a0); b0 = L.MultiplyAdd(w, u1, b0);
                w = L.Broadcast(x[L.Count]);
                a1 = L.MultiplyAdd(w, u0, a1); b1 = L.MultiplyAdd(w, u1, b1);
                w = L.Broadcast(x[2 * L.Count]);
                a2 = L.MultiplyAdd(w, u0, a2); b2 = L.MultiplyAdd(w, u1, b2);
                w = L.Broadcast(x[3 * L.Count]);
                a3 = L.MultiplyAdd(w, u0, a3); b3 = L.MultiplyAdd(w, u1, b3);
                w = L.Broadcast(x[4 * L.Count]);
                a4 = L.MultiplyAdd(w, u0, a4); b4 = L.MultiplyAdd(w, u1, b4);
                w = L.Broadcast(x[5 * L.Count]);
                a5 = L.MultiplyAdd(w, u0, a5); b5 = L.MultiplyAdd(w, u1, b5);
            }
        }

        Store2(target, a0, b0, adds);
        Store2(target + 2 * L.Count, a1, b1, adds);
        Store2(target + 4 * L.Count, a2, b2, adds);
        Store2(target + 6 * L.Count, a3, b3, adds);
        Store2(target + 8 * L.Count, a4, b4, adds);
        Store2(target + 10 * L.Count, a5, b5, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4x2(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero;
        V b0 = L.Zero, b1 = L.Zero, b2 = L.Zero, b3 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += 2 * L.Count)
            {
                V u0 = L.Load(u), u1 = L.Load(u + L.Count);
                V w = L.Broadcast(*x);
                a0 = L.MultiplyAdd(w, u0, a0); b0 = L.MultiplyAdd(w, u1, b0);
                w = L.Broadcast(x[L.Count]);
                a1 = L.MultiplyAdd(w, u0, a1); b1 = L.MultiplyAdd(w, u1, b1);
                w = L.Broadcast(x[2 * L.Count]);
                a2 = L.MultiplyAdd(w, u0, a2); b2 = L.MultiplyAdd(w, u1, b2);
                w = L.Broadcast(x[3 * L.Count]);
                a3 = L.MultiplyAdd(w, u0, a3); b3 = L.MultiplyAdd(w, u1, b3);
            }
        }

        Store2(target, a0, b0, adds);
        Store2(target + 2 * L.Count, a1, b1, adds);
        Store2(target + 4 * L.Count, a2, b2, adds);
        Store2(target + 6 * L.Count, a3, b3, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run14x1(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero, a6 = L.Zero;
        V a7 = L.Zero, a8 = L.Zero, a9 = L.Zero, a10 = L.Zero, a11 = L.Zero, a12 = L.Zero, a13 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += L.Count)
            {
                V u0 = L.Load(u);
                a0 = L.MultiplyAdd(L.Broadcast(*x), u0, a0);
                a1 = L.MultiplyAdd(L.Broadcast(x[L.Count]), u0, a1);
                a2 = L.MultiplyAdd(L.Broadcast(x[2 * L.Count]), u0, a2);
                a3 = L.MultiplyAdd(L.Broadcast(x[3 * L.Count]), u0, a3);
                a4 = L.MultiplyAdd(L.Broadcast(x[4 * L.Count]), u0, a4);
                a5 = L.MultiplyAdd(L.Broadcast(x[5 * L.Count]), u0, a5);
                a6 = L.MultiplyAdd(L.Broadcast(x[6 * L.Count]), u0, a6);
                a7 = L.MultiplyAdd(L.Broadcast(x[7 * L.Count]), u0, a7);
                a8 = L.MultiplyAdd(L.Broadcast(x[8 * L.Count]), u0, a8);
                a9 = L.MultiplyAdd(L.Broadcast(x[9 * L.Count]), u0, a9);
                a10 = L.MultiplyAdd(L.Broadcast(x[10 * L.Count]), u0, a10);
                a11 = L.MultiplyAdd(L.Broadcast(x[11 * L.Count]), u0, a11);
                a12 = L.MultiplyAdd(L.Broadcast(x[12 * L.Count]), u0, a12);
                a13 = L.MultiplyAdd(L.Broadcast(x[13 * L.Count]), u0, a13);
            }
        }

        Store(target, a0, adds);
        Store(target + L.Count, a1, adds);
        Store(target + 2 * L.Count, a2, adds);
        Store(target + 3 * L.Count, a3, adds);
        Store(target + 4 * L.Count, a4, adds);
        Store(target + 5 * L.Count, a5, adds);
        Store(target + 6 * L.Count, a6, adds);
        Store(target + 7 * L.Count, a7, adds);
        Store(target + 8 * L.Count, a8, adds);
        Store(target + 9 * L.Count, a9, adds);
        Store(target + 10 * L.Count, a10, adds);
        Store(target + 11 * L.Count, a11, adds);
        Store(target + 12 * L.Count, a12, adds);
        Store(target + 13 * L.Count, a13, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run8x1(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero, a6 = L.Zero;
        V a7 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += L.Count)
            {
                V u0 = L.Load(u);
                a0 = L.MultiplyAdd(L.Broadcast(*x), u0, a0);
                a1 = L.MultiplyAdd(L.Broadcast(x[L.Count]), u0, a1);
                a2 = L.MultiplyAdd(L.Broadcast(x[2 * L.Count]), u0, a2);
                a3 = L.MultiplyAdd(L.Broadcast(x[3 * L.Count]), u0, a3);
                a4 = L.MultiplyAdd(L.Broadcast(x[4 * L.Count]), u0, a4);
                a5 = L.MultiplyAdd(L.Broadcast(x[5 * L.Count]), u0, a5);
                a6 = L.MultiplyAdd(L.Broadcast(x[6 * L.Count]), u0, a6);
                a7 = L.MultiplyAdd(L.Broadcast(x[7 * L.Count]), u0, a7);
            }
        }

        Store(target, a0, adds);
        Store(target + L.Count, a1, adds);
        Store(target + 2 * L.Count, a2, adds);
        Store(target + 3 * L.Count, a3, adds);
        Store(target + 4 * L.Count, a4, adds);
        Store(target + 5 * L.Count, a5, adds);
        Store(target + 6 * L.Count, a6, adds);
        Store(target + 7 * L.Count, a7, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run6x1(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero, a4 = L.Zero, a5 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += L.Count)
            {
                V u0 = L.Load(u);
                a0 = L.MultiplyAdd(L.Broadcast(*x), u0, a0);
                a1 = L.MultiplyAdd(L.Broadcast(x[L.Count]), u0, a1);
                a2 = L.MultiplyAdd(L.Broadcast(x[2 * L.Count]), u0, a2);
                a3 = L.MultiplyAdd(L.Broadcast(x[3 * L.Count]), u0, a3);
                a4 = L.MultiplyAdd(L.Broadcast(x[4 * L.Count]), u0, a4);
                a5 = L.MultiplyAdd(L.Broadcast(x[5 * L.Count]), u0, a5);
            }
        }

        Store(target, a0, adds);
        Store(target + L.Count, a1, adds);
        Store(target + 2 * L.Count, a2, adds);
        Store(target + 3 * L.Count, a3, adds);
        Store(target + 4 * L.Count, a4, adds);
        Store(target + 5 * L.Count, a5, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4x1(int channels, T* v, nint blockStride, T* u, T* target, bool adds)
    {
        V a0 = L.Zero, a1 = L.Zero, a2 = L.Zero, a3 = L.Zero;
        for (; channels > 0; channels -= L.Count, v += blockStride)
        {
            T* end = v + Math.Min(channels, L.Count);
            for (T* x = v; x != end; x++, u += L.Count)
            {
                V u0 = L.Load(u);
                a0 = L.MultiplyAdd(L.Broadcast(*x), u0, a0);
                a1 = L.MultiplyAdd(L.Broadcast(x[L.Count]), u0, a1);
                a2 = L.MultiplyAdd(L.Broadcast(x[2 * L.Count]), u0, a2);
                a3 = L.MultiplyAdd(L.Broadcast(x[3 * L.Count]), u0, a3);
            }
        }

        Store(target, a0, adds);
        Store(target + L.Count, a1, adds);
        Store(target + 2 * L.Count, a2, adds);
        Store(target + 3 * L.Count, a3, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, V a, bool adds) => L.Store(adds ? L.Add(L.Load(target), a) : a, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store2(T* target, V a, V b, bool adds)
    {
        Store(target, a, adds);
        Store(target + L.Count, b, adds);
    }
}
