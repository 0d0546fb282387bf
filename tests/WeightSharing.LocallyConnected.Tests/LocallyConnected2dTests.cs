using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LocallyConnected2dTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 2)]
    public void Agrees_with_a_loop_over_positions(int stride, int padding, int dilation)
    {
        var layer = new LocallyConnected2d<double>(2, 3, (5, 6), (3, 2), stride, padding, dilation);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 2, 5, 6], RandomKey.Of(3)), w = layer.Weight.Value, b = layer.Bias!.Value;
        Tensor<double> y = layer.Forward(x);
        (int height, int width) = (layer.OutputSize.Height, layer.OutputSize.Width);
        Assert.Equal(new Shape(2, 3, height, width), y.Shape);
        for (int n = 0; n < 2; n++)
            for (int o = 0; o < 3; o++)
                for (int p = 0; p < height; p++)
                    for (int q = 0; q < width; q++)
                    {
                        double sum = b[p * width + q, o];
                        for (int c = 0; c < 2; c++)
                            for (int i = 0; i < 3; i++)
                                for (int j = 0; j < 2; j++)
                                {
                                    int row = p * stride + i * dilation - padding, column = q * stride + j * dilation - padding;
                                    if ((uint)row < 5 && (uint)column < 6) sum += w[p * width + q, o, (c * 3 + i) * 2 + j] * x[n, c, row, column];
                                }

                        Assert.Equal(sum, y[n, o, p, q], 12);
                    }
    }

    [Fact]
    public void Holds_a_filter_for_every_position()
    {
        var layer = new LocallyConnected2d<float>(1, 1, 28, 3);
        Assert.Equal(676 * 9 + 676, layer.Parameters.FreeCount);
        Assert.Equal(new Size2(26, 26), layer.OutputSize);
    }

    [Fact]
    public void Refuses_another_image_size_and_a_kernel_that_is_too_large()
    {
        var layer = new LocallyConnected2d<float>(1, 2, 8, 3);
        layer.Initialize(1);
        Assert.Equal(
            "LocallyConnected2d: weight [36, 2, 9] does not fit input [4, 1, 9, 9] with kernel 3×3; it must be [7·7, Cout, 1·3·3] = [49, Cout, 9].",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(4, 1, 9, 9))).Message);
        Assert.Contains("the kernel 5×5 with dilation 1×1 covers 5×5, more than the padded input 4×4",
            Assert.Throws<ArgumentException>(() => new LocallyConnected2d<float>(1, 2, 4, 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_of_input_and_weight_are_adjoint()
    {
        var layer = new LocallyConnected2d<double>(2, 3, 6, 3, padding: 1, bias: false);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 2, 6, 6], RandomKey.Of(3)).RequireGradient();
        Tensor<double> dy = Tensor.Normal<double>([2, 3, 6, 6], RandomKey.Of(4));
        Tensor<double> y = layer.Forward(x);
        double inner = (y.Detach() * dy).Sum().Item();
        y.Backward(dy);
        Assert.Equal(inner, (x.Detach() * x.Gradient!).Sum().Item(), 10);
        Assert.Equal(inner, (layer.Weight.Value * layer.Weight.Parameter.Gradient!).Sum().Item(), 10);
    }

    [Fact]
    public void Copies_keep_settings_and_values()
    {
        var layer = new LocallyConnected2d<double>(2, 3, (6, 5), 3, padding: 1);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 2, 6, 5], RandomKey.Of(2));
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }
}
