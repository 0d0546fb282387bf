using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class DimensionFoldTests
{
    [Theory]
    [InlineData(0, new[] { 4, 15, 26 })]
    [InlineData(1, new[] { 12, 456 })]
    [InlineData(-1, new[] { 12, 456 })]
    public void Elements_are_folded_in_their_order(int dimension, int[] expected)
    {
        // Digits put one behind the other show the order.
        Tensor<int> x = Tensor.From([0, 1, 2, 4, 5, 6]).Reshape(2, 3);
        Tensor<int> y = DimensionFold.Run(x, dimension, keepDimensions: false, 0, static (number, digit) => 10 * number + digit, "Fold");
        Assert.Equal(expected, y.ToArray());
        Assert.Equal(x.Shape.With(dimension == 0 ? 0 : 1, 1), DimensionFold.Run(x, dimension, true, 0, static (number, _) => number, "Fold").Shape);
        Assert.Equal(expected, DimensionFold.Run(x.Transpose(), dimension == 0 ? 1 : 0, false, 0, static (number, digit) => 10 * number + digit, "Fold").ToArray());
    }

    [Fact]
    public void An_empty_dimension_gives_the_start_and_a_missing_one_an_error()
    {
        Assert.Equal([7, 7], DimensionFold.Run(Tensor.Zeros<int>([2, 0]), 1, false, 7, static (sum, x) => sum + x, "Fold").ToArray());
        Expect.Throws<ArgumentOutOfRangeException>(
            "Fold: dimension 2 does not exist in shape [2, 0]; expected -2 to 1.",
            () => DimensionFold.Run(Tensor.Zeros<int>([2, 0]), 2, false, 7, static (sum, x) => sum + x, "Fold"));
    }
}
