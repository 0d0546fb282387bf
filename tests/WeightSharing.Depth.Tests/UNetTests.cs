using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class UNetTests
{
    private static UNet<double> Network(UNetTying tying, UNetSkip skip = UNetSkip.Add, bool normalize = true)
    {
        var network = new UNet<double>(1, 2, [2, 3, 4], tying, skip, normalize);
        network.Initialize(1);
        return network;
    }

    [Theory]
    [InlineData(UNetTying.None, UNetSkip.Add)]
    [InlineData(UNetTying.Adjoint, UNetSkip.Add)]
    [InlineData(UNetTying.SameResolution, UNetSkip.Add)]
    [InlineData(UNetTying.None, UNetSkip.Concatenate)]
    [InlineData(UNetTying.Adjoint, UNetSkip.Concatenate)]
    public void Keeps_the_size_its_parts_add_up_and_its_copies_agree(UNetTying tying, UNetSkip skip)
    {
        UNet<double> network = Network(tying, skip);
        Tensor<double> x = Networks.Values([2, 1, 8, 12]);
        Assert.Equal(new Shape(2, 2, 8, 12), network.Forward(x).Shape);
        Networks.PartsAddUp(network, () => network.Forward(x));
        network.Evaluate();
        Networks.IsCopied(network, x, 1e-3);
    }

    [Fact]
    public void Gradients_agree_with_differences() => GradCheck.Verify(Network(UNetTying.Adjoint, normalize: false).Forward, [1, 1, 4, 4]);

    // Filters 3×3: A 1→2→3→4, B 2→2, 3→3; head 2→2 with bias; norms 2 a channel of 2+2+3+3 | 4 | 2+3 | 2+3.
    [Theory]
    [InlineData(UNetTying.None, 9 * (2 + 6 + 12 + 4 + 9) + 9 * (6 + 12 + 4 + 9) + 6 + 48)]
    [InlineData(UNetTying.Adjoint, 9 * (2 + 6 + 12 + 4 + 9) + 6 + 48)]
    [InlineData(UNetTying.SameResolution, 9 * (2 + 6 + 12 + 4 + 9) + 9 * (6 + 12) + 6 + 48)]
    public void Counts_its_filters(UNetTying tying, int expected) => Assert.Equal(expected, Network(tying).Parameters.FreeCount);

    [Fact]
    public void The_decoder_is_the_adjoint_of_the_encoder()
    {
        ParameterSet<double> set = Network(UNetTying.Adjoint).Parameters;
        Assert.Same(set["encoder.0.1.conv.weight"].Parameter, set["decoder.0.conv.weight"].Parameter);
        Assert.Same(set["encoder.1.0.conv.weight"].Parameter, set["up.0.conv.weight"].Parameter);
        Assert.Same(set["bottleneck.conv.weight"].Parameter, set["up.1.conv.weight"].Parameter);
        Tensor<double> w = set["bottleneck.conv.weight"].Value, x = Networks.Values([1, 3, 5, 5]), y = Networks.Values([1, 4, 5, 5], 6);
        Assert.Equal((x.Conv2d(w, padding: 1) * y).Sum().Item(), (x * y.ConvTranspose2d(w, padding: 1)).Sum().Item(), 12);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Assert.StartsWith("UNet: input [1, 1, 6, 8]; expected [N, 1, H, W] with H and W multiples of 4: each of 2 levels halves them.",
            Assert.Throws<ArgumentException>(() => Network(UNetTying.None).Forward(Networks.Values([1, 1, 6, 8]))).Message, StringComparison.Ordinal);
        Assert.StartsWith("UNet: 1 widths;", Assert.Throws<ArgumentException>(() => new UNet<double>(1, 2, [4])).Message, StringComparison.Ordinal);
    }
}
