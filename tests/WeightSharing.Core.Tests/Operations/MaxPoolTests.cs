using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MaxPoolTests
{
    [Theory]
    [InlineData(2, 2, 0, 1, false)]
    [InlineData(3, 2, 1, 1, false)]
    [InlineData(3, 2, 1, 1, true)]
    [InlineData(2, 3, 0, 2, true)]
    [InlineData(2, 1, 1, 3, false)]
    public void Values_equal_an_index_loop(int kernel, int stride, int padding, int dilation, bool ceilMode)
    {
        Tensor<double> x = Expect.Values([2, 3, 7, 6]), y = x.MaxPool2d(kernel, stride, padding, dilation, ceilMode);
        Assert.Equal([2, 3], y.Shape.ToArray()[..2]);
        for (int i = 0; i < y.Count; i++)
        {
            int area = y.Shape[2] * y.Shape[3], py = i % area / y.Shape[3], px = i % y.Shape[3];
            double expected = double.NegativeInfinity;
            for (int k = 0; k < kernel * kernel; k++)
            {
                int row = py * stride + k / kernel * dilation - padding, column = px * stride + k % kernel * dilation - padding;
                if ((uint)row < 7 && (uint)column < 6) expected = Math.Max(expected, x[i / area / 3, i / area % 3, row, column]);
            }

            Assert.Equal(expected, y[i / area / 3, i / area % 3, py, px]);
        }

        Expect.Bitwise(y, Expect.Strided(x).MaxPool2d(kernel, stride, padding, dilation, ceilMode));
        Expect.Bitwise(y, x.Copy().RequireGradient().MaxPool2d(kernel, stride, padding, dilation, ceilMode).Detach());
    }

    [Fact]
    public void Of_equal_maxima_the_first_gets_the_gradient()
    {
        Tensor<double> x = Tensor.From(1.0, 1, 2, 0, 1, 1, 2, 2).Reshape(1, 1, 2, 4).RequireGradient();
        x.MaxPool2d(2).Sum().Backward();
        Assert.Equal([1.0, 0, 1, 0, 0, 0, 0, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Infinities_and_nan_have_a_place_for_their_gradient()
    {
        Tensor<double> x = Tensor.Full([1, 1, 2, 4], double.NegativeInfinity).RequireGradient();
        x.Detach()[0, 0, 1, 2] = double.NaN;
        Tensor<double> y = x.MaxPool2d(2);
        Assert.Equal([double.NegativeInfinity, double.NaN], y.ToArray());
        y.Sum().Backward();
        Assert.Equal([1.0, 0, 0, 0, 0, 0, 1, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.MaxPool2d(2, 1, 1), Expect.Values([2, 1, 3, 3]));
        Expect.Gradients(x => (x * x).MaxPool2d((2, 1), (1, 2)), Expect.Values([1, 2, 3, 3]));
        Expect.Empty(xs => xs[0].MaxPool2d(2), [0, 3, 2, 2], [0, 3, 4, 4]);
    }

    [Fact]
    public void Sequences_are_images_of_one_row()
    {
        Tensor<double> x = Tensor.From(0.0, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0).Reshape(1, 2, 6);
        Assert.Equal([7, 10, 10, 9, 8, 8], x.MaxPool1d(3, 2, 1).ToArray());
        Assert.Equal([3, 10, 6, 10, 9, 8, 4, 8], x.MaxPool1d(2, 1, 0, 2).ToArray());
        Assert.Equal([10, 10, 9, 8], x.MaxPool1d(4, 3, ceilMode: true).ToArray());
        Assert.Equal(new Shape(2, 3), x.Squeeze(0).MaxPool1d(2).Shape);
        Expect.Gradients(v => v.MaxPool1d(3, 2, 1).Pow(2.0), Expect.Values([2, 2, 6]));
        Expect.Throws<ArgumentException>("MaxPool1d: input [3]; expected [N, C, L] or [C, L].", () => Expect.Values([3]).MaxPool1d(2));
    }
}
