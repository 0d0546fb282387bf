using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LocallyConnected1dTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 2)]
    public void Agrees_with_a_loop_over_positions(int stride, int padding, int dilation)
    {
        var layer = new LocallyConnected1d<double>(2, 4, 9, 3, stride, padding, dilation);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([3, 2, 9], RandomKey.Of(3)), w = layer.Weight.Value, b = layer.Bias!.Value;
        Tensor<double> y = layer.Forward(x);
        Assert.Equal(new Shape(3, 4, layer.OutputLength), y.Shape);
        for (int n = 0; n < 3; n++)
            for (int o = 0; o < 4; o++)
                for (int p = 0; p < layer.OutputLength; p++)
                {
                    double sum = b[p, o];
                    for (int c = 0; c < 2; c++)
                        for (int i = 0; i < 3; i++)
                        {
                            int at = p * stride + i * dilation - padding;
                            if ((uint)at < 9) sum += w[p, o, c * 3 + i] * x[n, c, at];
                        }

                    Assert.Equal(sum, y[n, o, p], 12);
                }
    }

    [Fact]
    public void Same_padding_keeps_the_length()
    {
        Assert.Equal(10, new LocallyConnected1d<float>(1, 1, 10, 4, padding: Padding1d.Same).OutputLength);
    }

    [Fact]
    public void Refuses_another_length()
    {
        var layer = new LocallyConnected1d<float>(1, 2, 8, 3);
        layer.Initialize(1);
        Assert.StartsWith("LocallyConnected1d: weight [6, 2, 3] does not fit input [4, 1, 9] with kernel 3",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(4, 1, 9))).Message, StringComparison.Ordinal);
        Assert.Equal("LocallyConnected1d: input [4, 8] with weight [6, 2, 3]; expected input [N, Cin, L] and weight [outL, Cout, Cin·k].",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(4, 8))).Message);
    }

    [Fact]
    public void Copies_keep_settings_and_values()
    {
        var layer = new LocallyConnected1d<double>(2, 3, 6, 3, padding: 1);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 2, 6], RandomKey.Of(2));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }
}
