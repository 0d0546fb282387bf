using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class QuantileTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 3, 1, 2, 4 }, { 7, 5, 9, 5 } });

    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Sample.Copy().RequireGradient(), y = x.Quantile(0.4, 1);
        Expect.Close(Tensor.From(2.2, 5.4), y, 1e-15);
        y.Backward(Tensor.From(1.0, 2));
        Expect.Close(Tensor.From(new[,] { { 0.2, 0, 0.8, 0 }, { 0.4, 0, 0, 1.6 } }), x.Gradient!, 1e-14);

        x = Sample.Copy().RequireGradient();
        y = x.Quantile([0.1, 0.5, 1], 1, keepDimensions: true);
        Assert.Equal(new Shape(3, 2, 1), y.Shape);
        Expect.Close([1.3, 5, 2.5, 6, 4, 9], y.ToArray(), 1e-15);
        y.Backward(Tensor.Arange(1.0, 7, 1).Reshape(3, 2, 1));
        Expect.Close(Tensor.From(new[,] { { 1.5, 0.7, 1.8, 5 }, { 2, 1.4, 6, 2.6 } }), x.Gradient!, 1e-14);
        Assert.Equal(3.1, Sample.Quantile(0.3).Item(), 1e-15);
        Assert.Equal([1f, 5], Sample.To<float>().Quantile(0, 1).ToArray());
    }

    [Fact]
    public void A_row_with_NaN_has_no_quantile() => Assert.Equal(
        [double.NaN, 2], Tensor.From(new[,] { { 1, double.NaN, 3 }, { 2, 3, 1 } }).Quantile(0.5, 1).ToArray());

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Quantile([0.15, 0.6], 1).Pow(2.0), Expect.Values([2, 5, 2]));
        Expect.Gradients(x => x.Quantile(0.7).Pow(2.0), Expect.Values([2, 4]));
    }

    [Fact]
    public void What_is_no_probability_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Quantile: probability 1.5; expected 0 to 1.", () => Sample.Quantile(1.5));
        Expect.Throws<ArgumentOutOfRangeException>("Quantile: dimension 2 does not exist", () => Sample.Quantile(0.5, 2));
        Expect.Throws<InvalidOperationException>("Quantile: the reduced dimensions of shape [0] are empty", () => Tensor.Zeros<float>([0]).Quantile(0.5));
    }
}
