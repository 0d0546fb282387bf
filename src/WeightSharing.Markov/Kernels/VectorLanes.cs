using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WeightSharing.Markov.Kernels;

/// <summary>What the kernels of this assembly do with a vector, so that one text serves every width and element type.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IVectorLanes<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
{
    static abstract int Count { get; }
    static abstract V Zero { get; }
    static abstract V Load(T* source);
    static abstract void Store(V value, T* target);
    static abstract V Broadcast(T value);
    static abstract V Add(V a, V b);
    static abstract V Multiply(V a, V b);

    /// <summary>a · b + c, in one rounding where the hardware has it.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    static abstract V Max(V a, V b);

    /// <summary>The larger of numbers none of which is NaN, in one instruction.</summary>
    static abstract V Larger(V a, V b);

    /// <summary>a &gt; b ? x : y, lane by lane.</summary>
    static abstract V IfGreater(V a, V b, V x, V y);

    /// <summary>Lane k becomes lane k − lanes; <paramref name="fill"/>'s lanes enter below. Lanes: a constant 1, 2, 4 or 8 below <see cref="Count"/>.</summary>
    static abstract V ShiftUp(V a, int lanes, V fill);

    /// <summary>Lane k becomes lane k − 1; the last lane of <paramref name="before"/> enters below.</summary>
    static abstract V ShiftIn(V a, V before);

    /// <summary>The last lane in all of them.</summary>
    static abstract V BroadcastLast(V a);

    /// <summary>The first lane replaced.</summary>
    static abstract V WithFirst(V a, T value);

    static abstract T Last(V a);

    /// <summary>2ⁿ·value for doubles: <paramref name="shifted"/> is n + 1.5·2⁵², whose low mantissa bits are n.</summary>
    static abstract V ScaleByShifted(V value, V shifted);

    /// <summary>Sum of the lanes, in a fixed order.</summary>
    static abstract T Sum(V a);

    /// <summary>Largest lane.</summary>
    static abstract T Largest(V a);
}

