using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Kernels;

/// <summary>y[i] = whether a test holds of a[i] and b[i], for elements of any type of number; overwrites y.</summary>
/// <remarks>Sixteen at a time in 128 bits, which is as fast as memory gives the elements.</remarks>
internal static class Truths
{
    public static void Run<T, TTest>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<bool> y)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest
    {
        int i = 0;
        if (Vector128<T>.IsSupported && Vector128.IsHardwareAccelerated)
        {
            ref byte result = ref Unsafe.As<bool, byte>(ref MemoryMarshal.GetReference(y));
            for (; i <= y.Length - 16; i += 16)
                (Sixteen<T, TTest>(a.Slice(i, 16), b.Slice(i, 16)) & Vector128<byte>.One).StoreUnsafe(ref result, (nuint)i);
        }

        for (; i < y.Length; i++) y[i] = TTest.Holds(a[i], b[i]);
    }

    // All bits of a byte where the test holds: the masks, of which every bit is the same, cut to their last byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Sixteen<T, TTest>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest
    {
        if (Vector128<T>.Count == 16) return Mask<T, TTest>(a, b, 0).AsByte();
        if (Vector128<T>.Count == 8) return Vector128.Narrow(Mask<T, TTest>(a, b, 0).AsUInt16(), Mask<T, TTest>(a, b, 8).AsUInt16());
        if (Vector128<T>.Count == 4) return Vector128.Narrow(Four<T, TTest>(a, b, 0), Four<T, TTest>(a, b, 8));
        Vector128<ushort> lower = Vector128.Narrow(Two<T, TTest>(a, b, 0), Two<T, TTest>(a, b, 4));
        return Vector128.Narrow(lower, Vector128.Narrow(Two<T, TTest>(a, b, 8), Two<T, TTest>(a, b, 12)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Four<T, TTest>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int at)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest =>
        Vector128.Narrow(Mask<T, TTest>(a, b, at).AsUInt32(), Mask<T, TTest>(a, b, at + 4).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Two<T, TTest>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int at)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest =>
        Vector128.Narrow(Mask<T, TTest>(a, b, at).AsUInt64(), Mask<T, TTest>(a, b, at + 2).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Mask<T, TTest>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int at)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest =>
        TTest.Mask(
            Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(a), (nuint)at), Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(b), (nuint)at));
}
