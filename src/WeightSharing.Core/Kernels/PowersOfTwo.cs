using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Powers of two as bit patterns.</summary>
internal static class PowersOfTwo
{
    public const int RootHalfSingle = 0x3F3504F3;
    public const int ThreeQuartersSingle = 0x3F400000;

    /// <summary>The least normal float; what makes normal numbers of those below it, and the power of two that this is.</summary>
    public const float LeastNormalSingle = 1.17549435082228750797e-38f, LiftSingle = 33554432;
    public const int LiftedBy = 25;

    /// <summary>What AVX-512's instruction for significands is told: those of [¾, 1½), and NaN for numbers below zero.</summary>
    public const byte SignificandsFromThreeQuarters = 0b1011;

    /// <summary>Takes all of a float's mantissa away but its first five bits.</summary>
    public const int SegmentShift = 18;

    public const long RootHalfDouble = 0x3FE6A09E667F3BCD;

    /// <summary>1023 in the exponent field: makes a difference of exponents positive.</summary>
    public const long BiasDouble = 1023L << 52;

    /// <summary>2^52: an integer below it that is or-ed in is added.</summary>
    public const long Shift52 = 0x4330000000000000;

    /// <summary>What <see cref="Shift52"/> and <see cref="BiasDouble"/> add up to.</summary>
    public const double Shift52Value = 4503599627370496.0 + 1023.0;

    /// <summary>value · 2^exponent in two steps: the first is exact, so that only the second rounds, overflows or underflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<T, V, L>(V value, V exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        V first = L.Round(L.Multiply(exponent, L.Broadcast(Number.Of<T>(0.5))));
        V second = L.Subtract(exponent, first);
        return L.Multiply(L.ScaleByPowerOfTwo(value, first), L.ScaleByPowerOfTwo(L.Broadcast(T.One), second));
    }
}
