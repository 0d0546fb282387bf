using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class KullbackLeiblerTests
{
    private static Tensor<double> Distribution(string name) => Expect.Values([2, 3], name).Softmax(1);

    [Fact]
    public void The_divergence_of_a_distribution_from_itself_is_zero()
    {
        Tensor<double> p = Distribution("p"), q = Distribution("q");
        Expect.Close(Tensor.Scalar(0.0), Loss.KullbackLeibler(p.Log(), p, LossReduction.Sum), 1e-15);
        Expect.Close((p * (p / q).Log()).Sum(), Loss.KullbackLeibler(q.Log(), p, LossReduction.Sum));
        Expect.Close((p * (p / q).Log()).Mean(), Loss.KullbackLeibler(q.Log(), p));
    }

    [Fact]
    public void Impossible_outcomes_count_nothing()
    {
        Tensor<double> prediction = Tensor.From(Math.Log(0.5), Math.Log(0.5), double.NegativeInfinity).RequireGradient(), target = Tensor.From(1.0, 0, 0);
        Tensor<double> loss = Loss.KullbackLeibler(prediction, target, LossReduction.Sum);
        Expect.Close(Tensor.Scalar(Math.Log(2)), loss);
        loss.Backward();
        Expect.Close(Tensor.From(-1.0, 0, 0), prediction.Gradient!);
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((x, t) => Loss.KullbackLeibler(x, t, LossReduction.None), Expect.Values([2, 3]), Expect.Between(0.2, 1, [2, 3]));

    [Fact]
    public void Operands_that_do_not_fit_are_refused() => Expect.Throws<ArgumentException>(
        "KullbackLeibler: prediction [2] and target [3]; the shapes must be equal.", () => Loss.KullbackLeibler(Expect.Values([2]), Expect.Values([3])));
}
