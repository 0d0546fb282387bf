using WeightSharing.Tensors;

namespace WeightSharing.Tests.Operations;

public class UniqueTests
{
    [Fact]
    public void Values_are_in_order_with_their_places_and_counts()
    {
        (Tensor<int> values, Tensor<int> inverse, Tensor<int> counts) = Tensor.From(new[,] { { 3, 1, 3 }, { 2, 3, 1 } }).Unique();
        Assert.Equal([1, 2, 3], values.ToArray());
        Assert.Equal([2, 0, 2, 1, 2, 0], inverse.ToArray());
        Assert.Equal(new Shape(2, 3), inverse.Shape);
        Assert.Equal([2, 1, 3], counts.ToArray());
        Assert.Equal([3, 2, 1, 3, 3, 1], Tensor.From(new[,] { { 3, 1, 3 }, { 2, 3, 1 } }).Transpose().Unique().Values.IndexSelect(0, Tensor.From(2, 1, 0, 2, 2, 0)).ToArray());
    }

    [Fact]
    public void Zeros_are_one_value_and_every_NaN_is_another()
    {
        (Tensor<double> values, Tensor<int> inverse, Tensor<int> counts) = Tensor.From(double.NaN, 0.0, -0.0, double.NaN, -1).Unique();
        Assert.Equal([-1, 0, double.NaN, double.NaN], values.ToArray());
        Assert.Equal([2, 1, 1, 3, 0], inverse.ToArray());
        Assert.Equal([1, 2, 1, 1], counts.ToArray());
        Assert.Equal(0, Tensor.Zeros<float>([0, 2]).Unique().Values.Count);
    }
}
