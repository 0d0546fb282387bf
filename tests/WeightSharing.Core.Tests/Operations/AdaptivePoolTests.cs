using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class AdaptivePoolTests
{
    [Fact]
    public void Values_agree_with_PyTorch()
    {
        Tensor<double> x = Tensor.From(3.0, 1, 3, 2, 5, 5, 0).Unsqueeze(0);
        Assert.Equal([3.0, 5, 5], x.AdaptiveMaxPool1d(3).ToArray());
        Expect.Close([7 / 3.0, 10 / 3.0, 10 / 3.0], x.Unsqueeze(0).AdaptiveAveragePool1d(3).ToArray(), 1e-15);
        Expect.Close(
            [0.99060735569487, 0.989358246623382, 0.989358246623382, 0.992872648084537, 0.920026038196791, 0.986627592040485], (Tensor.Arange<double>(35) * 2).Sin().Reshape(1, 1, 5, 7).AdaptiveMaxPool2d((2, 3)).ToArray(), 1e-14);
        Assert.Equal([float.NaN, 2], Tensor.From(1f, float.NaN, 2, 1).Unsqueeze(0).AdaptiveMaxPool1d(2).ToArray());
    }

    [Fact]
    public void Of_equal_maxima_the_first_gets_the_gradient()
    {
        Tensor<double> x = Tensor.From(3.0, 1, 3, 2, 5, 5, 0).Unsqueeze(0).RequireGradient();
        x.AdaptiveMaxPool1d(3).Sum().Backward();
        Assert.Equal([1.0, 0, 0, 0, 2, 0, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.AdaptiveMaxPool2d((2, 3)).Pow(2.0), Expect.Values([2, 2, 3, 4]));
        Expect.Gradients(x => x.AdaptiveMaxPool1d(2).Pow(2.0), Expect.Values([2, 5]));
        Expect.Gradients(x => x.AdaptiveAveragePool1d(2).Pow(2.0), Expect.Values([2, 2, 5]));
        Expect.Gradients(x => x.AdaptiveAveragePool2d((2, 3)).Pow(2.0), Expect.Values([2, 3, 4]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("AdaptiveMaxPool2d: input [2, 3] to", () => Expect.Values([2, 3]).AdaptiveMaxPool2d(2));
        Expect.Throws<ArgumentException>("AdaptiveMaxPool1d: input [2, 3] to 0;", () => Expect.Values([2, 3]).AdaptiveMaxPool1d(0));
        Expect.Throws<ArgumentException>("AdaptiveAveragePool1d: input [3]; expected [N, C, L] or [C, L].", () => Expect.Values([3]).AdaptiveAveragePool1d(1));
    }
}
