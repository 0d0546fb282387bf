using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// One lane: a "vector" that is a single element. It turns every kernel text into its scalar form, with the same operations in the same
/// order and
/// so the same bits, and carries the reference variant and element types that have no vectors.
/// </summary>
internal readonly unsafe struct ScalarLanes<T> : ILanes<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => 1;
    public static T Zero => T.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Load(T* source) => *source;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(T value, T* target) => *target = value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Broadcast(T value) => value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Add(T a, T b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Subtract(T a, T b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Multiply(T a, T b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Divide(T a, T b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Negate(T a) => -a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Abs(T a) => T.Abs(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sqrt(T a) => T.Sqrt(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Max(T a, T b) => T.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Min(T a, T b) => T.Min(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T MaxOfNumbers(T a, T b) => T.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MultiplyAdd(T a, T b, T c)
    {
        // Where vectors have no fused form the scalar must not have it either: its bits would differ.
        return Simd.HasMultiplyAdd ? T.FusedMultiplyAdd(a, b, c) : a * b + c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Round(T a) => T.Round(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T GreaterThan(T a, T b) => Mask(a > b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T GreaterThanOrEqual(T a, T b) => Mask(a >= b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T LessThan(T a, T b) => Mask(a < b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Equal(T a, T b) => Mask(a == b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool AllLess(T a, T b) => a < b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Lookup(T* table, T index) => table[Bits(index) & 31];
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Select(T mask, T a, T b) => Bits(mask) != 0 ? a : b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T And(T a, T b) => Value(Bits(a) & Bits(b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Or(T a, T b) => Value(Bits(a) | Bits(b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Xor(T a, T b) => Value(Bits(a) ^ Bits(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScaleByPowerOfTwo(T value, T exponent)
    {
        if (typeof(T) == typeof(float)) return Value(Bits(value) + (ulong)((long)int.CreateTruncating(exponent) << 23));
        if (typeof(T) == typeof(double)) return Value(Bits(value) + ((ulong)long.CreateTruncating(exponent) << 52));
        return T.ScaleB(value, int.CreateTruncating(exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scale(T value, T exponent) => PowersOfTwo.Scale<T, T, ScalarLanes<T>>(value, exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T NearestExponent(T a)
    {
        if (typeof(T) == typeof(float)) return T.CreateTruncating(((int)Bits(a) - PowersOfTwo.RootHalfSingle) >> 23);
        if (typeof(T) == typeof(double)) return T.CreateTruncating(((long)Bits(a) - PowersOfTwo.RootHalfDouble) >> 52);
        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SplitAtThreeQuarters(T a, out T exponent, out T segment)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        bool isSubnormal = a < Number.Of<T>(PowersOfTwo.LeastNormalSingle);
        T lifted = isSubnormal ? a * Number.Of<T>(PowersOfTwo.LiftSingle) : a, m;
        if (a > T.Zero && T.IsFinite(a))
        {
            int field = ((int)Bits(lifted) - PowersOfTwo.ThreeQuartersSingle) >> 23;
            m = Value((uint)((int)Bits(lifted) - (field << 23)));
            exponent = T.CreateTruncating(isSubnormal ? field - PowersOfTwo.LiftedBy : field);
        }
        else
        {
            m = a >= T.Zero ? T.One : T.NaN;
            exponent = a > T.Zero ? T.PositiveInfinity : T.NegativeInfinity;
        }

        segment = Value((uint)((int)Bits(m) >> PowersOfTwo.SegmentShift));
        return m;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Clamp(T a, T low, T high) => a < low ? low : a > high ? high : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(T a) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TFold>(T a, TFold fold)
        where TFold : struct, IBinaryOperator<T> =>
        a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Mask(bool set) => Value(set ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(T value) => sizeof(T) switch
    {
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        8 => Unsafe.BitCast<T, ulong>(value),
        _ => throw new NotSupportedException(Simd.UnsupportedElement<T>()),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Value(ulong bits) => sizeof(T) switch
    {
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        8 => Unsafe.BitCast<ulong, T>(bits),
        _ => throw new NotSupportedException(Simd.UnsupportedElement<T>()),
    };
}
