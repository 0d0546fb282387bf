using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class Conv2dTests
{
    [Fact]
    public void Is_fused_with_a_Relu_that_follows_it_without_a_difference()
    {
        foreach (ConvolutionBias bias in (ConvolutionBias[])[ConvolutionBias.PerChannel, ConvolutionBias.None])
        {
            var layer = new Conv2d<double>(2, 3, 3, padding: 1, bias: bias);
            var fused = new Sequential<double>(layer, new Relu<double>(), new Tanh<double>());
            fused.Initialize(1);
            Tensor<double> x = Tensor.Normal<double>([2, 2, 5, 6], RandomKey.Of(2)).RequireGradient();
            Tensor<double> y = fused.Forward(x), apart = layer.Forward(x).Relu().Tanh();
            Assert.Equal(apart.ToArray(), y.ToArray());
            Tensor<double>[] leaves = [x, .. layer.Parameters.Select(parameter => parameter.Value)];
            foreach ((Tensor<double> expected, Tensor<double> actual) in Gradient.Of(apart.Sum(), leaves).Zip(Gradient.Of(y.Sum(), leaves)))
                Assert.Equal(expected.ToArray(), actual.ToArray());
        }
    }

    [Theory]
    [InlineData(1, 8, 28, 1)]
    [InlineData(8, 16, 14, 1)]
    [InlineData(8, 16, 14, 2)]
    [InlineData(16, 16, 9, 1)]
    [InlineData(3, 5, 7, 1)]
    public void Is_fused_with_the_pooling_that_follows_it_without_a_difference(int inputs, int outputs, int size, int stride)
    {
        foreach (ConvolutionBias bias in (ConvolutionBias[])[ConvolutionBias.PerChannel, ConvolutionBias.PerPosition(Out(size, stride))])
        {
            var layer = new Conv2d<float>(inputs, outputs, 3, stride, padding: 1, bias: bias);
            var cut = new Sequential<float>(layer, new Relu<float>(), new MaxPool2d<float>(2), new Tanh<float>());
            cut.Initialize(1);
            var whole = new Sequential<float>(layer, new MaxPool2d<float>(2));
            var other = new Sequential<float>(layer, new Relu<float>(), new MaxPool2d<float>(2, stride: 1));
            Tensor<float> x = Tensor.Normal<float>([3, inputs, size, size], RandomKey.Of(2));
            Check();
            using (NoGrad.Begin()) Check();

            void Check()
            {
                Assert.Equal(layer.Forward(x).Relu().MaxPool2d(2).Tanh().ToArray(), cut.Forward(x).ToArray());
                Assert.Equal(layer.Forward(x).MaxPool2d(2).ToArray(), whole.Forward(x).ToArray());
                Assert.Equal(layer.Forward(x).Relu().MaxPool2d(2, 1).ToArray(), other.Forward(x).ToArray());
            }
        }

        static int Out(int size, int stride) => (size - 1) / stride + 1;
    }

    [Theory]
    [InlineData(1, 1, 1, 0, 0, 0, 0)]
    [InlineData(2, 1, 2, 1, 0, 2, 1)]
    [InlineData(1, 2, 1, 2, 1, 0, 3)]
    [InlineData(3, 2, 2, 2, 2, 2, 2)]
    public void Agrees_with_a_loop(int stride, int dilation, int groups, int left, int right, int top, int bottom)
    {
        var layer = new Conv2d<double>(4, 6, (3, 2), stride, Padding2d.Of(left, right, top, bottom), dilation, groups);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 7, 8], RandomKey.Of(2));
        AssertClose(Loop(x, layer.Weight.Value, layer.Bias!.Value, stride, dilation, groups, left, top, layer.Forward(x).Shape), layer.Forward(x));
    }

    [Fact]
    public void Same_padding_keeps_the_image_size_with_the_smaller_half_first()
    {
        var layer = new Conv2d<double>(1, 1, (4, 3), padding: Padding2d.Same, dilation: (1, 2));
        layer.Initialize(1);
        Assert.Equal(Padding2d.Of(2, 2, 1, 2), layer.Padding);
        Assert.Equal(new Shape(1, 1, 9, 11), layer.Forward(Tensor.Zeros<double>(1, 1, 9, 11)).Shape);
    }

    [Theory]
    [InlineData(PaddingMode.Constant, -1.0)]
    [InlineData(PaddingMode.Reflect, 0.0)]
    [InlineData(PaddingMode.Replicate, 0.0)]
    [InlineData(PaddingMode.Circular, 0.0)]
    public void Padding_modes_read_what_a_loop_reads(PaddingMode mode, double value)
    {
        var layer = new Conv2d<double>(2, 3, 3, padding: Padding2d.Of(1, 2, 2, 1), paddingMode: mode, paddingValue: value);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([1, 2, 5, 6], RandomKey.Of(2));
        Tensor<double> padded = Tensor.Zeros<double>(1, 2, 8, 9);
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < 8; i++)
                for (int j = 0; j < 9; j++)
                {
                    int row = Source(i - 2, 5, mode), column = Source(j - 1, 6, mode);
                    padded[0, c, i, j] = row < 0 || column < 0 ? value : x[0, c, row, column];
                }

        AssertClose(Loop(padded, layer.Weight.Value, layer.Bias!.Value, 1, 1, 1, 0, 0, [1, 3, 6, 7]), layer.Forward(x));
    }

    [Fact]
    public void Moves_its_output_with_its_input()
    {
        var layer = new Conv2d<double>(1, 4, 3, padding: 1, paddingMode: PaddingMode.Circular);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([1, 1, 8, 8], RandomKey.Of(2)), moved = Tensor.Zeros<double>(1, 1, 8, 8);
        for (int i = 0; i < 8; i++)
            for (int j = 0; j < 8; j++) moved[0, 0, (i + 3) % 8, (j + 2) % 8] = x[0, 0, i, j];
        Tensor<double> y = layer.Forward(x), z = layer.Forward(moved);
        for (int o = 0; o < 4; o++)
            for (int i = 0; i < 8; i++)
                for (int j = 0; j < 8; j++) Assert.Equal(y[0, o, i, j], z[0, o, (i + 3) % 8, (j + 2) % 8]);
    }

    [Fact]
    public void A_bias_a_position_is_added_where_it_belongs_and_fixes_the_output_size()
    {
        var layer = new Conv2d<double>(1, 2, 3, bias: ConvolutionBias.PerPosition((3, 4)));
        Assert.Equal(new Shape(2, 3, 4), layer.Bias!.Shape);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 1, 5, 6], RandomKey.Of(2));
        Tensor<double> without = x.Conv2d(layer.Weight.Value);
        AssertClose(without + layer.Bias.Value, layer.Forward(x));
        Assert.Contains("Add: shapes do not broadcast", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<double>(1, 1, 6, 6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_table_keeps_absent_filters_at_zero_and_out_of_the_count()
    {
        var layer = new Conv2d<double>(3, 2, 3, bias: false, connections: new[,] { { true, false, true }, { false, true, false } });
        layer.Initialize(1);
        Assert.Equal(27, layer.Parameters.FreeCount);
        Tensor<double> w = layer.Weight.Value;
        Assert.All(w[0..1, 1..2].ToArray().Concat(w[1..2, 0..1].ToArray()).Concat(w[1..2, 2..3].ToArray()), value => Assert.Equal(0, value));
        Assert.All(w[0..1, 0..1].ToArray(), value => Assert.NotEqual(0, value));
        layer.Forward(Tensor.Normal<double>([1, 3, 5, 5], RandomKey.Of(1))).Sum().Backward();
        Assert.Equal(27, layer.Weight.Parameter.Gradient!.Count);
    }

    [Fact]
    public void Names_and_shapes_are_PyTorchs()
    {
        var layer = new Conv2d<float>(4, 6, (3, 5), groups: 2);
        Assert.Equal([("weight", new Shape(6, 2, 3, 5)), ("bias", new Shape(6))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
    }

    // 28×28 to one 26×26 map: dense 784·676 weights, locally connected 676·9, convolution 9 and a bias.
    [Fact]
    public void The_report_counts_what_the_28_by_28_example_saves()
    {
        var convolution = new Conv2d<float>(1, 1, 3);
        var local = new LocallyConnected2d<float>(1, 1, 28, 3, bias: false);
        var dense = new Dense<float>(784, 676, bias: false);
        convolution.Initialize(1);
        Tensor<float> image = Tensor.Zeros<float>(1, 1, 28, 28);
        SharingReport report = SharingReport.Of(convolution, () => convolution.Forward(image));
        Assert.Equal(10, report.FreeCount);
        Assert.Equal(676 * 9, report.Rows[0].UnsharedCount);
        Assert.Equal(676, report.Rows[0].Saving);
        Assert.Equal(676, report.Rows[1].UnsharedCount);
        Assert.Equal(local.Parameters.FreeCount, report.Rows[0].UnsharedCount);
        Assert.Equal(784 * 676, dense.Parameters.FreeCount);
        Assert.Equal(676.0, (double)local.Parameters.FreeCount / convolution.Weight.Parameter.Count);
    }

    // LeCun 1989, "Generalization and network design strategies": links and weights of Net-1 to Net-5 on 16×16 images and 10 classes.
    [Theory]
    [InlineData(1, 2570, 2570)]
    [InlineData(2, 3214, 3214)]
    [InlineData(3, 1226, 1226)]
    [InlineData(4, 2266, 1132)]
    [InlineData(5, 5194, 1060)]
    public void LeCuns_five_nets_have_the_published_links_and_weights(int net, long links, long weights)
    {
        // 3×3 windows at stride 2 on 16×16 give 8×8 units with one row and column of padding, which counts as links.
        Padding2d corner = Padding2d.Of(0, 1, 0, 1);
        Sequential<float> model = net switch
        {
            1 => new(new Flatten<float>(), new Dense<float>(256, 10)),
            2 => new(new Flatten<float>(), new Dense<float>(256, 12), new Tanh<float>(), new Dense<float>(12, 10)),
            3 => new(new LocallyConnected2d<float>(1, 1, 16, 3, 2, corner), new Tanh<float>(), new LocallyConnected2d<float>(1, 1, 8, 5, 1),
                new Tanh<float>(), new Flatten<float>(), new Dense<float>(16, 10)),
            4 => new(Shared(1, 2, 3, 8, corner), new Tanh<float>(), new LocallyConnected2d<float>(2, 1, 8, 5, 1),
                new Tanh<float>(), new Flatten<float>(), new Dense<float>(16, 10)),
            _ => new(Shared(1, 2, 3, 8, corner), new Tanh<float>(), new Conv2d<float>(2, 4, 5, 1, bias: ConvolutionBias.PerPosition(4)),
                new Tanh<float>(), new Flatten<float>(), new Dense<float>(64, 10)),
        };
        model.Initialize(1);
        SharingReport report = SharingReport.Of(model, () => model.Forward(Tensor.Zeros<float>(1, 1, 16, 16)));
        Assert.Equal(links, report.UnsharedCount);
        Assert.Equal(weights, report.FreeCount);

        static Conv2d<float> Shared(int inputs, int outputs, int kernel, int size, Padding2d padding) =>
            new(inputs, outputs, kernel, 2, padding, bias: ConvolutionBias.PerPosition(size), paddingValue: -1);
    }

    [Fact]
    public void An_empty_batch_gives_an_empty_result_and_zero_gradients()
    {
        var layer = new Conv2d<float>(2, 3, 3);
        layer.Initialize(1);
        Tensor<float> y = layer.Forward(Tensor.Zeros<float>(0, 2, 5, 5));
        Assert.Equal(new Shape(0, 3, 3, 3), y.Shape);
        y.Sum().Backward();
        Assert.All(layer.Weight.Parameter.Gradient!.ToArray(), value => Assert.Equal(0f, value));
        Assert.All(layer.Bias!.Parameter.Gradient!.ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new Conv2d<float>(3, 8, 5);
        layer.Initialize(1);
        Assert.StartsWith("Conv2d: input [2, 1, 28, 28]; expected [N, Cin, H, W] with Cin = 3.",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(2, 1, 28, 28))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv2d: the kernel 5×5 with dilation 1×1 covers 5×5, more than the padded input 4×4 (input [2, 3, 4, 4],",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(2, 3, 4, 4))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv2d: 2 groups do not divide 3 input and 8 output channels",
            Assert.Throws<ArgumentException>(() => new Conv2d<float>(3, 8, 3, groups: 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv2d: kernel 0×0, stride 1×1, dilation 1×1; each must be at least 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d<float>(3, 8, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv2d: a connection table 1×2 for weight [8, 3, 3, 3]; it must be 8×3.",
            Assert.Throws<ArgumentException>(() => new Conv2d<float>(3, 8, 3, connections: new bool[1, 2])).Message, StringComparison.Ordinal);
    }

    private static int Source(int at, int extent, PaddingMode mode) => mode switch
    {
        PaddingMode.Reflect => at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at,
        PaddingMode.Replicate => Math.Clamp(at, 0, extent - 1),
        PaddingMode.Circular => (at + extent) % extent,
        _ => (uint)at < (uint)extent ? at : -1,
    };

    private static Tensor<double> Loop(
        Tensor<double> x, Tensor<double> w, Tensor<double> b, int stride, int dilation, int groups, int left, int top, Shape shape)
    {
        Tensor<double> y = Tensor.Zeros<double>(shape);
        int inputs = w.Shape[1], perGroup = w.Shape[0] / groups;
        for (int n = 0; n < shape[0]; n++)
            for (int o = 0; o < shape[1]; o++)
                for (int p = 0; p < shape[2]; p++)
                    for (int q = 0; q < shape[3]; q++)
                    {
                        double sum = b[o];
                        for (int c = 0; c < inputs; c++)
                            for (int i = 0; i < w.Shape[2]; i++)
                                for (int j = 0; j < w.Shape[3]; j++)
                                {
                                    int row = p * stride + i * dilation - top, column = q * stride + j * dilation - left;
                                    if ((uint)row < (uint)x.Shape[2] && (uint)column < (uint)x.Shape[3]) sum += w[o, c, i, j] * x[n, o / perGroup * inputs + c, row, column];
                                }

                        y[n, o, p, q] = sum;
                    }

        return y;
    }

    private static void AssertClose(Tensor<double> expected, Tensor<double> actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] a = expected.ToArray(), b = actual.ToArray();
        for (int i = 0; i < a.Length; i++) Assert.True(Math.Abs(a[i] - b[i]) <= 1e-12 * (1 + Math.Abs(a[i])), $"element {i}: expected {a[i]}, got {b[i]}");
    }

    [Fact]
    public void Copies_keep_settings_tyings_and_values()
    {
        foreach (ConvolutionBias bias in (ConvolutionBias[])[true, false, ConvolutionBias.PerPosition((3, 4))])
        {
            var layer = new Conv2d<double>(2, 4, 3, (2, 1), Padding2d.Of(1, 0, 1, 0), (1, 2), 2, bias, PaddingMode.Constant, 0.5, connections: new[,] { { true }, { true }, { false }, { true } });
            layer.Initialize(1);
            Conv2d<double> clone = layer.Clone();
            Tensor<double> x = Tensor.Normal<double>([2, 2, 6, 7], RandomKey.Of(2));
            Assert.Equal(layer.Forward(x).ToArray(), clone.Forward(x).ToArray());
            Assert.Equal("masked", clone.Weight.Transform);
        }
    }

    [Fact]
    public void One_image_needs_no_batch()
    {
        Tensor<double> x = Tensor.Normal<double>([2, 6, 7], RandomKey.Of(2));
        foreach (ConvolutionBias bias in (ConvolutionBias[])[true, false, ConvolutionBias.PerPosition((6, 7))])
        {
            foreach (PaddingMode mode in (PaddingMode[])[PaddingMode.Constant, PaddingMode.Reflect])
            {
                var layer = new Conv2d<double>(2, 3, 3, padding: 1, bias: bias, paddingMode: mode);
                layer.Initialize(1);
                Assert.Equal(new Shape(3, 6, 7), layer.Forward(x).Shape);
                Assert.Equal(layer.Forward(x.Unsqueeze(0)).ToArray(), layer.Forward(x).ToArray());
            }
        }
    }

    [Fact]
    public void A_layer_may_ask_for_direct_sums_and_keeps_asking_when_copied()
    {
        var layer = new Conv2d<float>(16, 16, 3, padding: 1, algorithm: ConvolutionAlgorithm.Direct);
        Assert.Equal(ConvolutionAlgorithm.Automatic, new Conv2d<float>(16, 16, 3).Algorithm);
        layer.Initialize(1);
        Tensor<float> x = Tensor.Normal<float>([1, 16, 8, 8], RandomKey.Of(2));
        float[] direct = x.Conv2d(layer.Weight.Value, layer.Bias!.Value, padding: 1, algorithm: ConvolutionAlgorithm.Direct).ToArray();
        Assert.Equal(direct, layer.Forward(x).ToArray());
        Assert.Equal(direct, layer.Clone().Forward(x).ToArray());
    }
}
