using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class GaussianNegativeLogLikelihoodTests
{
    private static readonly Tensor<double> Prediction = Tensor.From(new[,] { { 0.5, -1 }, { 2, 0.25 } }), Target = Tensor.From(new[,] { { 0, 1 }, { 1.5, 3 } });
    private static readonly Tensor<double> Variance = Tensor.From(new[,] { { 0.5, 2 }, { 1e-9, 0.1 } });

    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double>[] x = [.. new[] { Prediction, Target, Variance }.Select(t => t.Copy().RequireGradient())];
        Tensor<double> loss = Loss.GaussianNegativeLogLikelihood(x[0], x[1], x[2], reduction: LossReduction.None);
        Expect.Close(Tensor.From(new[,] { { -0.09657359027997264, 1.3465735902799727 }, { 124993.09224472102, 36.661207453502975 } }), loss, 1e-15);
        loss.Sum().Backward();
        Expect.Close(Tensor.From(new[,] { { 1, -1.0 }, { 500000, -27.5 } }), x[0].Gradient!, 1e-15);
        Expect.Close(Tensor.From(new[,] { { -1, 1.0 }, { -500000, 27.5 } }), x[1].Gradient!, 1e-15);
        Expect.Close(Tensor.From(new[,] { { 0.5, -0.25 }, { -124999500000.0, -373.125 } }), x[2].Gradient!, 1e-15);
        Expect.Close(
            Tensor.From(new[,] { { 0.8223649429247, 2.2655121234846454 }, { 124994.01118325422, 37.58014598670765 } }),
            Loss.GaussianNegativeLogLikelihood(Prediction, Target, Variance, full: true, reduction: LossReduction.None), 1e-15);
        Assert.Equal(31257.75086304363, Loss.GaussianNegativeLogLikelihood(Prediction, Target, Variance).Item(), 1e-9);
        Assert.Equal(31257.75, Loss.GaussianNegativeLogLikelihood(Prediction.To<float>(), Target.To<float>(), Variance.To<float>()).Item(), 0.01);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        xs => Loss.GaussianNegativeLogLikelihood(xs[0], xs[1], xs[2], reduction: LossReduction.None),
        Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"), Expect.Between(0.5, 2, [2, 1], "v"));

    [Fact]
    public void What_is_no_variance_is_refused()
    {
        Expect.Throws<ArgumentException>("GaussianNegativeLogLikelihood: a variance is negative; none may be.", () => Loss.GaussianNegativeLogLikelihood(Target, Target, -Variance));
        Expect.Throws<ArgumentException>("GaussianNegativeLogLikelihood: the variance [3] does not broadcast to the prediction [2, 2].", () => Loss.GaussianNegativeLogLikelihood(Target, Target, Expect.Values([3])));
        Expect.Throws<ArgumentOutOfRangeException>("GaussianNegativeLogLikelihood: ε 0;", () => Loss.GaussianNegativeLogLikelihood(Target, Target, Variance, epsilon: 0));
        Expect.Throws<ArgumentException>("GaussianNegativeLogLikelihood:", () => Loss.GaussianNegativeLogLikelihood(Target, Expect.Values([2]), Variance));
    }
}
