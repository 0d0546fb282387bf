using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Counter-based random numbers: element i depends only on (key, counter, i), never on order, length or threads.
/// </summary>
/// <remarks>
/// Philox4x32-10, Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Element i is word i mod 4 of the
/// block whose
/// 128-bit counter is (i / 4, counterHigh), low half first, for elements of up to 32 bits; for double, element i takes words 2(i mod 2) and
/// 2(i mod 2) + 1 of block i / 2.
/// </remarks>
internal static unsafe class RandomBits
{
    /// <summary>Elements of a chunk for one thread; a multiple of every block.</summary>
    private const int ChunkLength = 4096;

    private const double NanosecondsPerElement = 4;

    /// <summary>Ten rounds of Philox on one counter.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Philox(ulong key, ulong counterLow, ulong counterHigh)
    {
        uint x0 = (uint)counterLow, x1 = (uint)(counterLow >> 32), x2 = (uint)counterHigh, x3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * x0, p1 = 0xCD9E8D57UL * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (x0, x1, x2, x3);
    }

    /// <summary>Uniform in [0, 1): multiples of 2⁻²⁴ for float, 2⁻⁵³ for double.</summary>
    public static void Uniform<T>(ulong key, ulong counterHigh, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fill(key, counterHigh, y, default(AsUniform<T>));

    /// <summary>Standard normal, by Box and Muller 1958: elements 2i and 2i + 1 from the uniform numbers of the same two
    /// elements.</summary>
    public static void Normal<T>(ulong key, ulong counterHigh, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fill(key, counterHigh, y, default(AsNormal<T>));

    /// <summary>1 with the given probability, else 0: 1 where the uniform number of the same element is below it.</summary>
    public static void Bernoulli<T>(ulong key, ulong counterHigh, T probability, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fill(key, counterHigh, y, new AsBernoulli<T>(probability));

    private static void Fill<T, TLaw>(ulong key, ulong counterHigh, Span<T> y, TLaw law)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLaw : struct, ILaw<T>
    {
        fixed (T* target = y)
        {
            var work = new Chunks<T, TLaw>(key, counterHigh, target, y.Length, law);
            int chunks = (y.Length + ChunkLength - 1) / ChunkLength;
            Parallelism.For(chunks, ref work, y.Length * NanosecondsPerElement);
        }
    }

    /// <summary>The four uniform numbers of one block, or of two for double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T U0, T U1, T U2, T U3) UniformBlock<T>(ulong key, ulong counterHigh, ulong block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            (uint a0, uint a1, uint a2, uint a3) = Philox(key, 2 * block, counterHigh);
            (uint b0, uint b1, uint b2, uint b3) = Philox(key, 2 * block + 1, counterHigh);
            return (Of64(a0, a1), Of64(a2, a3), Of64(b0, b1), Of64(b2, b3));
        }

        (uint x0, uint x1, uint x2, uint x3) = Philox(key, block, counterHigh);
        return (Of32(x0), Of32(x1), Of32(x2), Of32(x3));

        static T Of32(uint word) => Number.Of<T>((word >> 8) * 5.9604644775390625e-8);
        static T Of64(uint low, uint high) => Number.Of<T>(((low | ((ulong)high << 32)) >> 11) * 1.1102230246251565e-16);
    }

    /// <summary>Turns the four uniform numbers of a block into numbers of a distribution.</summary>
    private interface ILaw<T>
    {
        (T, T, T, T) Of(T u0, T u1, T u2, T u3);
    }

    private readonly struct AsUniform<T> : ILaw<T>
    {
        public (T, T, T, T) Of(T u0, T u1, T u2, T u3) => (u0, u1, u2, u3);
    }

    private readonly struct AsNormal<T> : ILaw<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public (T, T, T, T) Of(T u0, T u1, T u2, T u3)
        {
            (T first, T second) = Pair(u0, u1);
            (T third, T fourth) = Pair(u2, u3);
            return (first, second, third, fourth);
        }

        private static (T, T) Pair(T u, T v)
        {
            // 1 − u is in (0, 1], so that the logarithm is finite.
            // The formula without a table: a seed's deviates are part of what programs were written against.
            T radius = T.Sqrt(Number.Of<T>(-2) * VectorMath<T, T, ScalarLanes<T>>.LogByQuotient(T.One - u));
            (T sin, T cos) = T.SinCosPi(v + v);
            return (radius * cos, radius * sin);
        }
    }

    private readonly struct AsBernoulli<T>(T probability) : ILaw<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public (T, T, T, T) Of(T u0, T u1, T u2, T u3) => (Draw(u0), Draw(u1), Draw(u2), Draw(u3));

        private T Draw(T u) => u < probability ? T.One : T.Zero;
    }

    private struct Chunks<T, TLaw>(ulong key, ulong counterHigh, T* y, int length, TLaw law) : IParallelWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLaw : struct, ILaw<T>
    {
        public readonly void Run(int chunk)
        {
            nint end = nint.Min(length, ((nint)chunk + 1) * ChunkLength);
            for (nint i = (nint)chunk * ChunkLength; i < end; i += 4)
            {
                (T u0, T u1, T u2, T u3) = UniformBlock<T>(key, counterHigh, (ulong)i / 4);
                (u0, u1, u2, u3) = law.Of(u0, u1, u2, u3);
                y[i] = u0;
                if (i + 1 < end) y[i + 1] = u1;
                if (i + 2 < end) y[i + 2] = u2;
                if (i + 3 < end) y[i + 3] = u3;
            }
        }
    }
}
