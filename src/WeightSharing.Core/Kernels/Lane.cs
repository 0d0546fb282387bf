using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

// The size of a vector is asked for without knowing that it holds no references; none does.
#pragma warning disable CS8500

namespace WeightSharing.Kernels;

/// <summary>
/// The operations of <see cref="ILanes{T, V}"/> that large kernels are made of, for any V that one of its implementations has, a single element included.
/// </summary>
/// <remarks>
/// The same code and the same bits as through the interface, for half of the compilation: the runtime looks for the implementation of a static interface
/// member among all of them, by name and twice a call, which is most of what it takes to compile a tile of dozens of multiply-adds. A condition on a size
/// is decided when the code is read.
/// </remarks>
internal static unsafe class Lane
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count<T, V>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct => sizeof(V) / sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<T, V>(T* source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct => *(V*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, V>(V value, T* target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct => *(V*)target = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast<T, V>(T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
    {
        if (sizeof(V) == sizeof(T)) return Unsafe.BitCast<T, V>(value);
        if (sizeof(V) == 64) return Unsafe.BitCast<Vector512<T>, V>(Vector512.Create(value));
        if (sizeof(V) == 32) return Unsafe.BitCast<Vector256<T>, V>(Vector256.Create(value));
        return Unsafe.BitCast<Vector128<T>, V>(Vector128.Create(value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<T, V>(V a, V b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
    {
        if (sizeof(V) == sizeof(T)) return Unsafe.BitCast<T, V>(Unsafe.BitCast<V, T>(a) + Unsafe.BitCast<V, T>(b));
        if (sizeof(V) == 64) return Unsafe.BitCast<Vector512<T>, V>(Unsafe.BitCast<V, Vector512<T>>(a) + Unsafe.BitCast<V, Vector512<T>>(b));
        if (sizeof(V) == 32) return Unsafe.BitCast<Vector256<T>, V>(Unsafe.BitCast<V, Vector256<T>>(a) + Unsafe.BitCast<V, Vector256<T>>(b));
        return Unsafe.BitCast<Vector128<T>, V>(Unsafe.BitCast<V, Vector128<T>>(a) + Unsafe.BitCast<V, Vector128<T>>(b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply<T, V>(V a, V b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
    {
        if (sizeof(V) == sizeof(T)) return Unsafe.BitCast<T, V>(Unsafe.BitCast<V, T>(a) * Unsafe.BitCast<V, T>(b));
        if (sizeof(V) == 64) return Unsafe.BitCast<Vector512<T>, V>(Unsafe.BitCast<V, Vector512<T>>(a) * Unsafe.BitCast<V, Vector512<T>>(b));
        if (sizeof(V) == 32) return Unsafe.BitCast<Vector256<T>, V>(Unsafe.BitCast<V, Vector256<T>>(a) * Unsafe.BitCast<V, Vector256<T>>(b));
        return Unsafe.BitCast<Vector128<T>, V>(Unsafe.BitCast<V, Vector128<T>>(a) * Unsafe.BitCast<V, Vector128<T>>(b));
    }

    /// <summary>a · b + c, in one rounding where the hardware has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd<T, V>(V a, V b, V c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
    {
        if (sizeof(V) == sizeof(T))
            return Unsafe.BitCast<T, V>(ScalarLanes<T>.MultiplyAdd(Unsafe.BitCast<V, T>(a), Unsafe.BitCast<V, T>(b), Unsafe.BitCast<V, T>(c)));
        // Whatever has vectors of 512 bits has it.
        if (sizeof(V) < 64 && !Simd.HasMultiplyAdd) return Add<T, V>(c, Multiply<T, V>(a, b));
        if (sizeof(T) == sizeof(float))
        {
            if (sizeof(V) == 64)
            {
                return Unsafe.BitCast<Vector512<float>, V>(Vector512.FusedMultiplyAdd(
                    Unsafe.BitCast<V, Vector512<float>>(a), Unsafe.BitCast<V, Vector512<float>>(b), Unsafe.BitCast<V, Vector512<float>>(c)));
            }

            if (sizeof(V) == 32)
            {
                return Unsafe.BitCast<Vector256<float>, V>(Vector256.FusedMultiplyAdd(
                    Unsafe.BitCast<V, Vector256<float>>(a), Unsafe.BitCast<V, Vector256<float>>(b), Unsafe.BitCast<V, Vector256<float>>(c)));
            }

            return Unsafe.BitCast<Vector128<float>, V>(Vector128.FusedMultiplyAdd(
                Unsafe.BitCast<V, Vector128<float>>(a), Unsafe.BitCast<V, Vector128<float>>(b), Unsafe.BitCast<V, Vector128<float>>(c)));
        }

        if (sizeof(V) == 64)
        {
            return Unsafe.BitCast<Vector512<double>, V>(Vector512.FusedMultiplyAdd(
                Unsafe.BitCast<V, Vector512<double>>(a), Unsafe.BitCast<V, Vector512<double>>(b), Unsafe.BitCast<V, Vector512<double>>(c)));
        }

        if (sizeof(V) == 32)
        {
            return Unsafe.BitCast<Vector256<double>, V>(Vector256.FusedMultiplyAdd(
                Unsafe.BitCast<V, Vector256<double>>(a), Unsafe.BitCast<V, Vector256<double>>(b), Unsafe.BitCast<V, Vector256<double>>(c)));
        }

        return Unsafe.BitCast<Vector128<double>, V>(Vector128.FusedMultiplyAdd(
            Unsafe.BitCast<V, Vector128<double>>(a), Unsafe.BitCast<V, Vector128<double>>(b), Unsafe.BitCast<V, Vector128<double>>(c)));
    }
}
