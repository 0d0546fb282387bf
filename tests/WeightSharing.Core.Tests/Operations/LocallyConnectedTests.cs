using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LocallyConnectedTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 2)]
    public void Values_equal_an_index_loop(int stride, int padding, int dilation)
    {
        Tensor<double> x = Expect.Values([3, 2, 5, 6], "x");
        Size2 kernel = (2, 3), windows = new Size2(5, 6).Windows(kernel, stride, padding, dilation);
        Tensor<double> w = Expect.Values([windows.Area, 4, 12], "w"), b = Expect.Values([windows.Area, 4], "b"), expected = Tensor.Zeros<double>([3, 4, windows.Height, windows.Width]);
        for (int i = 0; i < expected.Count; i++)
        {
            int image = i / (4 * windows.Area), o = i / windows.Area % 4, p = i % windows.Area;
            double sum = b[p, o];
            for (int q = 0; q < 12; q++)
            {
                int row = p / windows.Width * stride + q / 3 % 2 * dilation - padding, column = p % windows.Width * stride + q % 3 * dilation - padding;
                if ((uint)row < 5 && (uint)column < 6) sum += w[p, o, q] * x[image, q / 6, row, column];
            }

            expected[image, o, p / windows.Width, p % windows.Width] = sum;
        }

        Expect.Close(expected, x.LocallyConnected2d(w, b, kernel, stride, padding, dilation), 1e-13);
        Expect.Close(expected, Expect.Strided(x).LocallyConnected2d(Expect.Strided(w), Expect.Strided(b), kernel, stride, padding, dilation), 1e-13);
    }

    [Fact]
    public void Equal_weights_make_it_a_convolution()
    {
        Tensor<double> x = Expect.Values([2, 3, 5, 5], "x"), filters = Expect.Values([4, 3, 3, 3], "f"), bias = Expect.Values([4], "b");
        Tensor<double> w = filters.Reshape(1, 4, 27).BroadcastTo([25, 4, 27]);
        Expect.Close(x.Conv2d(filters, bias, padding: 1), x.LocallyConnected2d(w, bias.BroadcastTo([25, 4]), 3, padding: 1), 1e-13);
    }

    [Fact]
    public void A_sequence_is_an_image_of_one_row()
    {
        Tensor<double> x = Expect.Values([2, 3, 7], "x"), w = Expect.Values([3, 4, 6], "w"), b = Expect.Values([3, 4], "b");
        Tensor<double> expected = x.Unsqueeze(2).LocallyConnected2d(w, b, (1, 2), (1, 2), Padding2d.Of(0, 1, 0, 0), (1, 3)).Squeeze(2);
        Expect.Bitwise(expected, x.LocallyConnected1d(w, b, 2, 2, (0, 1), 3));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(
            xs => xs[0].LocallyConnected2d(xs[1], xs[2], 2, 1, Padding2d.Of(0, 1, 0, 0)), Expect.Values([2, 2, 3, 2], "x"), Expect.Values([4, 2, 8], "w"), Expect.Values([4, 2], "b"));
        Expect.Gradients(xs => xs[0].LocallyConnected1d(xs[1], null, 2).Tanh(), Expect.Values([2, 2, 3], "x"), Expect.Values([2, 2, 4], "w"));
        Expect.Gradients(x => x.LocallyConnected1d(x, null, 1), Expect.Values([2, 2, 2]));
        Expect.Empty(xs => xs[0].LocallyConnected2d(xs[1], xs[2], 2), [0, 3, 1, 1], [0, 2, 2, 2], [1, 3, 8], [1, 3]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Tensor.Zeros<double>([2, 3, 4, 5]);
        Expect.Throws<ArgumentException>(
            "LocallyConnected2d: weight [7, 2, 27] does not fit input [2, 3, 4, 5] with kernel 3×3; it must be [2·3, Cout, 3·3·3] = [6, Cout, 27].",
            () => x.LocallyConnected2d(Tensor.Zeros<double>([7, 2, 27]), null, 3));
        Expect.Throws<ArgumentException>(
            "LocallyConnected2d: bias [2] does not fit weight [6, 2, 27]; it must be [6, 2].", () => x.LocallyConnected2d(Tensor.Zeros<double>([6, 2, 27]), Tensor.Zeros<double>(2), 3));
        Expect.Throws<ArgumentException>(
            "LocallyConnected2d: input [3, 4] with weight [6, 2, 27]; expected input [N, Cin, H, W] and weight [outH·outW, Cout, Cin·kH·kW].",
            () => Tensor.Zeros<double>([3, 4]).LocallyConnected2d(Tensor.Zeros<double>([6, 2, 27]), null, 3));
        Expect.Throws<ArgumentException>(
            "LocallyConnected1d: input [3, 4] with weight [2, 2, 9]; expected input [N, Cin, L] and weight [outL, Cout, Cin·k].", () => Tensor.Zeros<double>([3, 4]).LocallyConnected1d(Tensor.Zeros<double>([2, 2, 9]), null, 3));
        Expect.Throws<ArgumentException>(
            "LocallyConnected2d: the kernel 5×5 with dilation 1×1 covers 5×5, more than the padded input 4×5", () => x.LocallyConnected2d(Tensor.Zeros<double>([1, 2, 75]), null, 5));
    }
}
