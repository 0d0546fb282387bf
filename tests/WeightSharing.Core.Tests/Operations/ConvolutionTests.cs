using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ConvolutionTests
{
    [Theory]
    [InlineData(2, 3, 4, 6, 5, 3, 3, 1, 1, 0, 1, 1)]
    [InlineData(2, 4, 6, 7, 6, 3, 2, 2, 1, 1, 1, 2)]
    [InlineData(1, 2, 2, 8, 7, 2, 3, 1, 3, 2, 2, 1)]
    [InlineData(2, 4, 4, 5, 5, 3, 3, 1, 1, 1, 1, 4)]
    public void Values_equal_an_index_loop(
        int n, int inputs, int outputs, int height, int width, int kh, int kw, int strideY, int strideX, int padding, int dilation, int groups)
    {
        Tensor<double> x = Expect.Values([n, inputs, height, width], "x"), w = Expect.Values([outputs, inputs / groups, kh, kw], "w"), b = Expect.Values([outputs], "b");
        Padding2d sides = Padding2d.Of(padding, padding + 1, padding, 2 * padding);
        Tensor<double> y = x.Conv2d(w, b, (strideY, strideX), sides, dilation, groups);
        Size2 windows = new Size2(height, width).Windows((kh, kw), (strideY, strideX), sides, dilation);
        Tensor<double> expected = Tensor.Zeros<double>([n, outputs, windows.Height, windows.Width]);
        int perGroup = inputs / groups;
        for (int i = 0; i < expected.Count; i++)
        {
            int image = i / (outputs * windows.Area), o = i / windows.Area % outputs, py = i / windows.Width % windows.Height, px = i % windows.Width;
            double sum = b[o];
            for (int tap = 0; tap < perGroup * kh * kw; tap++)
            {
                int c = tap / (kh * kw), ky = tap / kw % kh, kx = tap % kw;
                int row = py * strideY + ky * dilation - sides.Top, column = px * strideX + kx * dilation - sides.Left;
                if ((uint)row < (uint)height && (uint)column < (uint)width) sum += w[o, c, ky, kx] * x[image, o / (outputs / groups) * perGroup + c, row, column];
            }

            expected[image, o, py, px] = sum;
        }

        Expect.Close(expected, y, 1e-13);
        Expect.Close(expected, Expect.Strided(x).Conv2d(Expect.Strided(w), Expect.Strided(b), (strideY, strideX), sides, dilation, groups), 1e-13);
    }

    [Fact]
    public void A_sequence_is_an_image_of_one_row()
    {
        Tensor<double> x = Expect.Values([2, 4, 9], "x"), w = Expect.Values([6, 2, 3], "w"), b = Expect.Values([6], "b");
        Tensor<double> expected = x.Unsqueeze(2).Conv2d(w.Unsqueeze(2), b, (1, 2), Padding2d.Of(1, 2, 0, 0), (1, 2), 2).Squeeze(2);
        Expect.Close(expected, x.Conv1d(w, b, 2, (1, 2), 2, 2), 1e-14);
        Assert.Equal(new Shape(2, 6, 9), x.Conv1d(w, null, 1, Padding1d.Same, 2, 2).Shape);
        Assert.Equal(new Shape(2, 1, 5, 6), Expect.Values([2, 1, 5, 6]).Conv2d(Expect.Values([1, 1, 2, 4]), padding: Padding2d.Same).Shape);
    }

    [Fact]
    public void Pooling_on_the_way_is_MaxPool2d_after_it()
    {
        foreach (int size in (int[])[2, 3, 14, 17])
        {
            Tensor<double> x = Expect.Values([2, 4, size + 1, size], "x"), w = Expect.Values([16, 4, 3, 3], "w"), b = Expect.Values([16], "b");
            foreach (bool relu in (bool[])[false, true])
            {
                Expect.Bitwise(x.Conv2d(w, b, padding: 1, relu: relu).MaxPool2d(2), x.Conv2d(w, b, padding: 1, relu: relu, maxPool: 2));
                Expect.Bitwise(x.Conv2d(w, padding: 2, relu: relu).MaxPool2d(3), x.Conv2d(w, padding: 2, relu: relu, maxPool: 3));
                Tensor<double> apart = x.Detach().RequireGradient(), together = x.Detach().RequireGradient();
                Tensor<double> expected = apart.Conv2d(w, b, padding: 1, relu: relu).MaxPool2d(2), y = together.Conv2d(w, b, padding: 1, relu: relu, maxPool: 2);
                Expect.Bitwise(expected, y);
                expected.Backward(Expect.Values(expected.Shape, "dy"));
                y.Backward(Expect.Values(y.Shape, "dy"));
                Expect.Bitwise(apart.Gradient!, together.Gradient!);
            }
        }

        Expect.Gradients(xs => xs[0].Conv2d(xs[1], xs[2], padding: 1, relu: true, maxPool: 2), Expect.Values([1, 2, 3, 4], "x"), Expect.Values([2, 2, 2, 2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(xs => xs[0].Conv2d(xs[1], xs[2], padding: 1, maxPool: 2), Expect.Values([1, 2, 3, 4], "x"), Expect.Values([2, 2, 2, 2], "w"), Expect.Values([2], "b"));
        ArgumentOutOfRangeException wrong = Assert.Throws<ArgumentOutOfRangeException>(() => Expect.Values([1, 1, 4, 4]).Conv2d(Expect.Values([1, 1, 2, 2]), maxPool: 0));
        Assert.StartsWith("Conv2d: windows of 0; they must be at least 1.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cutting_off_what_is_negative_is_Relu_after_it()
    {
        Tensor<double> x = Expect.Values([2, 4, 5, 6], "x"), w = Expect.Values([6, 2, 3, 3], "w"), b = Expect.Values([6], "b");
        Expect.Bitwise(x.Conv2d(w, b, padding: 1, groups: 2).Relu(), x.Conv2d(w, b, padding: 1, groups: 2, relu: true));
        Tensor<double> wide = Expect.Values([1, 16, 6, 7], "x"), filters = Expect.Values([13, 16, 3, 3], "w");
        Expect.Bitwise(wide.Conv2d(filters, padding: 1).Relu(), wide.Conv2d(filters, padding: 1, relu: true));
        Expect.Gradients(xs => xs[0].Conv2d(xs[1], xs[2], padding: 1, relu: true), Expect.Values([1, 2, 3, 3], "x"), Expect.Values([2, 2, 2, 2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(xs => xs[0].Conv1d(xs[1], xs[2], 2, (0, 1), relu: true), Expect.Values([2, 2, 5], "x"), Expect.Values([2, 2, 2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(x => x.Conv2d(x, x.Sum([1, 2, 3]), relu: true), Expect.Values([2, 2, 2, 2]));
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(xs => xs[0].Conv2d(xs[1], xs[2], padding: 1), Expect.Values([1, 2, 3, 3], "x"), Expect.Values([2, 2, 2, 2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(xs => xs[0].Conv2d(xs[1], null, (2, 1), Padding2d.Of(0, 1, 2, 0), (1, 2), 2), Expect.Values([2, 2, 4, 4], "x"), Expect.Values([2, 1, 2, 2], "w"));
        Expect.Gradients(xs => xs[0].Conv1d(xs[1], xs[2], 2, (0, 1)).Tanh(), Expect.Values([2, 2, 5], "x"), Expect.Values([2, 2, 2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(x => x.Conv2d(x, x.Sum([1, 2, 3])), Expect.Values([2, 2, 2, 2]));
        Expect.Empty(xs => xs[0].Conv2d(xs[1], xs[2]), [0, 3, 2, 2], [0, 2, 3, 3], [3, 2, 2, 2], [3]);
    }

    [Fact]
    public void One_item_needs_no_batch()
    {
        Tensor<double> x = Expect.Values([4, 6, 5], "x"), weight = Expect.Values([2, 2, 3, 2], "w"), bias = Expect.Values([2], "b");
        Expect.Close(x.Unsqueeze(0).Conv2d(weight, bias, 2, 1, 1, groups: 2), x.Conv2d(weight, bias, 2, 1, 1, groups: 2).Unsqueeze(0), 0);
        Expect.Close(x.Unsqueeze(0).Conv2d(weight, bias, groups: 2, relu: true, maxPool: 2), x.Conv2d(weight, bias, groups: 2, relu: true, maxPool: 2).Unsqueeze(0), 0);
        Tensor<double> row = x.Select(1, 0), taps = weight.Select(2, 0);
        Expect.Close(row.Unsqueeze(0).Conv1d(taps, bias, 2, (0, 1), groups: 2), row.Conv1d(taps, bias, 2, (0, 1), groups: 2).Unsqueeze(0), 0);
        Expect.Gradients(xs => xs[0].Conv2d(xs[1], xs[2], groups: 2).Tanh(), x, weight, bias);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Tensor.Zeros<double>([2, 3, 5, 5]);
        Expect.Throws<ArgumentException>(
            "Conv2d: channels do not fit: input [2, 3, 5, 5] with weight [4, 2, 3, 3] in 1 groups; the input needs 2 · 1 = 2 channels, and 1 must divide the 4 output channels.",
            () => x.Conv2d(Tensor.Zeros<double>([4, 2, 3, 3])));
        Expect.Throws<ArgumentException>(
            "Conv2d: channels do not fit: input [2, 3, 5, 5] with weight [4, 1, 3, 3] in 3 groups; the input needs 1 · 3 = 3 channels, and 3 must divide the 4 output channels.",
            () => x.Conv2d(Tensor.Zeros<double>([4, 1, 3, 3]), groups: 3));
        Expect.Throws<ArgumentException>(
            "Conv2d: input [5, 5] with weight [4, 3, 3, 3]; expected input [N, Cin, H, W] and weight [Cout, Cin/groups, kH, kW].",
            () => Tensor.Zeros<double>([5, 5]).Conv2d(Tensor.Zeros<double>([4, 3, 3, 3])));
        Expect.Throws<ArgumentException>(
            "Conv1d: input [5] with weight [4, 3, 3]; expected input [N, Cin, L] and weight [Cout, Cin/groups, k].",
            () => Tensor.Zeros<double>([5]).Conv1d(Tensor.Zeros<double>([4, 3, 3])));
        Tensor<double> row = Tensor.Zeros<double>([2, 3, 5]), taps = Tensor.Zeros<double>([4, 3, 3]);
        Expect.Throws<ArgumentException>("Conv1d: channels do not fit: input [2, 3, 5] with weight [4, 2, 3] in 1 groups;", () => row.Conv1d(Tensor.Zeros<double>([4, 2, 3])));
        Expect.Throws<ArgumentException>("Conv1d: bias [3] does not fit weight [4, 3, 3]; it must be [4].", () => row.Conv1d(taps, Tensor.Zeros<double>(3)));
        Expect.Throws<ArgumentOutOfRangeException>("Conv1d: stride 0; it must be at least 1.", () => row.Conv1d(taps, stride: 0));
        Expect.Throws<ArgumentException>(
            "Conv1d: the kernel 3 with dilation 4 covers 9, more than the padded input 6 (input [2, 3, 5], padding left 1, right 0); pad more or use a smaller kernel.",
            () => row.Conv1d(taps, padding: (1, 0), dilation: 4));
        Expect.Throws<ArgumentException>(
            "Conv2d: bias [3] does not fit weight [4, 3, 3, 3]; it must be [4].", () => x.Conv2d(Tensor.Zeros<double>([4, 3, 3, 3]), Tensor.Zeros<double>(3)));
        Expect.Throws<ArgumentException>(
            "Conv2d: the kernel 3×3 with dilation 3×1 covers 7×3, more than the padded input 5×5 (input [2, 3, 5, 5], padding left 0, right 0, top 0, bottom 0); pad more or use a smaller kernel.",
            () => x.Conv2d(Tensor.Zeros<double>([4, 3, 3, 3]), dilation: (3, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("Conv2d: stride 0×1; it must be at least 1.", () => x.Conv2d(Tensor.Zeros<double>([4, 3, 3, 3]), stride: (0, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("Conv2d: dilation 0×0; it must be at least 1.", () => x.Conv2d(Tensor.Zeros<double>([4, 3, 3, 3]), dilation: 0));
        Expect.Throws<ArgumentOutOfRangeException>("Conv2d: 0 groups; there must be at least 1.", () => x.Conv2d(Tensor.Zeros<double>([4, 3, 3, 3]), groups: 0));
        Expect.Throws<ArgumentOutOfRangeException>("Conv2d: kernel 0×3; it must be at least 1.", () => x.Conv2d(Tensor.Zeros<double>([4, 3, 0, 3])));
    }
}
