using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class CosineDistanceTests
{
    [Fact]
    public void Is_one_less_the_cosine()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 1, 0 }, { 1, 0 }, { 2, 0 }, { 1, 1 } });
        Tensor<double> b = Tensor.From(new double[,] { { 0, 5 }, { -3, 0 }, { 7, 0 }, { 1, 0 } });
        double[] expected = [1, 2, 0, 1 - Math.Sqrt(0.5)], actual = new CosineDistance<double>().Forward(a, b).ToArray();
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], actual[i], 14);
    }

    [Fact]
    public void A_zero_vector_lies_halfway_and_has_a_finite_gradient()
    {
        var distance = new CosineDistance<double>();
        Tensor<double> zero = Tensor.Zeros<double>(2, 3).RequireGradient(), x = Tensor.Normal<double>([2, 3], RandomKey.Of(1));
        Assert.All(distance.Forward(zero, x).ToArray(), d => Assert.Equal(0.5, d, 14));
        distance.Forward(zero, x).Sum().Backward();
        Assert.All(zero.Gradient!.ToArray(), value => Assert.True(double.IsFinite(value)));
        Assert.Empty(distance.Clone().Parameters);
    }
}
