using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LogSumExpTests
{
    [Fact]
    public void Values_agree_with_the_definition()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]);
        Expect.Close(x.Exp().Sum([0, 2]).Log(), x.LogSumExp([0, 2]));
        Expect.Close(x.Exp().Sum(1, keepDimensions: true).Log(), x.LogSumExp(1, keepDimensions: true));
        Expect.Close(x.Exp().Sum().Log(), x.LogSumExp());
    }

    [Fact]
    public void Large_values_do_not_overflow() => Expect.Close(Tensor.Scalar(1000 + Math.Log(2)), Tensor.From(1000.0, 1000).LogSumExp());

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.LogSumExp(1), Expect.Values([2, 3]));
        Expect.Gradients(x => x.LogSumExp([0, 2], keepDimensions: true), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.LogSumExp(), Expect.Values([2, 3]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Impossible_rows_have_zero_gradient(bool differentiable)
    {
        Tensor<double> x = Tensor.From(new[,] { { double.NegativeInfinity, double.NegativeInfinity }, { 0, double.NegativeInfinity } }).RequireGradient();
        Tensor<double> y = x.LogSumExp(1);
        Assert.Equal([double.NegativeInfinity, 0], y.ToArray());
        Expect.Close(Tensor.From(new double[,] { { 0, 0 }, { 1, 0 } }), Gradient.Of(y, [x], Tensor.Ones<double>([2]), differentiable)[0]);
    }

    [Fact]
    public void Infinite_terms_have_the_gradient_among_them_and_zeros_have_none()
    {
        Tensor<double> x = Tensor.From(new double[,] { { double.PositiveInfinity, 1, double.PositiveInfinity }, { double.NegativeInfinity, 2, 2 } }).RequireGradient();
        x.LogSumExp(1).Sum().Backward();
        Expect.Close(Tensor.From(new double[,] { { 0.5, 0, 0.5 }, { 0, 0.5, 0.5 } }), x.Gradient!);
        Tensor<double> nothing = Tensor.From(double.NegativeInfinity, double.NegativeInfinity).RequireGradient();
        nothing.LogSumExp().Backward();
        Assert.Equal([0.0, 0], nothing.Gradient!.ToArray());
    }

    [Fact]
    public void Nothing_sums_to_minus_infinity() => Assert.Equal(double.NegativeInfinity, Tensor.Zeros<double>([0]).LogSumExp().Item());

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].LogSumExp(1), [0], new Shape(0, 3));

    [Fact]
    public void Wrong_dimensions_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("LogSumExp: dimension 2 does not exist", () => Expect.Values([2, 3]).LogSumExp(2));
        Expect.Throws<ArgumentException>("LogSumExp: dimension 0 occurs twice in [0, 0].", () => Expect.Values([2, 3]).LogSumExp([0, 0]));
    }
}
