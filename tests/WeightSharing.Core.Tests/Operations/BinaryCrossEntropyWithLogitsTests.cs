using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class BinaryCrossEntropyWithLogitsTests
{
    [Fact]
    public void Values_agree_with_the_definition_and_do_not_overflow()
    {
        Tensor<double> x = Tensor.From(0.5, -2, 3), t = Tensor.From(1.0, 0, 0.3), w = Tensor.Scalar(2.5), p = x.Sigmoid();
        Expect.Close(-(w * t * p.Log() + (1.0 - t) * (1.0 - p).Log()), Loss.BinaryCrossEntropyWithLogits(x, t, w, LossReduction.None));
        Expect.Close(Loss.BinaryCrossEntropyWithLogits(x, t, null, LossReduction.None).Mean(), Loss.BinaryCrossEntropyWithLogits(x, t));
        Expect.Close(Tensor.From(0.0, 1000), Loss.BinaryCrossEntropyWithLogits(Tensor.From(1000.0, -1000), Tensor.Ones<double>([2]), null, LossReduction.None), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        (x, t) => Loss.BinaryCrossEntropyWithLogits(x, t, Tensor.From(1.5, 0.5, 2), LossReduction.None), Expect.Values([2, 3]), Expect.Between(0, 1, [2, 3]));

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("BinaryCrossEntropyWithLogits: prediction [2] and target [3]; the shapes must be equal.",
            () => Loss.BinaryCrossEntropyWithLogits(Expect.Values([2]), Expect.Values([3])));
        Expect.Throws<ArgumentException>("BinaryCrossEntropyWithLogits: positive weight [3] does not broadcast to the logits [2].",
            () => Loss.BinaryCrossEntropyWithLogits(Expect.Values([2]), Expect.Values([2]), Expect.Values([3])));
        Expect.Throws<InvalidOperationException>("BinaryCrossEntropyWithLogits: the mean over nothing",
            () => Loss.BinaryCrossEntropyWithLogits(Tensor.Zeros<double>([0]), Tensor.Zeros<double>([0])));
    }
}
