using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class ConvolutionBiasTests
{
    [Fact]
    public void Converts_from_bool()
    {
        Assert.Equal(ConvolutionBias.PerChannel, true);
        Assert.Equal(ConvolutionBias.None, false);
        Assert.False(new Conv2d<float>(1, 1, 3, bias: false).Bias is not null);
    }

    [Fact]
    public void A_bias_a_position_needs_an_output_size()
    {
        Assert.True(ConvolutionBias.PerPosition(4).IsPerPosition);
        Assert.False(ConvolutionBias.PerChannel.IsPerPosition);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConvolutionBias.PerPosition(new Size2(0, 4)));
    }
}
