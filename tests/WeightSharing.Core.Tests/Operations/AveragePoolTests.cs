using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class AveragePoolTests
{
    [Theory]
    [InlineData(2, 2, 0, false, true)]
    [InlineData(3, 2, 1, false, true)]
    [InlineData(3, 2, 1, false, false)]
    [InlineData(3, 2, 1, true, true)]
    [InlineData(2, 3, 1, true, false)]
    public void Values_equal_an_index_loop(int kernel, int stride, int padding, bool ceilMode, bool countIncludePadding)
    {
        Tensor<double> x = Expect.Values([2, 3, 7, 6]), y = x.AveragePool2d(kernel, stride, padding, ceilMode, countIncludePadding);
        Tensor<double> expected = Tensor.Zeros<double>(y.Shape);
        for (int i = 0; i < y.Count; i++)
        {
            int area = y.Shape[2] * y.Shape[3], py = i % area / y.Shape[3], px = i % y.Shape[3], real = 0, padded = 0;
            double sum = 0;
            for (int k = 0; k < kernel * kernel; k++)
            {
                int row = py * stride + k / kernel - padding, column = px * stride + k % kernel - padding;
                if (row < 7 + padding && column < 6 + padding) padded++;
                if ((uint)row >= 7 || (uint)column >= 6) continue;
                sum += x[i / area / 3, i / area % 3, row, column];
                real++;
            }

            expected[i / area / 3, i / area % 3, py, px] = sum / (countIncludePadding ? padded : real);
        }

        Expect.Close(expected, y, 1e-14);
        Expect.Bitwise(y, Expect.Strided(x).AveragePool2d(kernel, stride, padding, ceilMode, countIncludePadding));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(x => x.AveragePool2d(2, 1, 1), Expect.Values([2, 1, 3, 3]));
        Expect.Gradients(x => x.AveragePool2d(2, 2, 1, ceilMode: true, countIncludePadding: false) * 2, Expect.Values([1, 2, 3, 4]));
        Expect.Gradients(x => (x * x).AveragePool2d((2, 1)), Expect.Values([1, 1, 4, 3]));
        Expect.Empty(xs => xs[0].AveragePool2d(2), [0, 3, 2, 2], [0, 3, 4, 4]);
    }

    [Fact]
    public void Sequences_are_images_of_one_row()
    {
        Tensor<double> x = Tensor.From(0.0, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0).Reshape(1, 2, 6);
        Expect.Close([2.33333333333333, 6.66666666666667, 6, 4.66666666666667, 4.66666666666667, 4], x.AveragePool1d(3, 2, 1).ToArray(), 1e-14);
        Expect.Close([3.5, 6.66666666666667, 6, 7, 4.66666666666667, 4], x.AveragePool1d(3, 2, 1, countIncludePadding: false).ToArray(), 1e-14);
        Assert.Equal(new Shape(2, 3), x.Squeeze(0).AveragePool1d(2).Shape);
        Expect.Gradients(v => v.AveragePool1d(3, 2, 1).Pow(2.0), Expect.Values([2, 2, 6]));
        Expect.Throws<ArgumentException>("AveragePool1d: input [3]; expected [N, C, L] or [C, L].", () => Expect.Values([3]).AveragePool1d(2));
    }
}
