using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Sharing;

namespace WeightSharing.Tests.Digits;

public sealed class DigitsExperimentTests
{
    private static readonly DigitTrial Trial = new(DigitImages.Load(new DataSource(null)), seed: 1, repeat: 0);

    // 8 maps of 14×14, 32 of 7×7, readout 32·10 + 10.
    [Theory]
    [InlineData("conv", 8 * 9 + 8 + 32 * 72 + 32 + 330)]
    [InlineData("local", 196 * (8 * 9 + 8) + 49 * (32 * 72 + 32) + 330)]
    [InlineData("dense", 196 * 1568 + 1568 + 392 * 1568 + 1568 + 330)]
    public void The_networks_have_these_parameters(string key, int expected)
    {
        Connectivity net = Connectivity.All.Single(net => net.Key == key);
        Assert.Equal(expected, Trial.Network(net, Layout.Scattered).Parameters.FreeCount);
    }

    [Fact]
    public void The_convolution_used_everywhere_has_as_many_connections_as_the_local_network_has_weights()
    {
        Sequential<float> shared = Trial.Network(Connectivity.Convolution, Layout.Scattered);
        SharingReport report = SharingReport.Of(shared, () => shared.Forward(Trial.Lay(Layout.Scattered, [0]).Images));
        Assert.Equal(Trial.Network(Connectivity.Local, Layout.Scattered).Parameters.FreeCount, report.UnsharedCount);
    }

    [Fact]
    public void A_shared_network_gives_the_same_logits_in_every_corner_even_with_large_biases()
    {
        Sequential<float> network = Trial.Network(Connectivity.Convolution, Layout.Corners);
        // Positive biases make blank places differ from the zero padding: the margin must keep that difference away from the digits.
        network.Parameters["0.bias"].Parameter.Value.Fill(0.5f);
        float[] here = Teaching.Logits(network, Trial.LayInCorner(0, Trial.Split.Test));
        for (int corner = 1; corner <= 3; corner++)
        {
            float[] there = Teaching.Logits(network, Trial.LayInCorner(corner, Trial.Split.Test));
            Assert.True(here.Zip(there, (a, b) => Math.Abs(a - b)).Max() < 1e-5f);
        }
    }

    [Fact]
    public void Scattered_digits_lie_at_the_same_place_however_many_there_are()
    {
        Examples two = Trial.Lay(Layout.Scattered, [7, 11]);
        Examples one = Trial.Lay(Layout.Scattered, [11]);
        Assert.Equal(one.Images.ToArray(), two.Images[1..2].ToArray());
        Assert.NotEqual(one.Images.ToArray(), new DigitTrial(DigitImages.Load(new DataSource(null)), seed: 2, repeat: 0).Lay(Layout.Scattered, [11]).Images.ToArray());
    }

    [Fact]
    public void Training_teaches()
    {
        Sequential<float> network = Trial.Network(Connectivity.Convolution, Layout.Centred);
        Examples test = Trial.Lay(Layout.Centred, Trial.Split.Test);
        double before = Teaching.Accuracy(network, test);
        Trial.Train(network, Layout.Centred, 20, new Recipe(0.01, 60), TestContext.Current.CancellationToken);
        Assert.True(before < 0.4 && Teaching.Accuracy(network, test) > 0.7);
    }
}
