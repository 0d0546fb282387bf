using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CumulativeProductTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch_beside_zeros_too()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 2, 3, 0, 4 }, { 0, 5, 0, 2 } }).RequireGradient(), y = x.CumulativeProduct(1);
        Assert.Equal([2, 6, 0, 0, 0, 0, 0, 0], y.ToArray());
        y.Backward(Tensor.Arange(1.0, 9, 1).Reshape(2, 4));
        Assert.Equal([7.0, 4, 114, 0, 35, 0, 0, 0], x.Gradient!.ToArray());
        Assert.Equal([1f, 2, 6, 24], Tensor.From(1f, 2, 3, 4).CumulativeProduct(-1).ToArray());
        Assert.Equal(3, Tensor.Scalar(3.0).CumulativeProduct(0).Item());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.CumulativeProduct(1), Expect.Values([2, 4, 2]));
        Expect.Gradients(x => x.CumulativeProduct(0), Tensor.From(0.0, 2, 0, 3));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].CumulativeProduct(0), [0, 3], new Shape(0, 3));

    [Fact]
    public void Wrong_dimensions_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "CumulativeProduct: dimension 1 does not exist in shape [2]; expected -1 to 0.", () => Expect.Values([2]).CumulativeProduct(1));
}
