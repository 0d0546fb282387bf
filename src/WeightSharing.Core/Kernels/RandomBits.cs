using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// Counter-based random numbers: element i depends only on (key, counter, i), never on order, length or threads.
/// </summary>
/// <remarks>
/// Philox4x32-10, Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Element i is word i mod 4 of the block whose
/// 128-bit counter is (i / 4, counterHigh), low half first, for elements of up to 32 bits; for double, element i takes words 2(i mod 2) and
/// 2(i mod 2) + 1 of block i / 2.
/// </remarks>
internal static class RandomBits
{
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
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++) y[i] = UniformAt<T>(key, counterHigh, i);
    }

    /// <summary>Standard normal, by Box and Muller 1958 from two uniform numbers an element.</summary>
    public static void Normal<T>(ulong key, ulong counterHigh, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            T radius = T.Sqrt(Number.Of<T>(-2) * T.Log(T.One - UniformAt<T>(key, counterHigh, i & ~1)));
            (T sin, T cos) = T.SinCosPi(Number.Of<T>(2) * UniformAt<T>(key, counterHigh, i | 1));
            y[i] = radius * ((i & 1) == 0 ? cos : sin);
        }
    }

    /// <summary>1 with the given probability, else 0: 1 where the uniform number of the same element is below it.</summary>
    public static void Bernoulli<T>(ulong key, ulong counterHigh, T probability, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++) y[i] = UniformAt<T>(key, counterHigh, i) < probability ? T.One : T.Zero;
    }

    private static T UniformAt<T>(ulong key, ulong counterHigh, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            (uint a, uint b, uint c, uint d) = Philox(key, (ulong)i / 2, counterHigh);
            ulong bits = (i & 1) == 0 ? a | ((ulong)b << 32) : c | ((ulong)d << 32);
            return Number.Of<T>((bits >> 11) * 1.1102230246251565e-16);
        }

        (uint x0, uint x1, uint x2, uint x3) = Philox(key, (ulong)i / 4, counterHigh);
        uint word = (i & 3) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
        return Number.Of<T>((word >> 8) * 5.9604644775390625e-8);
    }
}
