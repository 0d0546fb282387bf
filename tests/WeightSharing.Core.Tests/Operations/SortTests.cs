using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SortTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 3, 1, 2, 1 }, { 0, double.NaN, -1, 5 } });

    [Fact]
    public void Rows_are_ordered_and_equal_elements_keep_their_order()
    {
        (Tensor<double> values, Tensor<int> indices) = Sample.Sort();
        Assert.Equal([1, 1, 2, 3, -1, 0, 5, double.NaN], values.ToArray());
        Assert.Equal([1, 3, 2, 0, 2, 0, 3, 1], indices.ToArray());
        (values, indices) = Sample.Sort(1, descending: true);
        Assert.Equal([3, 2, 1, 1, double.NaN, 5, 0, -1], values.ToArray());
        Assert.Equal([0, 2, 1, 3, 1, 3, 0, 2], indices.ToArray());
        Assert.Equal(indices.ToArray(), Sample.ArgSort(-1, descending: true).ToArray());
    }

    [Fact]
    public void Other_dimensions_are_ordered_too()
    {
        Tensor<double> x = Expect.Values([3, 4, 2]);
        Expect.Bitwise(x.Transpose(1, 2).Contiguous().Sort(2).Values, x.Sort(1).Values.Transpose(1, 2).Contiguous());
    }

    [Fact]
    public void The_largest_and_the_smallest_come_first()
    {
        (Tensor<double> values, Tensor<int> indices) = Sample.Slice(0, 0, 1).TopK(2);
        Assert.Equal([3, 2], values.ToArray());
        Assert.Equal([0, 2], indices.ToArray());
        Assert.Equal([1, 1, 2], Sample.Slice(0, 0, 1).TopK(3, 1, largest: false).Values.ToArray());
        Assert.Equal(new Shape(2, 0), Sample.TopK(0).Values.Shape);
        Assert.Equal(new Shape(1, 4), Sample.TopK(1, 0).Indices.Shape);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Sort(1).Values.Pow(2.0) * Expect.Values([2, 4], "factor"), Expect.Values([2, 4]));
        Expect.Gradients(x => x.TopK(2, 0).Values.Pow(2.0), Expect.Values([4, 3]));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Sort().Values, [0, 3], new Shape(0, 3));

    [Fact]
    public void More_than_there_are_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("TopK: 5 of dimension -1 of shape [2, 4]; it has 4 elements.", () => Sample.TopK(5));
        Expect.Throws<ArgumentOutOfRangeException>("Sort: dimension 2 does not exist", () => Sample.Sort(2));
    }

    [Fact]
    public void A_scalar_is_a_row_of_one()
    {
        Tensor<double> x = Tensor.Scalar(3.0).RequireGradient();
        (Tensor<double> values, Tensor<int> indices) = x.Sort();
        Assert.Equal((0, 3.0, 0), (values.Rank, values.Item(), indices.Item()));
        Assert.Equal(0, x.ArgSort(0).Item());
        (Tensor<double> top, Tensor<int> at) = x.TopK(1);
        Assert.Equal((0, 3.0, 0), (top.Rank, top.Item(), at.Item()));
        (values * top * x.Gather(0, Tensor.Scalar(0)) * x.CumulativeSum(-1)).Backward();
        Assert.Equal(4 * 27.0, x.Gradient!.Item(), 12);
        Expect.Throws<ArgumentOutOfRangeException>("Sort: dimension 1 of a scalar", () => x.Sort(1));
        Expect.Throws<ArgumentOutOfRangeException>("TopK: 2 of dimension 0 of shape [1]", () => x.TopK(2));
    }
}
