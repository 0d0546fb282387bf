using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WeightSharing.Kernels;

/// <summary>
/// What a kernel may do with a vector of elements, so that one kernel text serves every width and element type.
/// </summary>
/// <typeparam name="T">Element type: float or double.</typeparam>
/// <typeparam name="V">The vector: <see cref="Vector128{T}"/>, <see cref="Vector256{T}"/> or <see cref="Vector512{T}"/>.</typeparam>
/// <remarks>
/// A kernel is generic in <c>(T, V, L)</c> with <c>L : struct, ILanes&lt;T, V&gt;</c>; the JIT and the ahead-of-time compiler specialise it
/// to straight vector code. Masks are vectors with all bits of a lane set or clear, as the BCL's comparisons give them.
/// </remarks>
internal unsafe interface ILanes<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
{
    static abstract int Count { get; }
    static abstract V Zero { get; }
    static abstract V Load(T* source);
    static abstract void Store(V value, T* target);
    static abstract V Broadcast(T value);

    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);
    static abstract V Divide(V a, V b);
    static abstract V Negate(V a);
    static abstract V Abs(V a);
    static abstract V Sqrt(V a);
    static abstract V Max(V a, V b);
    static abstract V Min(V a, V b);

    /// <summary>The larger of two numbers, in one instruction; where one is NaN, either.</summary>
    static abstract V MaxOfNumbers(V a, V b);

    /// <summary>a · b + c, in one rounding where the hardware has it (elsewhere two, which is why results differ between variants).</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>Rounds to the nearest integer, ties to even.</summary>
    static abstract V Round(V a);

    static abstract V GreaterThan(V a, V b);
    static abstract V GreaterThanOrEqual(V a, V b);
    static abstract V LessThan(V a, V b);
    static abstract V Equal(V a, V b);

    /// <summary>True where every lane of a is below b's; false where one is NaN.</summary>
    static abstract bool AllLess(V a, V b);

    /// <summary>
    /// Lane by lane, the entry of a table of 32 that the last five bits of the lane's pattern number; for floats. A table that lies on a cache line
    /// is read fastest.
    /// </summary>
    static abstract V Lookup(T* table, V index);

    /// <summary>mask ? a : b, lane by lane.</summary>
    static abstract V Select(V mask, V a, V b);

    static abstract V And(V a, V b);
    static abstract V Or(V a, V b);
    static abstract V Xor(V a, V b);

    /// <summary>value · 2^exponent for integer-valued exponents whose result is a normal number (the caller splits the scale elsewhere).</summary>
    static abstract V ScaleByPowerOfTwo(V value, V exponent);

    /// <summary>value · 2^exponent for values near one and any integer-valued exponent, rounded once: overflows to ∞, underflows gradually.</summary>
    static abstract V Scale(V value, V exponent);

    /// <summary>The integer e for which a / 2^e is in [√½, √2), of positive normal a.</summary>
    static abstract V NearestExponent(V a);

    /// <summary>
    /// The m in [¾, 1½) and the integer k with a = m · 2ᵏ, subnormal a too; 0 and ∞ give m = 1 and k = −∞ and ∞ (−0 perhaps m = −1), all others m = NaN.
    /// The last five bits of the segment's pattern are the first five of m's mantissa; for floats, where the machine has 512 bits, whose instructions these are.
    /// </summary>
    static abstract V SplitAtThreeQuarters(V a, out V exponent, out V segment);

    /// <summary>a limited to [low, high], for bounds that are not NaN; NaN stays NaN.</summary>
    static abstract V Clamp(V a, V low, V high);

    /// <summary>Sum of all lanes, always in the same tree order.</summary>
    static abstract T Sum(V a);

    /// <summary>All lanes folded by an associative operator, always in the same tree order.</summary>
    static abstract T Fold<TFold>(V a, TFold fold)
        where TFold : struct, IBinaryOperator<T>;
}

