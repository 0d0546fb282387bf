using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class PoissonNegativeLogLikelihoodTests
{
    private static readonly Tensor<double> Prediction = Tensor.From(new[,] { { 0.5, 1 }, { 2, 0.25 } }), Target = Tensor.From(new double[,] { { 0, 1 }, { 3, 7 } });

    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Prediction.Copy().RequireGradient(), loss = Loss.PoissonNegativeLogLikelihood(x, Target, reduction: LossReduction.None);
        Expect.Close(Tensor.From(new[,] { { 1.6487212707001282, 1.718281828459045 }, { 1.3890560989306504, -0.4659745833122586 } }), loss, 1e-15);
        loss.Sum().Backward();
        Expect.Close(Tensor.From(new[,] { { 1.6487212707001282, 1.718281828459045 }, { 4.38905609893065, -5.715974583312258 } }), x.Gradient!, 1e-15);
        Expect.Close(
            Tensor.From(new[,] { { 1.6487212707001282, 1.718281828459045 }, { 3.153137642473707, 8.047290067807264 } }),
            Loss.PoissonNegativeLogLikelihood(Prediction, Target, full: true, reduction: LossReduction.None), 1e-15);
        Expect.Close(
            Tensor.From(new[,] { { 0.5, 0.9999999900000001 }, { 1.6846399868632211, 18.467324898958765 } }),
            Loss.PoissonNegativeLogLikelihood(Prediction, Target, isLogarithm: false, full: true, reduction: LossReduction.None), 1e-15);
        Assert.Equal(1.0725211536943915, Loss.PoissonNegativeLogLikelihood(Prediction, Target).Item(), 1e-15);
        Assert.Equal(1.0725211f, Loss.PoissonNegativeLogLikelihood(Prediction.To<float>(), Target.To<float>()).Item(), 1e-6f);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => Loss.PoissonNegativeLogLikelihood(a, b, full: true, reduction: LossReduction.None), Expect.Values([2, 3]), Expect.Between(1.5, 4, [2, 3]));
        Expect.Gradients(x => Loss.PoissonNegativeLogLikelihood(x, x, isLogarithm: false), Expect.Between(0.5, 2, [3]));
    }

    [Fact]
    public void Other_shapes_are_refused() => Expect.Throws<ArgumentException>("PoissonNegativeLogLikelihood:", () => Loss.PoissonNegativeLogLikelihood(Target, Expect.Values([2])));
}
