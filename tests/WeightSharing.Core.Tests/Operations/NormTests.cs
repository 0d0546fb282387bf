using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class NormTests
{
    [Fact]
    public void Lengths_agree_with_the_definition()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, -4 }, { 0, 0 } });
        Assert.Equal(5, x.Norm().Item());
        Expect.Close(Tensor.From(5.0, 0), x.Norm(1), 0);
        Expect.Close(Tensor.From(7.0, 0), x.Norm(dimension: 1, p: 1), 0);
        Expect.Close(Tensor.From(new double[,] { { 4 }, { 0 } }), x.Norm(1, double.PositiveInfinity, keepDimensions: true), 0);
        Expect.Close(Tensor.From(Math.Pow(91, 1.0 / 3), 0), x.Norm(1, 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(double.PositiveInfinity)]
    public void Gradients_agree_with_differences(double p)
    {
        Expect.Gradients(x => x.Norm(1, p), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Norm([0, 2], p, keepDimensions: true), Expect.Values([2, 3, 2]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(double.PositiveInfinity)]
    public void The_gradient_of_a_zero_vector_is_zero(double p)
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, -4 }, { 0, 0 } }).RequireGradient();
        Tensor<double> gradient = Gradient.Of(x.Norm(1, p).Sum(), x, differentiable: true);
        Expect.Close(Tensor.Zeros<double>([2]), gradient.Select(0, 1), 0);
        Assert.NotEqual(0, gradient[0, 1]);
        if (gradient.RequiresGradient) Assert.All(Gradient.Of(gradient.Sum(), x).ToArray(), slope => Assert.True(double.IsFinite(slope)));
    }

    [Fact]
    public void Several_largest_magnitudes_share_the_gradient()
    {
        Tensor<double> x = Tensor.From(new double[,] { { -0.1, 0.1, 0.1 }, { 3, -1, 2 } }).RequireGradient();
        Tensor<double> length = x.Norm(1, double.PositiveInfinity);
        Assert.Equal([0.1, 3], length.ToArray());
        length.Sum().Backward();
        Expect.Close(Tensor.From(new[,] { { -1.0 / 3, 1.0 / 3, 1.0 / 3 }, { 1, 0, 0 } }), x.Gradient!, 1e-15);
        Tensor<double> all = x.Detach().RequireGradient();
        Tensor.Concat([all, -all], 0).Norm(double.PositiveInfinity).Backward();
        Expect.Close(Tensor.From(new double[,] { { 0, 0, 0 }, { 1, 0, 0 } }), all.Gradient!, 1e-15);
    }

    [Fact]
    public void Empty_tensors_have_length_zero() => Expect.Empty(xs => xs[0].Norm(1), 2, new Shape(2, 0));

    [Fact]
    public void A_p_that_is_not_positive_is_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "Norm: p -1; it must not be negative.", () => Expect.Values([2]).Norm(p: -1));

    [Fact]
    public void The_norm_of_order_zero_counts_without_a_gradient()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 0, -2, 3 }, { 0, 0, 1e-300 } }).RequireGradient(), y = x.Norm(1, 0);
        Assert.Equal([2.0, 1], y.ToArray());
        y.Sum().Backward();
        Assert.All(x.Gradient!.ToArray(), g => Assert.Equal(0, g));
        Assert.Equal(1f, Tensor.From(0f, 5).Norm(p: 0).Item());
    }
}
