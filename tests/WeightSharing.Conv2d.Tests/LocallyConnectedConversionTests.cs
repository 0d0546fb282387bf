using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LocallyConnectedConversionTests
{
    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(2, 2, 1, 1)]
    [InlineData(1, 1, 2, 2)]
    public void A_convolution_as_a_locally_connected_layer_has_the_same_output(int groups, int stride, int padding, int dilation)
    {
        var convolution = new Conv2d<double>(4, 6, 3, stride, padding, dilation, groups);
        convolution.Initialize(1);
        LocallyConnected2d<double> local = convolution.ToLocallyConnected((8, 7));
        Tensor<double> x = Tensor.Normal<double>([2, 4, 8, 7], RandomKey.Of(2));
        double[] a = convolution.Forward(x).ToArray(), b = local.Forward(x).ToArray();
        Assert.All(Enumerable.Range(0, a.Length), i => Assert.Equal(a[i], b[i], 1e-13));
        ConvolutionFit<Conv2d<double>> back = local.ToConvolution();
        Assert.True(back.WeightResidual <= 1e-14 * back.WeightNorm);
        Assert.True(back.BiasResidual <= 1e-13);
    }

    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(2, 2, 1, 1)]
    [InlineData(1, 1, 2, 2)]
    public void A_convolution_of_sequences_goes_there_and_back(int groups, int stride, int padding, int dilation)
    {
        var convolution = new Conv1d<double>(4, 6, 3, stride, padding, dilation, groups);
        convolution.Initialize(1);
        LocallyConnected1d<double> local = convolution.ToLocallyConnected(11);
        Tensor<double> x = Tensor.Normal<double>([2, 4, 11], RandomKey.Of(2));
        double[] a = convolution.Forward(x).ToArray(), b = local.Forward(x).ToArray();
        Assert.All(Enumerable.Range(0, a.Length), i => Assert.Equal(a[i], b[i], 1e-13));
        ConvolutionFit<Conv1d<double>> back = local.ToConvolution();
        Assert.Equal(local.OutputLength, back.Positions);
        Assert.True(back.WeightResidual <= 1e-14 * back.WeightNorm);
        Assert.True(back.BiasResidual <= 1e-13);
    }

    [Fact]
    public void The_nearest_convolution_is_the_mean_filter_and_no_other_is_nearer()
    {
        var local = new LocallyConnected2d<double>(2, 3, 6, 3);
        local.Initialize(1);
        ConvolutionFit<Conv2d<double>> fit = local.ToConvolution();
        Tensor<double> w = local.Weight.Value, mean = fit.Convolution.Weight.Value.Reshape([3, 18]);
        double[] expected = w.Mean(0).ToArray(), actual = mean.ToArray();
        Assert.All(Enumerable.Range(0, expected.Length), i => Assert.Equal(expected[i], actual[i], 14));
        for (int seed = 2; seed < 12; seed++)
        {
            Tensor<double> other = mean + Tensor.Normal<double>(mean.Shape, RandomKey.Of(seed), 0, 0.01);
            Assert.True(fit.WeightResidual < Math.Sqrt(((w - other) * (w - other)).Sum().Item()));
        }
    }

    [Fact]
    public void A_tying_of_the_filters_is_kept_and_its_distance_measured()
    {
        var local = new LocallyConnected2d<double>(1, 2, 6, 3, bias: false);
        local.Initialize(1);
        ConvolutionFit<Conv2d<double>> free = local.ToConvolution(), tied = local.ToConvolution(Tying.Palindrome(3));
        double[] w = tied.Convolution.Weight.Value.ToArray();
        for (int i = 0; i < w.Length; i += 3) Assert.Equal(w[i], w[i + 2]);
        Assert.True(tied.WeightResidual > free.WeightResidual);
    }

    [Fact]
    public void A_bias_a_position_goes_along()
    {
        var convolution = new Conv2d<double>(1, 2, 3, bias: ConvolutionBias.PerPosition(4));
        convolution.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([2, 1, 6, 6], RandomKey.Of(2));
        double[] a = convolution.Forward(x).ToArray(), b = convolution.ToLocallyConnected(6).Forward(x).ToArray();
        Assert.All(Enumerable.Range(0, a.Length), i => Assert.Equal(a[i], b[i], 13));
    }

    [Fact]
    public void Refuses_a_padding_that_is_not_zeros()
    {
        var convolution = new Conv2d<double>(1, 1, 3, padding: 1, paddingMode: PaddingMode.Reflect);
        Assert.StartsWith("ToLocallyConnected: the padding is Reflect with value 0; locally connected layers pad with zeros.",
            Assert.Throws<NotSupportedException>(() => convolution.ToLocallyConnected(6)).Message, StringComparison.Ordinal);
    }
}
