using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public unsafe class LanesTests
{
    [Fact]
    public void Every_lane_of_128_bits_computes_what_the_scalar_computes()
    {
        Check<float, Vector128<float>, Lanes128<float>>();
        Check<double, Vector128<double>, Lanes128<double>>();
    }

    [Fact]
    public void Every_lane_of_256_bits_computes_what_the_scalar_computes()
    {
        if (!Simd.Has256) return;
        Check<float, Vector256<float>, Lanes256<float>>();
        Check<double, Vector256<double>, Lanes256<double>>();
    }

    [Fact]
    public void Every_lane_of_512_bits_computes_what_the_scalar_computes()
    {
        if (!Simd.Has512) return;
        Check<float, Vector512<float>, Lanes512<float>>();
        Check<double, Vector512<double>, Lanes512<double>>();
    }

    [Fact]
    public void A_table_of_32_is_looked_up_by_the_last_five_bits()
    {
        Look<float, ScalarLanes<float>>();
        Look<Vector128<float>, Lanes128<float>>();
        if (Simd.Has256) Look<Vector256<float>, Lanes256<float>>();
        if (Simd.Has512) Look<Vector512<float>, Lanes512<float>>();

        static void Look<V, L>()
            where V : struct
            where L : struct, ILanes<float, V>
        {
            float[] table = [.. Enumerable.Range(0, 32).Select(i => i * 1.5f - 7)], index = new float[L.Count];
            for (int first = 0; first < 64; first++)
            {
                for (int i = 0; i < L.Count; i++) index[i] = 12582912 + first + 3 * i;
                fixed (float* entries = table)
                {
                    float[] found = Values<float, V, L>(L.Lookup(entries, Vector<float, V, L>(index)));
                    for (int i = 0; i < L.Count; i++) Assert.Equal(table[(first + 3 * i) % 32], found[i]);
                }
            }
        }
    }

    [Fact]
    public void A_float_is_split_into_a_significand_from_three_quarters_and_a_power_of_two()
    {
        Split<float, ScalarLanes<float>>();
        Split<Vector128<float>, Lanes128<float>>();
        if (Simd.Has256) Split<Vector256<float>, Lanes256<float>>();
        if (Simd.Has512) Split<Vector512<float>, Lanes512<float>>();

        static void Split<V, L>()
            where V : struct
            where L : struct, ILanes<float, V>
        {
            float[] numbers =
            [
                1, 1.4999999f, 1.5f, 0.75f, 0.74999994f, 2, 3, 100, 1e-30f, float.MaxValue, 1.17549435e-38f, 1.1754942e-38f, 3e-39f, 4e-45f, float.Epsilon,
            ];
            foreach (float number in numbers)
            {
                V m = L.SplitAtThreeQuarters(L.Broadcast(number), out V k, out V segment);
                (float significand, float exponent) = (Values<float, V, L>(m)[^1], Values<float, V, L>(k)[^1]);
                Assert.InRange(significand, 0.75f, 1.4999999f);
                Assert.Equal(number, Math.ScaleB((double)significand, (int)exponent));
                int bits = BitConverter.SingleToInt32Bits(Values<float, V, L>(segment)[^1]);
                Assert.Equal((BitConverter.SingleToInt32Bits(significand) >> 18) & 31, bits & 31);
            }

            (float Number, float Significand, float Exponent)[] edges =
            [
                (0, 1, float.NegativeInfinity), (-0f, 1, float.NegativeInfinity), (float.PositiveInfinity, 1, float.PositiveInfinity),
            ];
            foreach ((float number, float significand, float exponent) in edges)
            {
                V m = L.SplitAtThreeQuarters(L.Broadcast(number), out V k, out _);
                Assert.All(Values<float, V, L>(m), value => Assert.Equal(significand, MathF.Abs(value)));
                Assert.All(Values<float, V, L>(k), value => Assert.Equal(exponent, value));
            }

            foreach (float number in new[] { -1, -float.Epsilon, float.NegativeInfinity, float.NaN })
                Assert.All(Values<float, V, L>(L.SplitAtThreeQuarters(L.Broadcast(number), out _, out _)), value => Assert.True(float.IsNaN(value)));
        }
    }

    [Fact]
    public void One_lane_that_is_not_less_or_no_number_spoils_all()
    {
        Spoil<Vector128<float>, Lanes128<float>>();
        if (Simd.Has256) Spoil<Vector256<float>, Lanes256<float>>();
        if (Simd.Has512) Spoil<Vector512<float>, Lanes512<float>>();

        static void Spoil<V, L>()
            where V : struct
            where L : struct, ILanes<float, V>
        {
            foreach (float spoiler in new[] { 2, 3, float.NaN, float.PositiveInfinity })
            {
                for (int i = 0; i < L.Count; i++)
                {
                    float[] values = new float[L.Count];
                    values[i] = spoiler;
                    Assert.False(L.AllLess(Vector<float, V, L>(values), L.Broadcast(2)));
                }
            }
        }
    }

    [Fact]
    public void The_chosen_variant_is_available_and_the_reference_always_is()
    {
        Assert.Contains(Simd.Chosen, Simd.Available);
        Assert.Equal([SimdVariant.Reference, SimdVariant.Vector128], Simd.Available.Take(2));
    }

    private static void Check<T, V, L>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        Assert.Equal(Unsafe.SizeOf<V>() / sizeof(T), L.Count);
        Assert.Equal(Filled<T>(T.Zero, L.Count), Values<T, V, L>(L.Zero));
        Assert.Equal(Filled(T.Pi, L.Count), Values<T, V, L>(L.Broadcast(T.Pi)));

        var random = new Random(1);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            T[] a = Random<T>(L.Count, random), b = Random<T>(L.Count, random), c = Random<T>(L.Count, random);
            V x = Vector<T, V, L>(a), y = Vector<T, V, L>(b), z = Vector<T, V, L>(c);
            V mask = L.GreaterThan(x, y);

            Assert.Equal(a, Values<T, V, L>(x));
            Lanes(L.Add(x, y), i => a[i] + b[i]);
            Lanes(L.Subtract(x, y), i => a[i] - b[i]);
            Lanes(L.Multiply(x, y), i => a[i] * b[i]);
            Lanes(L.Divide(x, y), i => a[i] / b[i]);
            Lanes(L.Negate(x), i => -a[i]);
            Lanes(L.Abs(x), i => T.Abs(a[i]));
            Lanes(L.Sqrt(L.Abs(x)), i => T.Sqrt(T.Abs(a[i])));
            Lanes(L.Max(x, y), i => T.Max(a[i], b[i]));
            Lanes(L.Min(x, y), i => T.Min(a[i], b[i]));
            Lanes(L.Round(x), i => T.Round(a[i]));
            Lanes(L.Select(mask, x, y), i => a[i] > b[i] ? a[i] : b[i]);
            Lanes(L.Select(L.GreaterThanOrEqual(x, y), y, x), i => a[i] >= b[i] ? b[i] : a[i]);
            Lanes(L.Select(L.LessThan(x, y), x, z), i => a[i] < b[i] ? a[i] : c[i]);
            Lanes(L.Select(L.Equal(L.Round(x), L.Round(y)), x, z), i => T.Round(a[i]) == T.Round(b[i]) ? a[i] : c[i]);
            Lanes(L.And(mask, x), i => a[i] > b[i] ? a[i] : T.Zero);
            Lanes(L.Or(L.And(mask, x), L.And(L.Xor(mask, L.Equal(x, x)), z)), i => a[i] > b[i] ? a[i] : c[i]);
            Lanes(L.ScaleByPowerOfTwo(x, L.Round(y)), i => T.ScaleB(a[i], int.CreateTruncating(T.Round(b[i]))));

            Assert.Equal(a.Zip(b).All(pair => pair.First < pair.Second), L.AllLess(x, y));
            Assert.True(L.AllLess(x, L.Broadcast(T.CreateChecked(100))));

            T[] sums = Values<T, V, L>(L.MultiplyAdd(x, y, z));
            for (int i = 0; i < L.Count; i++)
            {
                Assert.True(sums[i] == T.FusedMultiplyAdd(a[i], b[i], c[i]) || sums[i] == a[i] * b[i] + c[i]);
            }

            T total = T.Zero;
            foreach (T value in a) total += value;
            Assert.Equal(double.CreateTruncating(total), double.CreateTruncating(L.Sum(x)), 1e-4);
            Assert.Equal(T.CreateTruncating(L.Count), L.Sum(L.Broadcast(T.One)));
        }

        static void Lanes(V actual, Func<int, T> expected)
            => Assert.Equal(Enumerable.Range(0, L.Count).Select(expected), Values<T, V, L>(actual));
    }

    private static T[] Filled<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];

    // Between −8 and 8 and never zero, with halves among them so that rounding ties occur.
    private static T[] Random<T>(int count, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. Enumerable.Range(0, count).Select(_ =>
            T.CreateTruncating(
                random.Next(4) == 0 ? random.Next(-8, 8) + 0.5 : (random.NextDouble() + 1e-3) * 7 * (random.Next(2) * 2 - 1)))];

    private static V Vector<T, V, L>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        fixed (T* pointer = values) return L.Load(pointer);
    }

    private static T[] Values<T, V, L>(V vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct
        where L : struct, ILanes<T, V>
    {
        var values = new T[L.Count];
        fixed (T* pointer = values) L.Store(vector, pointer);
        return values;
    }
}
