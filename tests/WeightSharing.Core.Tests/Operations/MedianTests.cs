using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MedianTests
{
    [Fact]
    public void Values_positions_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, 1, 2, 4 }, { 7, 5, 9, 5 } }).RequireGradient();
        (Tensor<double> values, Tensor<int> indices) = x.Median(1);
        Assert.Equal([2.0, 5], values.ToArray());
        Assert.Equal([2, 3], indices.ToArray());
        values.Backward(Tensor.From(1.0, 2));
        Assert.Equal([0.0, 0, 1, 0, 0, 0, 0, 2], x.Gradient!.ToArray());

        x = Tensor.From(new double[,] { { 3, 1, 2, 4 }, { 2, 1, 9, 2 } }).RequireGradient();
        Tensor<double> all = x.Median();
        Assert.Equal(2, all.Item());
        all.Backward();
        Expect.Close(Tensor.From(new[,] { { 0, 0, 1 / 3.0, 0 }, { 1 / 3.0, 0, 0, 1 / 3.0 } }), x.Gradient!, 1e-15);
    }

    [Fact]
    public void NaN_wins()
    {
        (Tensor<float> values, Tensor<int> indices) = Tensor.From(new[,] { { 1, float.NaN, float.NaN }, { 3, 1, 2 } }).Median(1, keepDimensions: true);
        Assert.Equal([float.NaN, 2], values.ToArray());
        Assert.Equal([1, 2], indices.ToArray());
        Assert.Equal(new Shape(2, 1), values.Shape);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Median(1).Values.Pow(2.0), Expect.Values([2, 5, 2]));
        Expect.Gradients(x => x.Median().Pow(2.0), Expect.Values([2, 4]));
    }

    [Fact]
    public void The_median_of_nothing_is_refused()
    {
        Expect.Throws<InvalidOperationException>("Median: the reduced dimensions of [1, 0] are empty; the median of nothing is undefined.", () => Tensor.Zeros<float>([0]).Median());
        Expect.Throws<ArgumentOutOfRangeException>("Median: dimension 2 does not exist", () => Expect.Values([2, 3]).Median(2));
        Expect.Empty(xs => xs[0].Median(1).Values, [0], new Shape(0, 3));
    }
}
