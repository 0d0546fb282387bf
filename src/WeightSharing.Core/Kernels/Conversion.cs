using System.Numerics;
using System.Runtime.InteropServices;

namespace WeightSharing.Kernels;

/// <summary>
/// y[i] = (TTo)x[i] over contiguous spans of equal length, without overlap. Saturating: towards zero and to the nearest bound of the
/// target's range;
/// NaN becomes 0 in an integer; true is 1, and any number but 0 is true.
/// </summary>
internal static class Conversion
{
    /// <summary>True for the types that have gradients.</summary>
    public static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    /// <exception cref="NotSupportedException">One of the types is no number type of this list.</exception>
    public static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float)) From<float, TTo>(As<TFrom, float>(x), y);
        else if (typeof(TFrom) == typeof(double)) From<double, TTo>(As<TFrom, double>(x), y);
        else if (typeof(TFrom) == typeof(Half)) From<Half, TTo>(As<TFrom, Half>(x), y);
        else if (typeof(TFrom) == typeof(int)) From<int, TTo>(As<TFrom, int>(x), y);
        else if (typeof(TFrom) == typeof(long)) From<long, TTo>(As<TFrom, long>(x), y);
        else if (typeof(TFrom) == typeof(short)) From<short, TTo>(As<TFrom, short>(x), y);
        else if (typeof(TFrom) == typeof(sbyte)) From<sbyte, TTo>(As<TFrom, sbyte>(x), y);
        else if (typeof(TFrom) == typeof(byte)) From<byte, TTo>(As<TFrom, byte>(x), y);
        else if (typeof(TFrom) == typeof(ushort)) From<ushort, TTo>(As<TFrom, ushort>(x), y);
        else if (typeof(TFrom) == typeof(uint)) From<uint, TTo>(As<TFrom, uint>(x), y);
        else if (typeof(TFrom) == typeof(ulong)) From<ulong, TTo>(As<TFrom, ulong>(x), y);
        // A bool is a byte of 0 or 1.
        else if (typeof(TFrom) == typeof(bool)) From<byte, TTo>(As<TFrom, byte>(x), y);
        else throw Unknown<TFrom>();
    }

    private static void From<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(float)) Each(x, As<TTo, float>(y));
        else if (typeof(TTo) == typeof(double)) Each(x, As<TTo, double>(y));
        else if (typeof(TTo) == typeof(Half)) Each(x, As<TTo, Half>(y));
        else if (typeof(TTo) == typeof(int)) Each(x, As<TTo, int>(y));
        else if (typeof(TTo) == typeof(long)) Each(x, As<TTo, long>(y));
        else if (typeof(TTo) == typeof(short)) Each(x, As<TTo, short>(y));
        else if (typeof(TTo) == typeof(sbyte)) Each(x, As<TTo, sbyte>(y));
        else if (typeof(TTo) == typeof(byte)) Each(x, As<TTo, byte>(y));
        else if (typeof(TTo) == typeof(ushort)) Each(x, As<TTo, ushort>(y));
        else if (typeof(TTo) == typeof(uint)) Each(x, As<TTo, uint>(y));
        else if (typeof(TTo) == typeof(ulong)) Each(x, As<TTo, ulong>(y));
        else if (typeof(TTo) == typeof(bool)) Truth(x, As<TTo, bool>(y));
        else throw Unknown<TTo>();
    }

    private static void Each<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        for (int i = 0; i < x.Length; i++) y[i] = TTo.CreateSaturating(x[i]);
    }

    private static void Truth<TFrom>(ReadOnlySpan<TFrom> x, Span<bool> y)
        where TFrom : unmanaged, INumberBase<TFrom>
    {
        for (int i = 0; i < x.Length; i++) y[i] = !TFrom.IsZero(x[i]);
    }

    private static ReadOnlySpan<TTo> As<TFrom, TTo>(ReadOnlySpan<TFrom> x)
        where TFrom : unmanaged
        where TTo : unmanaged => MemoryMarshal.Cast<TFrom, TTo>(x);

    private static Span<TTo> As<TFrom, TTo>(Span<TFrom> x)
        where TFrom : unmanaged
        where TTo : unmanaged => MemoryMarshal.Cast<TFrom, TTo>(x);

    private static NotSupportedException Unknown<T>() =>
        new($"To: no conversion for {typeof(T).Name}; there is one for float, double, Half, the integer types and bool.");
}
