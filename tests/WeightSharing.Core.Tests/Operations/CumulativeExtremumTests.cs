using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CumulativeExtremumTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new[,] { { 1.0, 3, 3, 2 }, { 5, double.NaN, 7, 6 } });

    [Fact]
    public void Values_positions_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Sample.Copy().RequireGradient();
        (Tensor<double> values, Tensor<int> indices) = x.CumulativeMax(1);
        Assert.Equal([1, 3, 3, 3, 5, double.NaN, double.NaN, double.NaN], values.ToArray());
        Assert.Equal([0, 1, 2, 2, 0, 1, 1, 1], indices.ToArray());
        values.Backward(Tensor.Arange(1.0, 9, 1).Reshape(2, 4));
        Assert.Equal([1.0, 2, 7, 0, 5, 21, 0, 0], x.Gradient!.ToArray());

        x = Tensor.From(1.0, 3, 1, 2).RequireGradient();
        (values, indices) = x.CumulativeMin(0);
        Assert.Equal([1.0, 1, 1, 1], values.ToArray());
        Assert.Equal([0, 0, 2, 2], indices.ToArray());
        values.Backward(Tensor.From(1.0, 2, 3, 4));
        Assert.Equal([3.0, 0, 7, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.CumulativeMax(1).Values.Pow(2.0), Expect.Values([2, 4, 2]));
        Expect.Gradients(x => x.CumulativeMin(0).Values.Pow(2.0), Expect.Values([5, 2]));
    }

    [Fact]
    public void Scalars_and_empty_tensors_stay_what_they_are()
    {
        (Tensor<double> value, Tensor<int> index) = Tensor.Scalar(3.0).CumulativeMax(0);
        Assert.Equal((0, 3.0, 0), (value.Rank, value.Item(), index.Item()));
        Expect.Empty(xs => xs[0].CumulativeMax(0).Values, [0, 3], new Shape(0, 3));
    }

    [Fact]
    public void Wrong_dimensions_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "CumulativeMin: dimension 1 does not exist in shape [2]; expected -1 to 0.", () => Expect.Values([2]).CumulativeMin(1));
}
