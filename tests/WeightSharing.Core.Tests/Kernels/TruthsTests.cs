using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tests.Kernels;

public class TruthsTests
{
    [Fact]
    public void Integers_of_every_size_compare()
    {
        Compares<sbyte>(-100, 100);
        Compares<byte>(0, 255);
        Compares<short>(-30000, 30000);
        Compares<ushort>(0, 65535);
        Compares<int>(int.MinValue, int.MaxValue);
        Compares<uint>(0, int.MaxValue);
        Compares<long>(int.MinValue, int.MaxValue);
        Compares<ulong>(0, int.MaxValue);
        Compares<Int128>(-5, 5);
        Compares<char>(0, 65535);
    }

    [Fact]
    public void Numbers_are_told_from_what_is_none()
    {
        Tells([0, -0.0, 1, double.MaxValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -double.NaN]);
        Tells([0f, -0f, 1, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity, -float.NaN]);
        Tells([Half.Zero, Half.One, Half.MaxValue, Half.NaN, Half.PositiveInfinity, Half.NegativeInfinity]);
    }

    private static void Compares<T>(long low, long high)
        where T : unmanaged, INumber<T>
    {
        var random = new Random(5);
        foreach (int length in new[] { 0, 1, 15, 16, 17, 63, 100 })
        {
            T[] a = [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.NextInt64(low, high)))];
            T[] b = [.. a.Select((v, i) => i % 3 == 0 ? v : T.CreateChecked(random.NextInt64(low, high)))];
            Assert.Equal(a.Zip(b, (x, y) => x == y), Of<T, AreEqual>(a, b));
            Assert.Equal(a.Zip(b, (x, y) => x != y), Of<T, AreUnequal>(a, b));
            Assert.Equal(a.Zip(b, (x, y) => x < y), Of<T, IsLess>(a, b));
            Assert.Equal(a.Zip(b, (x, y) => x <= y), Of<T, IsLessOrEqual>(a, b));
        }
    }

    private static void Tells<T>(T[] values)
        where T : unmanaged, INumber<T>
    {
        T[] x = [.. Enumerable.Range(0, 50).Select(i => values[i % values.Length])];
        Assert.Equal(x.Select(T.IsNaN), Of<T, IsNotNumber>(x, x));
        Assert.Equal(x.Select(T.IsFinite), Of<T, IsFiniteNumber>(x, x));
        Assert.Equal(x.Select(T.IsInfinity), Of<T, IsInfinite>(x, x));
    }

    // True in every place before, so that what is not written shows; the bytes must be 0 or 1, which comparing booleans does not ask for.
    private static bool[] Of<T, TTest>(T[] a, T[] b)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest
    {
        bool[] y = [.. a.Select(_ => true)];
        Truths.Run<T, TTest>(a, b, y);
        Assert.All(System.Runtime.InteropServices.MemoryMarshal.AsBytes<bool>(y).ToArray(), value => Assert.InRange(value, 0, 1));
        return y;
    }
}
