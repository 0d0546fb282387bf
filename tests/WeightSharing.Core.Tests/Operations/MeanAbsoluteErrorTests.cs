using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MeanAbsoluteErrorTests
{
    [Fact]
    public void Differences_count_by_their_size()
    {
        Tensor<double> x = Tensor.From(1.0, 5, 2), t = Tensor.From(3.0, 4, 2);
        Expect.Close(Tensor.From(2.0, 1, 0), Loss.MeanAbsoluteError(x, t, LossReduction.None), 0);
        Expect.Close(Tensor.Scalar(1.0), Loss.MeanAbsoluteError(x, t), 0);
        Expect.Close(Tensor.Scalar(3.0), Loss.MeanAbsoluteError(x, t, LossReduction.Sum), 0);
        Tensor<double> leaf = x.Copy().RequireGradient();
        Loss.MeanAbsoluteError(leaf, t, LossReduction.Sum).Backward();
        Assert.Equal([-1.0, 1, 0], leaf.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((x, t) => Loss.MeanAbsoluteError(x * x, t, LossReduction.None), Expect.Values([3, 4], "x"), Expect.Values([3, 4], "t"));

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("MeanAbsoluteError: prediction [2] and target [2, 1]; the shapes must be equal.", () => Loss.MeanAbsoluteError(Expect.Values([2]), Expect.Values([2, 1])));
        Expect.Throws<InvalidOperationException>("MeanAbsoluteError: the mean over nothing", () => Loss.MeanAbsoluteError(Tensor.Zeros<double>([0]), Tensor.Zeros<double>([0])));
    }
}
