using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class BinCountTests
{
    private static readonly Tensor<int> Sample = Tensor.From(new[,] { { 1, 3 }, { 1, 0 } });

    [Fact]
    public void Every_number_from_zero_has_its_count()
    {
        Assert.Equal([1, 2, 0, 1], Sample.BinCount().ToArray());
        Assert.Equal([1, 2, 0, 1, 0, 0], Sample.BinCount(minimumLength: 6).ToArray());
        Assert.Equal([5.0, 3, 0, 3], Sample.BinCount(Tensor.From(new double[,] { { 1, 3 }, { 2, 5 } })).ToArray());
        Assert.Equal(0, Tensor.Zeros<int>([0]).BinCount().Count);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(w => Sample.BinCount(w).Pow(2.0), Expect.Values([2, 2]));

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("BinCount: number -1 in [2]; none may be negative.", () => Tensor.From(1, -1).BinCount());
        Expect.Throws<ArgumentOutOfRangeException>("BinCount: minimum length -2; it must not be negative.", () => Sample.BinCount(-2));
        Expect.Throws<ArgumentException>("BinCount: weights [3] for numbers [2, 2]; the shapes must be equal.", () => Sample.BinCount(Expect.Values([3])));
    }
}
