using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class HardActivationsTests
{
    [Fact]
    public void Values_are_those_of_the_formulas_and_bounds_are_flat()
    {
        Tensor<double> x = Tensor.From(-4.0, -3, -1, 0, 1, 3, 6, 7);
        Check(new HardTanh<double>(-1, 3), x, [-1, -1, -1, 0, 1, 3, 3, 3], [0, 0, 0, 1, 1, 0, 0, 0]);
        Check(new Relu6<double>(), x, [0, 0, 0, 0, 1, 3, 6, 6], [0, 0, 0, 0, 1, 1, 0, 0]);
        Check(new HardSigmoid<double>(), x, [0, 0, 1 / 3.0, 0.5, 2 / 3.0, 1, 1, 1], [0, 0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 0, 0, 0]);
        Expect.Close(Tensor.From(0, 0, -1 / 3.0, 0, 2 / 3.0, 3, 6, 7), new HardSwish<double>().Forward(x));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        foreach (Layer<double> layer in (Layer<double>[])[new HardTanh<double>(), new Relu6<double>(), new HardSigmoid<double>(), new HardSwish<double>()])
        {
            Expect.Gradients(layer.Forward, Expect.Values([3, 4]) * 2.0);
            Tensor<double> x = Expect.Values([9]) * 5.0;
            Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
        }
    }

    private static void Check(Layer<double> layer, Tensor<double> input, double[] values, double[] slopes)
    {
        Tensor<double> x = input.Copy().RequireGradient();
        Tensor<double> y = layer.Forward(x);
        Expect.Close(Tensor.From(values), y);
        y.Sum().Backward();
        Expect.Close(Tensor.From(slopes), x.Gradient!);
    }
}
