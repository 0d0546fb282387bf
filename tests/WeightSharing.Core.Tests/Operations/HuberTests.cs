using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class HuberTests
{
    [Fact]
    public void Small_differences_are_squared_large_ones_are_not()
    {
        Tensor<double> x = Tensor.From(0.5, 3, -4), t = Tensor.Zeros<double>([3]);
        Expect.Close(Tensor.From(0.125, 2.5, 3.5), Loss.Huber(x, t, 1, LossReduction.None), 0);
        Expect.Close(Tensor.Scalar(0.125 + 4 + 6), Loss.Huber(x, t, 2, LossReduction.Sum), 0);
        Expect.Close(Tensor.Scalar(6.125 / 3), Loss.Huber(x, t));
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((x, t) => Loss.Huber(x, t, 0.8, LossReduction.None), Expect.Values([3, 4], "x") * 2.0, Expect.Values([3, 4], "t"));

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Huber: prediction [2] and target [2, 1]; the shapes must be equal.", () => Loss.Huber(Expect.Values([2]), Expect.Values([2, 1])));
        Expect.Throws<ArgumentOutOfRangeException>("Huber: delta 0; it must be greater than 0.", () => Loss.Huber(Expect.Values([2]), Expect.Values([2]), 0));
        Expect.Throws<InvalidOperationException>("Huber: the mean over nothing", () => Loss.Huber(Tensor.Zeros<double>([0]), Tensor.Zeros<double>([0])));
        Assert.Equal(0, Loss.Huber(Tensor.Zeros<double>([0]), Tensor.Zeros<double>([0]), 1, LossReduction.Sum).Item());
    }
}
