using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class BinaryCrossEntropyTests
{
    [Fact]
    public void Values_are_those_of_the_formula_and_of_the_logits()
    {
        Tensor<double> p = Tensor.From(0.2, 0.9, 0.5), t = Tensor.From(0.0, 1, 0.3);
        Expect.Close(Tensor.From(-Math.Log(0.8), -Math.Log(0.9), Math.Log(2)), Loss.BinaryCrossEntropy(p, t, LossReduction.None));
        Tensor<double> logits = Expect.Values([3, 4]), target = Expect.Between(0, 1, [3, 4]);
        Expect.Close(Loss.BinaryCrossEntropyWithLogits(logits, target), Loss.BinaryCrossEntropy(logits.Sigmoid(), target));
    }

    [Fact]
    public void Certainty_costs_a_hundred_at_most_and_has_finite_gradients()
    {
        Tensor<float> p = Tensor.From(0f, 1, 0, 1).RequireGradient();
        Tensor<float> loss = Loss.BinaryCrossEntropy(p, Tensor.From(0f, 1, 1, 0), LossReduction.None);
        Assert.Equal([0f, 0, 100, 100], loss.ToArray());
        loss.Sum().Backward();
        Assert.All(p.Gradient!.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((p, t) => Loss.BinaryCrossEntropy(p, t, LossReduction.None), Expect.Between(0.1, 0.9, [3, 4], "p"), Expect.Between(0, 1, [3, 4], "t"));

    [Fact]
    public void What_is_no_probability_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("BinaryCrossEntropy: probability 1.5 at position 0 of [1]; expected 0 to 1 (BinaryCrossEntropyWithLogits takes logits).", () => Loss.BinaryCrossEntropy(Tensor.From(1.5), Tensor.From(1.0)));
        Expect.Throws<ArgumentException>("BinaryCrossEntropy: prediction [1] and target [2]", () => Loss.BinaryCrossEntropy(Tensor.From(0.5), Tensor.From(1.0, 1)));
    }
}
