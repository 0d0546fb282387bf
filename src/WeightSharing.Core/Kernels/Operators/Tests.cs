using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels.Operators;

/// <summary>What holds, or not, of two elements, or of the first alone; of one pair, and lane by lane as masks.</summary>
internal interface ITest
{
    static abstract bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T>;

    static abstract Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged;
}

/// <summary>a = b</summary>
internal readonly struct AreEqual : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => a == b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => Vector128.Equals(a, b);
}

/// <summary>a ≠ b</summary>
internal readonly struct AreUnequal : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => a != b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => ~Vector128.Equals(a, b);
}

/// <summary>a &lt; b</summary>
internal readonly struct IsLess : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => a < b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => Vector128.LessThan(a, b);
}

/// <summary>a ≤ b</summary>
internal readonly struct IsLessOrEqual : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => a <= b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => Vector128.LessThanOrEqual(a, b);
}

/// <summary>a is not a number.</summary>
internal readonly struct IsNotNumber : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => T.IsNaN(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => ~Vector128.Equals(a, a);
}

/// <summary>a is a number, and finite: only then is a − a zero.</summary>
internal readonly struct IsFiniteNumber : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => T.IsFinite(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => Vector128.Equals(a - a, Vector128<T>.Zero);
}

/// <summary>a is ∞ or −∞: equal to itself, though a − a is not zero.</summary>
internal readonly struct IsInfinite : ITest
{
    public static bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T> => T.IsInfinity(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Mask<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged => Vector128.Equals(a, a) & ~Vector128.Equals(a - a, Vector128<T>.Zero);
}
