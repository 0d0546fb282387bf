using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class VarianceTests
{
    private static readonly Tensor<double> Sample = Tensor.From(new double[,] { { 1, 2, 3, 6 }, { 5, 5, 5, 5 } });

    [Fact]
    public void Values_agree_with_the_definition()
    {
        Expect.Close(Tensor.From(14.0 / 3, 0), Sample.Variance(1));
        Expect.Close(Tensor.From(new[,] { { 3.5 }, { 0 } }), Sample.Variance(1, unbiased: false, keepDimensions: true));
        Expect.Close(Tensor.Scalar(22.0 / 8), Sample.Variance(unbiased: false));
        Expect.Close(Tensor.From(Math.Sqrt(14.0 / 3), 0), Sample.StandardDeviation(1));
        Tensor<double> x = Expect.Values([2, 3, 4]);
        Expect.Close((x - x.Mean([0, 2], true)).Pow(2.0).Mean([0, 2]), x.Variance([0, 2], unbiased: false));
    }

    [Fact]
    public void A_large_mean_costs_no_digits() => Expect.Close(Tensor.Scalar(1.0), Tensor.From(1e8 - 1, 1e8, 1e8 + 1).Variance(), 1e-15);

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Variance(1), Expect.Values([2, 3]));
        Expect.Gradients(x => x.Variance([0, 2], unbiased: false, keepDimensions: true), Expect.Values([2, 3, 2]));
        Expect.Gradients(x => x.StandardDeviation(0), Expect.Values([3, 2]));
        Expect.Gradients(x => x.StandardDeviation(), Expect.Values([3, 2]));
    }

    [Fact]
    public void The_gradient_where_nothing_varies_is_zero()
    {
        Tensor<double> x = Sample.Copy().RequireGradient();
        x.StandardDeviation(1).Sum().Backward();
        Expect.Close(Tensor.Zeros<double>([4]), x.Gradient!.Select(0, 1), 0);
        Assert.All(x.Gradient!.ToArray(), slope => Assert.True(double.IsFinite(slope)));
        Assert.NotEqual(0, x.Gradient![0, 0]);
    }

    [Fact]
    public void Too_few_elements_are_refused()
    {
        Expect.Throws<InvalidOperationException>(
            "Variance: 1 elements in the reduced dimensions of shape [3, 1]; the unbiased variance needs at least 2 (unbiased: false needs 1).",
            () => Tensor.Zeros<double>([3, 1]).Variance(1));
        Expect.Throws<InvalidOperationException>("Variance: 0 elements in the reduced dimensions of shape [0]; it needs at least 1.",
            () => Tensor.Zeros<double>([0]).StandardDeviation(unbiased: false));
        Expect.Throws<ArgumentOutOfRangeException>("Variance: dimension 7 does not exist", () => Sample.Variance(7));
    }

    [Fact]
    public void Empty_results_stay_empty() => Expect.Empty(xs => xs[0].StandardDeviation(1), [0], new Shape(0, 3));
}
