using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SearchSortedTests
{
    [Fact]
    public void Positions_are_those_of_PyTorch()
    {
        Tensor<int> sorted = Tensor.From(1, 3, 3, 5);
        Assert.Equal([0, 1, 3, 4, 0], sorted.SearchSorted(Tensor.From(1, 3, 4, 9, 0)).ToArray());
        Assert.Equal([1, 3, 3, 4, 0], sorted.SearchSorted(Tensor.From(1, 3, 4, 9, 0), right: true).ToArray());
        Assert.Equal([1, 4], Tensor.From(1.0, 3, 3, 5).SearchSorted(Tensor.From(2, double.NaN)).ToArray());
        Assert.Equal(2, Tensor.From(1f, 2).SearchSorted(Tensor.Scalar(7f)).Item());
    }

    [Fact]
    public void Each_row_has_its_own_sequence()
    {
        Tensor<int> sorted = Tensor.From(new[,] { { 1, 10 }, { 3, 20 }, { 5, 30 } }).Transpose(), values = Tensor.From(new[,] { { 3, 6 }, { 3, 25 } });
        Assert.Equal([1, 3, 0, 2], sorted.SearchSorted(values).ToArray());
    }

    [Fact]
    public void Buckets_have_a_closed_side()
    {
        Tensor<float> x = Tensor.From(new[,] { { 0f, 1 }, { 2.5f, 3 } }), boundaries = Tensor.From(1f, 3);
        Assert.Equal([0, 0, 1, 1], x.Bucketize(boundaries).ToArray());
        Assert.Equal([0, 1, 1, 2], x.Bucketize(boundaries, right: true).ToArray());
        Assert.Equal(new Shape(2, 2), x.Bucketize(boundaries).Shape);
    }

    [Fact]
    public void Rows_that_differ_are_refused()
    {
        Expect.Throws<ArgumentException>("SearchSorted: sequences [2, 3] and values [3, 3];", () => Tensor.Zeros<int>(2, 3).SearchSorted(Tensor.Zeros<int>(3, 3)));
        Expect.Throws<ArgumentException>("Bucketize: the boundaries have shape [2, 3]; they must be a vector.", () => Tensor.Zeros<int>(2).Bucketize(Tensor.Zeros<int>(2, 3)));
    }
}
