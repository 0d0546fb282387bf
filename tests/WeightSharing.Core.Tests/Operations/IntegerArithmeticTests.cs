using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class IntegerArithmeticTests
{
    private static readonly Tensor<int> Sample = Tensor.From(new[,] { { 7, -7, 3 }, { 0, 5, -4 } });

    [Fact]
    public void Arithmetic_broadcasts_and_is_exact()
    {
        Tensor<int> row = Tensor.From(2, 2, -2);
        Assert.Equal([9, -5, 1, 2, 7, -6], (Sample + row).ToArray());
        Assert.Equal([5, -9, 5, -2, 3, -2], (Sample - row).ToArray());
        Assert.Equal([14, -14, -6, 0, 10, 8], (Sample * row).ToArray());
        Assert.Equal([3, -3, -1, 0, 2, 2], (Sample / row).ToArray());
        Assert.Equal([1, -1, 1, 0, 1, 0], (Sample % row).ToArray());
        Assert.Equal([1, 1, -1, 0, 1, 0], Sample.Remainder(row).ToArray());
        Assert.Equal([-7, 7, -3, 0, -5, 4], (-Sample).ToArray());
        Assert.Equal([7, 0, -7, 5, 3, -4], (Sample.Transpose() + 0).ToArray());
        Assert.Equal([long.MaxValue - 1], (Tensor.From(long.MaxValue) - 1L).ToArray());
    }

    [Fact]
    public void Numbers_stand_on_either_side()
    {
        Tensor<int> x = Tensor.From(1, -5);
        Assert.Equal([3, -3], (x + 2).ToArray());
        Assert.Equal([3, -3], (2 + x).ToArray());
        Assert.Equal([-1, -7], (x - 2).ToArray());
        Assert.Equal([1, 7], (2 - x).ToArray());
        Assert.Equal([2, -10], (x * 2).ToArray());
        Assert.Equal([2, -10], (2 * x).ToArray());
        Assert.Equal([0, -2], (x / 2).ToArray());
        Assert.Equal([1, -1], (x % 2).ToArray());
        Assert.Equal([1, 1], x.Remainder(2).ToArray());
        Assert.Equal([(byte)4, (byte)254], (Tensor.From((byte)5, (byte)255) - (byte)1).ToArray());
        Assert.Equal([(byte)0], (Tensor.From((byte)255) + (byte)1).ToArray());
        Assert.Equal([false, true], (x + x).Less(0).ToArray());
    }

    [Fact]
    public void Sums_and_extrema_along_dimensions()
    {
        Assert.Equal(4, Sample.Sum().Item());
        Assert.Equal([7L, -2, -1], Sample.Sum(0).ToArray());
        Assert.Equal([3L, 1], Sample.Transpose().Sum(0).ToArray());
        Assert.Equal(2L * int.MaxValue, Tensor.From(int.MaxValue, int.MaxValue).Sum().Item());
        Assert.Equal([7, 5], Sample.Max(1).ToArray());
        Assert.Equal([0, -7, -4], Sample.Min(0).ToArray());
        Assert.Equal((7, -7), (Sample.Max().Item(), Sample.Min().Item()));
        Assert.Equal(new Shape(2, 1), Sample.Max(1, keepDimensions: true).Shape);
        Assert.Equal([0L, 0, 0], Tensor.Zeros<int>([0, 3]).Sum(0).ToArray());
        Assert.Equal(new Shape(0), Tensor.Zeros<int>([0, 3]).Max(1).Shape);
    }

    [Fact]
    public void Zero_divisors_and_shapes_are_named()
    {
        Expect.Throws<DivideByZeroException>("Divide: the divisor [2] has an element 0; integers know no infinity.", () => Tensor.From(1, 2) / Tensor.From(1, 0));
        Expect.Throws<DivideByZeroException>("Fmod: the divisor [] has an element 0;", () => Tensor.From(1, 2) % 0);
        Expect.Throws<DivideByZeroException>("Remainder: the divisor [] has an element 0;", () => Tensor.From(1, 2).Remainder(0));
        Expect.Throws<ArgumentException>("Add: shapes do not broadcast: left [2] · right [3]", () => Tensor.From(1, 2) + Tensor.From(1, 2, 3));
        Expect.Throws<InvalidOperationException>("Max: the reduced dimensions of shape [0, 3] are empty;", () => Tensor.Zeros<int>([0, 3]).Max(0));
        Expect.Throws<OverflowException>("", () => Tensor.From(ulong.MaxValue).Sum());
    }
}
