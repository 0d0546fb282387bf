using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class HistogramTests
{
    [Fact]
    public void Intervals_are_closed_below_and_the_last_above_too()
    {
        Tensor<double> x = Tensor.From(1.0, 2, 1, 4, 3, 2.5, double.NaN, 9);
        (Tensor<int> counts, Tensor<double> edges) = x.Histogram(3, 1, 4);
        Assert.Equal([2, 2, 2], counts.ToArray());
        Assert.Equal([1.0, 2, 3, 4], edges.ToArray());
        Assert.Equal([4, 3], x.Histogram(Tensor.From(0.0, 3, 10)).ToArray());
        (counts, Tensor<float> quarters) = Tensor.From(new float[,] { { 0, 1 }, { 1, 4 } }).Transpose().Histogram(4);
        Assert.Equal([1, 2, 0, 1], counts.ToArray());
        Assert.Equal([0f, 1, 2, 3, 4], quarters.ToArray());
    }

    [Fact]
    public void Equal_elements_get_a_unit_around_them()
    {
        (Tensor<int> counts, Tensor<double> edges) = Tensor.From(2.0, 2).Histogram(2);
        Assert.Equal([0, 2], counts.ToArray());
        Assert.Equal([1.5, 2, 2.5], edges.ToArray());
        Assert.Equal([0, 0], Tensor.Zeros<float>([0]).Histogram(2).Counts.ToArray());
    }

    [Fact]
    public void Edges_that_bound_nothing_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Histogram: 0 bins; there must be at least 1.", () => Expect.Values([3]).Histogram(0));
        Expect.Throws<ArgumentOutOfRangeException>("Histogram: bounds 2 and 1; they must be finite and in order.", () => Expect.Values([3]).Histogram(2, 2, 1));
        Expect.Throws<ArgumentOutOfRangeException>("Histogram: bounds NaN and NaN;", () => Tensor.From(double.NaN).Histogram(2));
        Expect.Throws<ArgumentException>("Histogram: edges [1]; they must be a vector of at least 2 numbers in ascending order.", () => Expect.Values([3]).Histogram(Tensor.From(1.0)));
        Expect.Throws<ArgumentException>("Histogram: edges [2];", () => Expect.Values([3]).Histogram(Tensor.From(1.0, 0)));
    }
}