/// <summary>128 bits: SSE2 and AdvSimd, the default of ahead-of-time builds.</summary>
internal readonly unsafe struct Lanes128<T> : ILanes<T, Vector128<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector128<T>.Count;
    public static Vector128<T> Zero => Vector128<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Load(T* source) => Vector128.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector128<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Broadcast(T value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Subtract(Vector128<T> a, Vector128<T> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Multiply(Vector128<T> a, Vector128<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Divide(Vector128<T> a, Vector128<T> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Negate(Vector128<T> a) => -a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Abs(Vector128<T> a) => Vector128.Abs(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Sqrt(Vector128<T> a) => Vector128.Sqrt(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Max(Vector128<T> a, Vector128<T> b) => Vector128.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Min(Vector128<T> a, Vector128<T> b) => Vector128.Min(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> MaxOfNumbers(Vector128<T> a, Vector128<T> b) => Vector128.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c)
    {
        if (!Simd.HasMultiplyAdd) return c + a * b;
        if (typeof(T) == typeof(float)) return Vector128.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector128.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        return c + a * b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Round(Vector128<T> a)
    {
        if (typeof(T) == typeof(float)) return Vector128.Round(a.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector128.Round(a.AsDouble()).As<double, T>();
        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> GreaterThan(Vector128<T> a, Vector128<T> b) => Vector128.GreaterThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> GreaterThanOrEqual(Vector128<T> a, Vector128<T> b) => Vector128.GreaterThanOrEqual(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> LessThan(Vector128<T> a, Vector128<T> b) => Vector128.LessThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Equal(Vector128<T> a, Vector128<T> b) => Vector128.Equals(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool AllLess(Vector128<T> a, Vector128<T> b) => Vector128.LessThanAll(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Lookup(T* table, Vector128<T> index)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        float* entries = (float*)table;
        Vector128<int> entry = index.AsInt32() & Vector128.Create(31);
        return Vector128.Create(entries[entry[0]], entries[entry[1]], entries[entry[2]], entries[entry[3]]).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Select(Vector128<T> mask, Vector128<T> a, Vector128<T> b) => Vector128.ConditionalSelect(mask, a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> And(Vector128<T> a, Vector128<T> b) => a & b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Or(Vector128<T> a, Vector128<T> b) => a | b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<T> Xor(Vector128<T> a, Vector128<T> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ScaleByPowerOfTwo(Vector128<T> value, Vector128<T> exponent)
    {
        if (typeof(T) == typeof(float))
        {
            Vector128<int> bits = Vector128.ConvertToInt32Native(exponent.AsSingle()) << 23;
            return (value.AsInt32() + bits).As<int, T>();
        }

        if (typeof(T) == typeof(double))
        {
            // 1.5·2^52 puts the integer into the low mantissa bits: a conversion to 64-bit integers that every instruction set has.
            Vector128<long> bits = (exponent.AsDouble() + Vector128.Create(Simd.IntegerShift)).AsInt64() << 52;
            return (value.AsInt64() + bits).As<long, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Scale(Vector128<T> value, Vector128<T> exponent) => PowersOfTwo.Scale<T, Vector128<T>, Lanes128<T>>(value, exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> NearestExponent(Vector128<T> a)
    {
        if (typeof(T) == typeof(float))
            return Vector128.ConvertToSingle((a.AsInt32() - Vector128.Create(PowersOfTwo.RootHalfSingle)) >> 23).As<float, T>();
        if (typeof(T) == typeof(double))
        {
            // No instruction set below AVX-512 converts 64-bit integers: the exponent field goes into the mantissa of 2^52 instead.
            Vector128<long> field = (a.AsInt64() - Vector128.Create(PowersOfTwo.RootHalfDouble - PowersOfTwo.BiasDouble)) >>> 52;
            return ((field | Vector128.Create(PowersOfTwo.Shift52)).AsDouble() - Vector128.Create(PowersOfTwo.Shift52Value)).As<double, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> SplitAtThreeQuarters(Vector128<T> a, out Vector128<T> exponent, out Vector128<T> segment)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        Vector128<float> x = a.AsSingle(), significand = Avx512F.VL.GetMantissa(x, PowersOfTwo.SignificandsFromThreeQuarters);
        exponent = (Avx512F.VL.GetExponent(x) - Avx512F.VL.GetExponent(significand)).As<float, T>();
        segment = (significand.AsInt32() >> PowersOfTwo.SegmentShift).As<int, T>();
        return significand.As<float, T>();
    }

    // The native forms give the second operand when either is NaN (x86) or NaN (Arm): with the bound first, NaN survives in both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Clamp(Vector128<T> a, Vector128<T> low, Vector128<T> high) => Vector128.MinNative(high, Vector128.MaxNative(low, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector128<T> a) => Vector128.Sum(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TFold>(Vector128<T> a, TFold fold)
        where TFold : struct, IBinaryOperator<T>
    {
        T first = fold.Apply<T, ScalarLanes<T>>(a[0], a[1]);
        return Vector128<T>.Count == 2
            ? first
            : fold.Apply<T, ScalarLanes<T>>(first, fold.Apply<T, ScalarLanes<T>>(a[2], a[3]));
    }
}

/// <summary>256 bits: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256<T> : ILanes<T, Vector256<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector256<T>.Count;
    public static Vector256<T> Zero => Vector256<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Load(T* source) => Vector256.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector256<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Broadcast(T value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Subtract(Vector256<T> a, Vector256<T> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Multiply(Vector256<T> a, Vector256<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Divide(Vector256<T> a, Vector256<T> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Negate(Vector256<T> a) => -a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Abs(Vector256<T> a) => Vector256.Abs(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Sqrt(Vector256<T> a) => Vector256.Sqrt(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Max(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Min(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> MaxOfNumbers(Vector256<T> a, Vector256<T> b) => Vector256.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c)
    {
        if (!Simd.HasMultiplyAdd) return c + a * b;
        if (typeof(T) == typeof(float)) return Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        return c + a * b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Round(Vector256<T> a)
    {
        if (typeof(T) == typeof(float)) return Vector256.Round(a.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector256.Round(a.AsDouble()).As<double, T>();
        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> GreaterThan(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> GreaterThanOrEqual(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> LessThan(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Equal(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool AllLess(Vector256<T> a, Vector256<T> b) => Vector256.LessThanAll(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Lookup(T* table, Vector256<T> index)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        if (!Avx2.IsSupported) return Vector256.Create(Lanes128<T>.Lookup(table, index.GetLower()), Lanes128<T>.Lookup(table, index.GetUpper()));

        // A permutation takes the last three bits; the other two choose between four of them.
        Vector256<int> bits = index.AsInt32();
        Vector256<float> byEight = (bits << 28).AsSingle(), bySixteen = (bits << 27).AsSingle();
        float* entries = (float*)table;
        Vector256<float> lower = Avx.BlendVariable(
            Avx2.PermuteVar8x32(Vector256.Load(entries), bits), Avx2.PermuteVar8x32(Vector256.Load(entries + 8), bits), byEight);
        Vector256<float> upper = Avx.BlendVariable(
            Avx2.PermuteVar8x32(Vector256.Load(entries + 16), bits), Avx2.PermuteVar8x32(Vector256.Load(entries + 24), bits), byEight);
        return Avx.BlendVariable(lower, upper, bySixteen).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Select(Vector256<T> mask, Vector256<T> a, Vector256<T> b) => Vector256.ConditionalSelect(mask, a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> And(Vector256<T> a, Vector256<T> b) => a & b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Or(Vector256<T> a, Vector256<T> b) => a | b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<T> Xor(Vector256<T> a, Vector256<T> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ScaleByPowerOfTwo(Vector256<T> value, Vector256<T> exponent)
    {
        if (typeof(T) == typeof(float))
        {
            Vector256<int> bits = Vector256.ConvertToInt32Native(exponent.AsSingle()) << 23;
            return (value.AsInt32() + bits).As<int, T>();
        }

        if (typeof(T) == typeof(double))
        {
            // 1.5·2^52 puts the integer into the low mantissa bits: a conversion to 64-bit integers that every instruction set has.
            Vector256<long> bits = (exponent.AsDouble() + Vector256.Create(Simd.IntegerShift)).AsInt64() << 52;
            return (value.AsInt64() + bits).As<long, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Scale(Vector256<T> value, Vector256<T> exponent) => PowersOfTwo.Scale<T, Vector256<T>, Lanes256<T>>(value, exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> NearestExponent(Vector256<T> a)
    {
        if (typeof(T) == typeof(float))
            return Vector256.ConvertToSingle((a.AsInt32() - Vector256.Create(PowersOfTwo.RootHalfSingle)) >> 23).As<float, T>();
        if (typeof(T) == typeof(double))
        {
            // No instruction set below AVX-512 converts 64-bit integers: the exponent field goes into the mantissa of 2^52 instead.
            Vector256<long> field = (a.AsInt64() - Vector256.Create(PowersOfTwo.RootHalfDouble - PowersOfTwo.BiasDouble)) >>> 52;
            return ((field | Vector256.Create(PowersOfTwo.Shift52)).AsDouble() - Vector256.Create(PowersOfTwo.Shift52Value)).As<double, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> SplitAtThreeQuarters(Vector256<T> a, out Vector256<T> exponent, out Vector256<T> segment)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        Vector256<float> x = a.AsSingle(), significand = Avx512F.VL.GetMantissa(x, PowersOfTwo.SignificandsFromThreeQuarters);
        exponent = (Avx512F.VL.GetExponent(x) - Avx512F.VL.GetExponent(significand)).As<float, T>();
        segment = (significand.AsInt32() >> PowersOfTwo.SegmentShift).As<int, T>();
        return significand.As<float, T>();
    }

    // The native forms give the second operand when either is NaN (x86) or NaN (Arm): with the bound first, NaN survives in both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Clamp(Vector256<T> a, Vector256<T> low, Vector256<T> high) => Vector256.MinNative(high, Vector256.MaxNative(low, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector256<T> a) => Lanes128<T>.Sum(a.GetLower() + a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TFold>(Vector256<T> a, TFold fold)
        where TFold : struct, IBinaryOperator<T> =>
        Lanes128<T>.Fold(fold.Apply<Vector128<T>, Lanes128<T>>(a.GetLower(), a.GetUpper()), fold);
}

/// <summary>512 bits: AVX-512.</summary>
internal readonly unsafe struct Lanes512<T> : ILanes<T, Vector512<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;
    public static Vector512<T> Zero => Vector512<T>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Load(T* source) => Vector512.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector512<T> value, T* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Broadcast(T value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Subtract(Vector512<T> a, Vector512<T> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Multiply(Vector512<T> a, Vector512<T> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Divide(Vector512<T> a, Vector512<T> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Negate(Vector512<T> a) => -a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Abs(Vector512<T> a) => Vector512.Abs(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Sqrt(Vector512<T> a) => Vector512.Sqrt(a);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Max(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Min(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> MaxOfNumbers(Vector512<T> a, Vector512<T> b) => Vector512.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c)
    {
        if (typeof(T) == typeof(float)) return Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        return c + a * b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Round(Vector512<T> a)
    {
        if (typeof(T) == typeof(float)) return Vector512.Round(a.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Vector512.Round(a.AsDouble()).As<double, T>();
        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> GreaterThan(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> GreaterThanOrEqual(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThanOrEqual(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> LessThan(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Equal(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool AllLess(Vector512<T> a, Vector512<T> b) => Vector512.LessThanAll(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Lookup(T* table, Vector512<T> index)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        if (!Avx512F.IsSupported) return Vector512.Create(Lanes256<T>.Lookup(table, index.GetLower()), Lanes256<T>.Lookup(table, index.GetUpper()));
        float* entries = (float*)table;
        return Avx512F.PermuteVar16x32x2(Vector512.Load(entries), index.AsInt32(), Vector512.Load(entries + 16)).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Select(Vector512<T> mask, Vector512<T> a, Vector512<T> b) => Vector512.ConditionalSelect(mask, a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> And(Vector512<T> a, Vector512<T> b) => a & b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Or(Vector512<T> a, Vector512<T> b) => a | b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Xor(Vector512<T> a, Vector512<T> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ScaleByPowerOfTwo(Vector512<T> value, Vector512<T> exponent)
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<int> bits = Vector512.ConvertToInt32Native(exponent.AsSingle()) << 23;
            return (value.AsInt32() + bits).As<int, T>();
        }

        if (typeof(T) == typeof(double))
        {
            // 1.5·2^52 puts the integer into the low mantissa bits: a conversion to 64-bit integers that every instruction set has.
            Vector512<long> bits = (exponent.AsDouble() + Vector512.Create(Simd.IntegerShift)).AsInt64() << 52;
            return (value.AsInt64() + bits).As<long, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Scale(Vector512<T> value, Vector512<T> exponent)
    {
        if (!Avx512F.IsSupported) return PowersOfTwo.Scale<T, Vector512<T>, Lanes512<T>>(value, exponent);
        if (typeof(T) == typeof(float)) return Avx512F.Scale(value.AsSingle(), exponent.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double)) return Avx512F.Scale(value.AsDouble(), exponent.AsDouble()).As<double, T>();
        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> NearestExponent(Vector512<T> a)
    {
        if (typeof(T) == typeof(float))
            return Vector512.ConvertToSingle((a.AsInt32() - Vector512.Create(PowersOfTwo.RootHalfSingle)) >> 23).As<float, T>();
        if (typeof(T) == typeof(double))
        {
            // No instruction set below AVX-512 converts 64-bit integers: the exponent field goes into the mantissa of 2^52 instead.
            Vector512<long> field = (a.AsInt64() - Vector512.Create(PowersOfTwo.RootHalfDouble - PowersOfTwo.BiasDouble)) >>> 52;
            return ((field | Vector512.Create(PowersOfTwo.Shift52)).AsDouble() - Vector512.Create(PowersOfTwo.Shift52Value)).As<double, T>();
        }

        throw new NotSupportedException(Simd.UnsupportedElement<T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> SplitAtThreeQuarters(Vector512<T> a, out Vector512<T> exponent, out Vector512<T> segment)
    {
        if (typeof(T) != typeof(float)) throw new NotSupportedException(Simd.UnsupportedElement<T>());
        Vector512<float> x = a.AsSingle(), significand = Avx512F.GetMantissa(x, PowersOfTwo.SignificandsFromThreeQuarters);
        exponent = (Avx512F.GetExponent(x) - Avx512F.GetExponent(significand)).As<float, T>();
        segment = (significand.AsInt32() >> PowersOfTwo.SegmentShift).As<int, T>();
        return significand.As<float, T>();
    }

    // The native forms give the second operand when either is NaN (x86) or NaN (Arm): with the bound first, NaN survives in both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Clamp(Vector512<T> a, Vector512<T> low, Vector512<T> high) => Vector512.MinNative(high, Vector512.MaxNative(low, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static T Sum(Vector512<T> a) => Lanes256<T>.Sum(a.GetLower() + a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TFold>(Vector512<T> a, TFold fold)
        where TFold : struct, IBinaryOperator<T> =>
        Lanes256<T>.Fold(fold.Apply<Vector256<T>, Lanes256<T>>(a.GetLower(), a.GetUpper()), fold);
}
