using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class ConversionTests
{
    [Fact]
    public void Every_pair_of_types_converts_small_numbers_exactly()
    {
        FromType<float>([0, 1, 7]);
        FromType<double>([0, 1, 7]);
        FromType<Half>([(Half)0, (Half)1, (Half)7]);
        FromType<int>([0, 1, 7]);
        FromType<long>([0, 1, 7]);
        FromType<short>([0, 1, 7]);
        FromType<sbyte>([0, 1, 7]);
        FromType<byte>([0, 1, 7]);
        FromType<ushort>([0, 1, 7]);
        FromType<uint>([0, 1, 7]);
        FromType<ulong>([0, 1, 7]);
    }

    [Fact]
    public void Truth_is_one()
    {
        var y = new double[2];
        Conversion.Convert<bool, double>([true, false], y);
        Assert.Equal([1.0, 0], y);
    }

    [Fact]
    public void Floating_types_are_the_three_with_gradients()
    {
        Assert.True(Conversion.IsFloating<float>() && Conversion.IsFloating<double>() && Conversion.IsFloating<Half>());
        Assert.False(Conversion.IsFloating<int>() || Conversion.IsFloating<bool>());
    }

    private static void FromType<T>(T[] x)
        where T : unmanaged
    {
        To<T, float>(x, [0, 1, 7]);
        To<T, double>(x, [0, 1, 7]);
        To<T, Half>(x, [(Half)0, (Half)1, (Half)7]);
        To<T, int>(x, [0, 1, 7]);
        To<T, long>(x, [0, 1, 7]);
        To<T, short>(x, [0, 1, 7]);
        To<T, sbyte>(x, [0, 1, 7]);
        To<T, byte>(x, [0, 1, 7]);
        To<T, ushort>(x, [0, 1, 7]);
        To<T, uint>(x, [0, 1, 7]);
        To<T, ulong>(x, [0, 1, 7]);
        To<T, bool>(x, [false, true, true]);
    }

    private static void To<TFrom, TTo>(TFrom[] x, TTo[] expected)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var y = new TTo[x.Length];
        Conversion.Convert<TFrom, TTo>(x, y);
        Assert.Equal(expected, y);
    }
}
