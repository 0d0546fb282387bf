using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class AdaptiveAveragePool2dTests
{
    [Theory]
    [InlineData(5, 7, 3, 2)]
    [InlineData(6, 6, 3, 3)]
    [InlineData(2, 3, 4, 5)]
    [InlineData(4, 4, 1, 1)]
    public void Means_are_those_of_the_windows(int height, int width, int rows, int columns)
    {
        Tensor<double> x = Expect.Values([2, 3, height, width]);
        Tensor<double> y = new AdaptiveAveragePool2d<double>((rows, columns)).Forward(x);
        Assert.Equal(new Shape(2, 3, rows, columns), y.Shape);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Tensor<double> window = x.Slice(2, i * height / rows, ((i + 1) * height + rows - 1) / rows).Slice(3, j * width / columns, ((j + 1) * width + columns - 1) / columns);
                Expect.Close(window.Mean([2, 3]), y.Select(2, i).Select(2, j));
            }
        }
    }

    [Fact]
    public void One_image_needs_no_batch_and_gradients_agree_with_differences()
    {
        var layer = new AdaptiveAveragePool2d<double>((2, 3));
        Tensor<double> x = Expect.Values([2, 5, 4]);
        Expect.Close(layer.Forward(x.Unsqueeze(0)).Squeeze(0), layer.Forward(x));
        Expect.Gradients(v => layer.Forward(v).Exp(), x);
        Assert.Equal(layer.Forward(x).ToArray(), layer.Clone().Forward(x).ToArray());
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        Expect.Throws<ArgumentException>("AdaptiveAveragePool2d: input [2, 3] to 2×2", () => new AdaptiveAveragePool2d<double>(2).Forward(Expect.Values([2, 3])));
        Expect.Throws<ArgumentException>("AdaptiveAveragePool2d: input [1, 2, 3] to 0×0", () => new AdaptiveAveragePool2d<double>(0).Forward(Expect.Values([1, 2, 3])));
    }
}
