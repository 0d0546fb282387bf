using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MeanSquaredErrorTests
{
    [Fact]
    public void Values_are_squared_differences()
    {
        Tensor<double> x = Tensor.From(1.0, 2, 3, 4).Reshape(2, 2), t = Tensor.From(1.0, 0, 0, 0).Reshape(2, 2);
        Assert.Equal(29.0 / 4, Loss.MeanSquaredError(x, t).Item());
        Assert.Equal(29.0, Loss.MeanSquaredError(x, t, LossReduction.Sum).Item());
        Assert.Equal([0.0, 4, 9, 16], Loss.MeanSquaredError(x, t, LossReduction.None).ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
        {
            Expect.Gradients((x, t) => Loss.MeanSquaredError(x, t, reduction), Expect.Values([2, 3], "x"), Expect.Values([2, 3], "t"));
            Expect.Gradients(x => Loss.MeanSquaredError(x * 2, x, reduction), Expect.Values([2, 3]));
        }

        Expect.Empty(xs => Loss.MeanSquaredError(xs[0], xs[1], LossReduction.Sum), [], [0, 3], [0, 3]);
    }

    [Fact]
    public void Shapes_that_differ_are_refused_although_they_would_broadcast()
    {
        Expect.Throws<ArgumentException>(
            "MeanSquaredError: prediction [3, 1] and target [3] differ; they must be equal, reshape one of them.",
            () => Loss.MeanSquaredError(Tensor.Zeros<double>([3, 1]), Tensor.Zeros<double>(3)));
        Expect.Throws<InvalidOperationException>(
            "MeanSquaredError: the mean over nothing (shape [0]) is undefined; use LossReduction.Sum, or skip the empty batch.",
            () => Loss.MeanSquaredError(Tensor.Zeros<double>([0]), Tensor.Zeros<double>([0])));
    }
}
