using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class SmoothActivationsTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_the_formulas()
    {
        Check(new Silu<double>(), x => x / (1 + Math.Exp(-x)));
        Check(new Elu<double>(0.5), x => x > 0 ? x : 0.5 * (Math.Exp(x) - 1));
        Check(new Softplus<double>(2), x => Math.Log(1 + Math.Exp(2 * x)) / 2);
        Check(new Gelu<double>(approximate: true), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
        Check(new Mish<double>(), x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))));
        Check(new Selu<double>(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)));
        Check(new LogSigmoid<double>(), x => -Math.Log(1 + Math.Exp(-x)));
        Check(new Softsign<double>(), x => x / (1 + Math.Abs(x)));
        Assert.Equal([-1000f, 0], new LogSigmoid<float>().Forward(Tensor.From(-1000f, 1000f)).ToArray());
        Assert.Equal(0.8413447460685429, new Gelu<double>().Forward(Tensor.Scalar(1.0)).Item(), 12);
    }

    [Fact]
    public void Large_inputs_neither_overflow_nor_lose_their_gradient()
    {
        Tensor<float> x = Tensor.From(-1000f, 1000f).RequireGradient();
        Tensor<float> y = new Elu<float>().Forward(x);
        Assert.Equal([-1f, 1000f], y.ToArray());
        y.Sum().Backward();
        Assert.Equal([0f, 1f], x.Gradient!.ToArray());
    }

    [Fact]
    public void Copies_keep_their_settings()
    {
        Tensor<double> x = Tensor.Normal<double>([20], RandomKey.Of(3));
        foreach (Layer<double> layer in (Layer<double>[])[new Silu<double>(), new Elu<double>(0.3), new Softplus<double>(3, 1), new Gelu<double>(true), new Gelu<double>(), new Identity<double>(), new Mish<double>(), new Selu<double>(), new LogSigmoid<double>(), new Softsign<double>()])
        {
            Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
        }
    }

    private static void Check(Layer<double> layer, Func<double, double> formula) =>
        GradCheck.Verify(layer.Forward, [3, 4], new() { Reference = inputs => [.. inputs[0].ToArray().Select(formula)] });
}