/// <summary>128 bits: SSE2 and AdvSimd.</summary>
internal readonly unsafe struct Lanes128<T> : IVectorLanes<T, Vector128<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector128<T>.Count;
    public static Vector128<T> Zero => Vector128<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Load(T* source) => Vector128.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector128<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Broadcast(T value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> ScaleByShifted(Vector128<T> value, Vector128<T> shifted) => (value.AsInt64() + (shifted.AsInt64() << 52)).As<long, T>();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Multiply(Vector128<T> a, Vector128<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Max(Vector128<T> a, Vector128<T> b) => Vector128.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> ShiftIn(Vector128<T> a, Vector128<T> before) => ShiftUp(a, 1, Broadcast(Last(before)));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> BroadcastLast(Vector128<T> a) => Broadcast(Last(a));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Larger(Vector128<T> a, Vector128<T> b) => Vector128.MaxNative(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Last(Vector128<T> a) => a.GetElement(Vector128<T>.Count - 1);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> WithFirst(Vector128<T> a, T value) => a.WithElement(0, value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector128<T> a) => Vector128.Sum(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> IfGreater(Vector128<T> a, Vector128<T> b, Vector128<T> x, Vector128<T> y) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c)
    {
        if (typeof(T) == typeof(float)) return Vector128.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        return Vector128.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ShiftUp(Vector128<T> a, int lanes, Vector128<T> fill)
    {
        if (typeof(T) == typeof(double))
        {
            return Vector128.Create(fill.AsDouble()[0], a.AsDouble()[0]).As<double, T>();
        }

        Vector128<float> s = a.AsSingle(), f = fill.AsSingle();
        return (lanes == 1
            ? Vector128.ConditionalSelect(Vector128.Create(-1, 0, 0, 0).AsSingle(), f, Vector128.Shuffle(s, Vector128.Create(0, 0, 1, 2)))
            : Vector128.ConditionalSelect(Vector128.Create(-1, -1, 0, 0).AsSingle(), f, Vector128.Shuffle(s, Vector128.Create(0, 0, 0, 1)))).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Largest(Vector128<T> a)
    {
        T first = T.Max(a[0], a[1]);
        return Vector128<T>.Count == 2 ? first : T.Max(first, T.Max(a[2], a[3]));
    }
}

/// <summary>256 bits: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256<T> : IVectorLanes<T, Vector256<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector256<T>.Count;
    public static Vector256<T> Zero => Vector256<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Load(T* source) => Vector256.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector256<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Broadcast(T value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> ScaleByShifted(Vector256<T> value, Vector256<T> shifted) => (value.AsInt64() + (shifted.AsInt64() << 52)).As<long, T>();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Multiply(Vector256<T> a, Vector256<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Max(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> ShiftIn(Vector256<T> a, Vector256<T> before) => ShiftUp(a, 1, Broadcast(Last(before)));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> BroadcastLast(Vector256<T> a) => Broadcast(Last(a));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Larger(Vector256<T> a, Vector256<T> b) => Vector256.MaxNative(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Last(Vector256<T> a) => Lanes128<T>.Last(a.GetUpper());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> WithFirst(Vector256<T> a, T value) => a.WithElement(0, value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector256<T> a) => Lanes128<T>.Sum(a.GetLower() + a.GetUpper());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Largest(Vector256<T> a) => Lanes128<T>.Largest(Vector128.Max(a.GetLower(), a.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> IfGreater(Vector256<T> a, Vector256<T> b, Vector256<T> x, Vector256<T> y) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c)
    {
        if (typeof(T) == typeof(float)) return Vector256.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        return Vector256.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ShiftUp(Vector256<T> a, int lanes, Vector256<T> fill)
    {
        if (typeof(T) == typeof(double))
        {
            Vector256<double> d = a.AsDouble(), g = fill.AsDouble();
            return (lanes == 1
                ? Vector256.ConditionalSelect(Vector256.Create(-1L, 0, 0, 0).AsDouble(), g, Vector256.Shuffle(d, Vector256.Create(0L, 0, 1, 2)))
                : Vector256.ConditionalSelect(Vector256.Create(-1L, -1, 0, 0).AsDouble(), g, Vector256.Shuffle(d, Vector256.Create(0L, 0, 0, 1)))).As<double, T>();
        }

        Vector256<float> s = a.AsSingle(), f = fill.AsSingle();
        return lanes switch
        {
            1 => Vector256.ConditionalSelect(
                Vector256.Create(-1, 0, 0, 0, 0, 0, 0, 0).AsSingle(), f, Vector256.Shuffle(s, Vector256.Create(0, 0, 1, 2, 3, 4, 5, 6))).As<float, T>(),
            2 => Vector256.ConditionalSelect(
                Vector256.Create(-1, -1, 0, 0, 0, 0, 0, 0).AsSingle(), f, Vector256.Shuffle(s, Vector256.Create(0, 0, 0, 1, 2, 3, 4, 5))).As<float, T>(),
            _ => Vector256.ConditionalSelect(
                Vector256.Create(-1, -1, -1, -1, 0, 0, 0, 0).AsSingle(), f, Vector256.Shuffle(s, Vector256.Create(0, 0, 0, 0, 0, 1, 2, 3))).As<float, T>(),
        };
    }
}

/// <summary>512 bits: AVX-512.</summary>
internal readonly unsafe struct Lanes512<T> : IVectorLanes<T, Vector512<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;
    public static Vector512<T> Zero => Vector512<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Load(T* source) => Vector512.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector512<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Broadcast(T value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> ScaleByShifted(Vector512<T> value, Vector512<T> shifted) => (value.AsInt64() + (shifted.AsInt64() << 52)).As<long, T>();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Multiply(Vector512<T> a, Vector512<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Max(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Larger(Vector512<T> a, Vector512<T> b) => Vector512.MaxNative(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Last(Vector512<T> a) => Lanes256<T>.Last(a.GetUpper());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector512<T> a) => Lanes256<T>.Sum(a.GetLower() + a.GetUpper());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Largest(Vector512<T> a) => Lanes256<T>.Largest(Vector256.Max(a.GetLower(), a.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ShiftIn(Vector512<T> a, Vector512<T> before) => typeof(T) == typeof(double)
        ? Avx512F.PermuteVar8x64x2(a.AsDouble(), Vector512.Create(15L, 0, 1, 2, 3, 4, 5, 6), before.AsDouble()).As<double, T>()
        : Avx512F.PermuteVar16x32x2(a.AsSingle(), Vector512.Create(31, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), before.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> BroadcastLast(Vector512<T> a) => typeof(T) == typeof(double)
        ? Avx512F.PermuteVar8x64(a.AsDouble(), Vector512.Create(7L)).As<double, T>()
        : Avx512F.PermuteVar16x32(a.AsSingle(), Vector512.Create(15)).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> WithFirst(Vector512<T> a, T value)
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<int> first = Vector512.CreateScalar(-1);
            return Vector512.ConditionalSelect(first.AsSingle(), Vector512.Create(value).AsSingle(), a.AsSingle()).As<float, T>();
        }

        return Vector512.ConditionalSelect(Vector512.CreateScalar(-1L).AsDouble(), Vector512.Create(value).AsDouble(), a.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> IfGreater(Vector512<T> a, Vector512<T> b, Vector512<T> x, Vector512<T> y) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c)
    {
        if (typeof(T) == typeof(float)) return Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        return Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ShiftUp(Vector512<T> a, int lanes, Vector512<T> fill)
    {
        if (typeof(T) == typeof(double))
        {
            // The two-source permutation: indices from 8 up take the second operand.
            Vector512<double> d = a.AsDouble(), g = fill.AsDouble();
            return lanes switch
            {
                1 => Avx512F.PermuteVar8x64x2(d, Vector512.Create(8L, 0, 1, 2, 3, 4, 5, 6), g).As<double, T>(),
                2 => Avx512F.PermuteVar8x64x2(d, Vector512.Create(8L, 9, 0, 1, 2, 3, 4, 5), g).As<double, T>(),
                _ => Avx512F.PermuteVar8x64x2(d, Vector512.Create(8L, 9, 10, 11, 0, 1, 2, 3), g).As<double, T>(),
            };
        }

        Vector512<float> s = a.AsSingle(), f = fill.AsSingle();
        return lanes switch
        {
            1 => Avx512F.PermuteVar16x32x2(s, Vector512.Create(16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), f).As<float, T>(),
            2 => Avx512F.PermuteVar16x32x2(s, Vector512.Create(16, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13), f).As<float, T>(),
            4 => Avx512F.PermuteVar16x32x2(s, Vector512.Create(16, 17, 18, 19, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), f).As<float, T>(),
            _ => Avx512F.PermuteVar16x32x2(s, Vector512.Create(16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7), f).As<float, T>(),
        };
    }
}
