using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CountNonZeroTests
{
    [Fact]
    public void Numbers_and_truths_are_counted()
    {
        Tensor<double> x = Tensor.From(new[,] { { 0, 1, -0.0 }, { double.NaN, 2, 0 } });
        Assert.Equal(3, x.CountNonZero());
        Assert.Equal([1, 2, 0], x.CountNonZero(0).ToArray());
        Assert.Equal([1, 2], x.Transpose().CountNonZero(0).ToArray());
        Assert.Equal(new Shape(2, 1), x.CountNonZero(1, keepDimensions: true).Shape);
        Assert.Equal(2, Tensor.From(0, 3, 4).CountNonZero());
        Assert.Equal([2, 0], Tensor.From(true, false, true, false).Reshape(2, 2).CountNonZero(0).ToArray());
        Assert.Equal([0, 0, 0], Tensor.Zeros<float>([0, 3]).CountNonZero(0).ToArray());
    }

    [Fact]
    public void Wrong_dimensions_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "CountNonZero: dimension 1 does not exist in shape [2]; expected -1 to 0.", () => Expect.Values([2]).CountNonZero(1));
}
