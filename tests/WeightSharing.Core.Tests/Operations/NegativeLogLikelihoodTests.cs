using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class NegativeLogLikelihoodTests
{
    [Fact]
    public void After_a_log_softmax_it_is_the_cross_entropy()
    {
        Tensor<double> logits = Expect.Values([4, 3]), weight = Tensor.From(0.5, 2, 1);
        Tensor<int> target = Tensor.From(2, 0, -100, 1);
        foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
        {
            Expect.Close(Loss.CrossEntropy(logits, target, reduction, weight), Loss.NegativeLogLikelihood(logits.LogSoftmax(1), target, reduction, weight));
            Expect.Close(Loss.CrossEntropy(logits, target, reduction), Loss.NegativeLogLikelihood(logits.LogSoftmax(1), target, reduction));
        }

        Tensor<double> images = Expect.Values([2, 3, 2, 2]);
        Tensor<int> pixels = Tensor.From([0, 1, 2, 0, 1, 1, 2, 2], [2, 2, 2]);
        Expect.Close(Loss.CrossEntropy(images, pixels), Loss.NegativeLogLikelihood(images.LogSoftmax(1), pixels));
        Expect.Close(Tensor.Scalar(2.0), Loss.NegativeLogLikelihood(Tensor.From(-1.0, -2), Tensor.Scalar(1)));
    }

    [Fact]
    public void What_is_ignored_may_be_impossible()
    {
        Tensor<double> x = Tensor.From(new[,] { { double.NegativeInfinity, 0 }, { -1, -2 } }).RequireGradient();
        Tensor<double> loss = Loss.NegativeLogLikelihood(x, Tensor.From(7, 1), ignoreIndex: 7);
        Assert.Equal(2, loss.Item());
        loss.Backward();
        Assert.Equal([0.0, 0, 0, -1], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients(x => Loss.NegativeLogLikelihood(x * x, Tensor.From(2, 0, 1), LossReduction.None, Tensor.From(0.5, 2, 1)), Expect.Values([3, 3]));

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([2, 3]);
        Expect.Throws<ArgumentException>("NegativeLogLikelihood: target [3] does not fit log probabilities [2, 3]", () => Loss.NegativeLogLikelihood(x, Tensor.From(0, 1, 2)));
        Expect.Throws<ArgumentOutOfRangeException>("NegativeLogLikelihood: class index 3 at position 1 of target [2]; log probabilities [2, 3] have classes 0 to 2.", () => Loss.NegativeLogLikelihood(x, Tensor.From(0, 3)));
        Expect.Throws<ArgumentException>("NegativeLogLikelihood: class weights [2] do not fit", () => Loss.NegativeLogLikelihood(x, Tensor.From(0, 1), classWeight: Tensor.From(1.0, 1)));
        Expect.Throws<InvalidOperationException>("NegativeLogLikelihood: the mean over no labels is undefined.", () => Loss.NegativeLogLikelihood(x, Tensor.From(-100, -100)));
    }
}
