using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ExtremumTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 1, 5, 5 }, { 7, -2, 0 } });

    [Fact]
    public void Extrema_of_all_of_one_and_of_several_dimensions()
    {
        Assert.Equal(7, Sample.Max().Item());
        Assert.Equal(-2, Sample.Min().Item());
        Expect.Close(Tensor.From(5.0, 7), Sample.Max(1));
        Expect.Close(Tensor.From(new double[,] { { 7, 5, 5 } }), Sample.Max(0, keepDimensions: true));
        Expect.Close(Tensor.From(1.0, -2, 0), Sample.Min(-2));
        Tensor<double> cube = Expect.Values([2, 3, 4]);
        double[] middle = [.. Enumerable.Range(0, 3).Select(j => cube.Slice(1, j, j + 1).ToArray().Max())];
        Expect.Close(Tensor.From(middle), cube.Max([0, 2]));
        Assert.Equal(new Shape(1, 3, 1), cube.Min([2, 0], keepDimensions: true).Shape);
    }

    [Fact]
    public void Positions_are_of_the_first_extremal_element()
    {
        Assert.Equal([1, 0], Sample.ArgMax(1).ToArray());
        Assert.Equal([0, 1, 1], Sample.ArgMin(0).ToArray());
        Assert.Equal(new Shape(2, 1), Sample.ArgMin(1, keepDimensions: true).Shape);
        Assert.Equal(3, Sample.ArgMax().Item());
        Assert.Equal(4, Sample.ArgMin().Item());
        Assert.Equal([1, 0, 0], Sample.Transpose().ArgMax(1).ToArray());
    }

    [Fact]
    public void The_first_of_equal_elements_gets_the_gradient()
    {
        Tensor<double> x = Sample.Copy().RequireGradient();
        x.Max(1).Sum().Backward();
        Expect.Close(Tensor.From(new double[,] { { 0, 1, 0 }, { 1, 0, 0 } }), x.Gradient!, 0);
    }

    [Fact]
    public void Over_all_or_several_dimensions_equal_elements_share_the_gradient()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, 3, 1 }, { 3, 0, 1 } }).RequireGradient();
        x.Max().Backward();
        Expect.Close(Tensor.From(new double[,] { { 1 / 3.0, 1 / 3.0, 0 }, { 1 / 3.0, 0, 0 } }), x.Gradient!, 0);
        x.ZeroGradient();
        (x.Min([0]) * Tensor.From(5.0, 7, 4)).Sum().Backward();
        Expect.Close(Tensor.From(new double[,] { { 2.5, 0, 2 }, { 2.5, 7, 2 } }), x.Gradient!, 0);
        Tensor<double> undefined = Tensor.From(double.NaN, 1, double.NaN).RequireGradient();
        undefined.Max().Backward();
        Assert.Equal([0.5, 0, 0.5], undefined.Gradient!.ToArray());
        Tensor<double> length = Tensor.From(1.0, -2, 2).RequireGradient();
        length.Norm(double.PositiveInfinity).Backward();
        Assert.Equal([0, -0.5, 0.5], length.Gradient!.ToArray());
        Tensor<double> twice = Tensor.From(2.0, 2, 1).RequireGradient();
        Tensor<double> slope = Gradient.Of(twice.Max().Pow(3.0), twice, differentiable: true);
        Expect.Close(Tensor.From(6.0, 6, 0), slope, 1e-12);
        slope.Select(0, 0).Backward();
        Expect.Close(Tensor.From(3.0, 3, 0), twice.Gradient!, 1e-12);
    }

    [Fact]
    public void Not_a_number_wins()
    {
        Tensor<double> x = Tensor.From(1, double.NaN, 3);
        Assert.True(double.IsNaN(x.Max().Item()));
        Assert.True(double.IsNaN(x.Min().Item()));
        Assert.Equal(1, x.ArgMax().Item());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Max(1).Pow(2.0), Expect.Values([3, 4]));
        Expect.Gradients(x => x.Min([0, 2], keepDimensions: true).Exp(), Expect.Values([2, 3, 2]));
        Expect.Gradients((Tensor<double> x) => x.Max(), Expect.Values([2, 3]));
    }

    [Fact]
    public void Nothing_over_an_empty_dimension_is_refused_but_not_beside_one()
    {
        Expect.Throws<InvalidOperationException>("Max: the reduced dimensions of shape [2, 0] are empty; the extremum of nothing is undefined.",
            () => Tensor.Zeros<double>([2, 0]).Max(1));
        Expect.Throws<InvalidOperationException>("ArgMin: the reduced dimensions of shape [0] are empty", () => Tensor.Zeros<double>([0]).ArgMin());
        Expect.Empty(xs => xs[0].Max(0), [0], new Shape(2, 0));
    }

    [Fact]
    public void Wrong_dimensions_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Min: dimension 2 does not exist in shape [2, 3]; expected -2 to 1.", () => Sample.Min(2));
        Expect.Throws<ArgumentException>("Max: dimension -1 occurs twice in [1, -1].", () => Sample.Max([1, -1]));
        Expect.Throws<ArgumentOutOfRangeException>("ArgMax: dimension 5 does not exist", () => Sample.ArgMax(5));
    }
}
