using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class Conv1dTests
{
    [Fact]
    public void Is_fused_with_a_Relu_that_follows_it_without_a_difference()
    {
        foreach (ConvolutionBias bias in (ConvolutionBias[])[ConvolutionBias.PerChannel, ConvolutionBias.None])
        {
            var layer = new Conv1d<double>(2, 3, 3, padding: 1, bias: bias);
            var fused = new Sequential<double>(layer, new Relu<double>(), new Tanh<double>());
            fused.Initialize(1);
            Tensor<double> x = Tensor.Normal<double>([2, 2, 7], RandomKey.Of(2)).RequireGradient();
            Tensor<double> y = fused.Forward(x), apart = layer.Forward(x).Relu().Tanh();
            Assert.Equal(apart.ToArray(), y.ToArray());
            Tensor<double>[] leaves = [x, .. layer.Parameters.Select(parameter => parameter.Value)];
            foreach ((Tensor<double> expected, Tensor<double> actual) in Gradient.Of(apart.Sum(), leaves).Zip(Gradient.Of(y.Sum(), leaves)))
                Assert.Equal(expected.ToArray(), actual.ToArray());
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 0, 0)]
    [InlineData(2, 2, 1, 2, 1)]
    [InlineData(1, 3, 2, 1, 3)]
    public void Agrees_with_a_loop(int stride, int dilation, int groups, int left, int right)
    {
        var layer = new Conv1d<double>(4, 6, 3, stride, (left, right), dilation, groups);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 11], RandomKey.Of(2)), w = layer.Weight.Value, b = layer.Bias!.Value;
        Tensor<double> y = layer.Forward(x);
        int inputs = 4 / groups, perGroup = 6 / groups;
        for (int n = 0; n < 2; n++)
            for (int o = 0; o < 6; o++)
                for (int p = 0; p < y.Shape[2]; p++)
                {
                    double sum = b[o];
                    for (int c = 0; c < inputs; c++)
                        for (int i = 0; i < 3; i++)
                        {
                            int at = p * stride + i * dilation - left;
                            if ((uint)at < 11) sum += w[o, c, i] * x[n, o / perGroup * inputs + c, at];
                        }

                    Assert.Equal(sum, y[n, o, p], 12);
                }
    }

    [Fact]
    public void A_palindrome_of_nine_taps_has_five_free_and_reads_the_same_backwards()
    {
        var filter = new Conv1d<float>(1, 1, kernelSize: 9, tying: Tying.Palindrome(9));
        filter.Initialize(1);
        Assert.Equal(5, filter.Weight.Parameter.Count);
        float[] taps = filter.Weight.Value.ToArray();
        Assert.Equal(taps, taps.Reverse());
        Assert.Equal(new Shape(2, 1, 12), filter.Forward(Tensor.Zeros<float>(2, 1, 20)).Shape);
    }

    [Fact]
    public void Same_padding_and_modes_keep_the_length()
    {
        foreach (PaddingMode mode in Enum.GetValues<PaddingMode>())
        {
            var layer = new Conv1d<double>(1, 1, 4, padding: Padding1d.Same, paddingMode: mode);
            layer.Initialize(1);
            Assert.Equal(new Shape(1, 1, 10), layer.Forward(Tensor.Ones<double>(1, 1, 10)).Shape);
        }
    }

    [Fact]
    public void A_bias_a_position_has_one_value_for_each()
    {
        var layer = new Conv1d<double>(1, 2, 3, bias: ConvolutionBias.PerPosition((1, 8)));
        Assert.Equal(new Shape(2, 8), layer.Bias!.Shape);
        layer.Initialize(1);
        Assert.Equal(new Shape(3, 2, 8), layer.Forward(Tensor.Zeros<double>(3, 1, 10)).Shape);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new Conv1d<float>(3, 8, 5);
        layer.Initialize(1);
        Assert.StartsWith("Conv1d: input [2, 1, 28]; expected [N, Cin, L] with Cin = 3.",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(2, 1, 28))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv1d: the tying palindrome: 2 free → [3] does not fit the weight [8, 3, 5]",
            Assert.Throws<ArgumentException>(() => new Conv1d<float>(3, 8, 5, tying: Tying.Palindrome(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_keep_settings_tyings_and_values()
    {
        foreach (ConvolutionBias bias in (ConvolutionBias[])[true, false, ConvolutionBias.PerPosition((1, 5))])
        {
            var layer = new Conv1d<double>(2, 4, 3, 2, (1, 0), 1, 2, bias, PaddingMode.Replicate, tying: Tying.Palindrome(3));
            layer.Initialize(1);
            Conv1d<double> clone = layer.Clone();
            Tensor<double> x = Tensor.Normal<double>([2, 2, 10], RandomKey.Of(2));
            Assert.Equal(layer.Forward(x).ToArray(), clone.Forward(x).ToArray());
            Assert.Equal("palindrome", clone.Weight.Transform);
            Assert.Equal(SharingGraph.Of(layer), SharingGraph.Of(layer.To<float>()));
        }
    }

    [Fact]
    public void One_sequence_needs_no_batch()
    {
        Tensor<double> x = Tensor.Normal<double>([2, 6], RandomKey.Of(2));
        var layer = new Conv1d<double>(2, 3, 3, padding: 1, paddingMode: PaddingMode.Replicate);
        layer.Initialize(1);
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).ToArray(), layer.Forward(x).ToArray());
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).Shape.Slice(1, 3), layer.Forward(x).Shape);
    }
}
