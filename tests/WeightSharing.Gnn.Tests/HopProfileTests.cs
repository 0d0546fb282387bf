using WeightSharing.Layers;

namespace WeightSharing.Tests.Layers;

public sealed class HopProfileTests
{
    [Fact]
    public void Shares_and_reach_follow_from_the_weights()
    {
        var profile = new HopProfile([1, 0, -3]);
        Assert.Equal([0.25, 0, 0.75], profile.Shares);
        Assert.Equal(1.5, profile.Reach);
        Assert.Equal([0.0, 0], new HopProfile([0, 0]).Shares);
    }

    [Fact]
    public void As_text_it_is_a_bar_for_each_hop() => Assert.Equal(
        "hop  0    0.5000  ██████████\nhop  1    0.0000\nhop  2   -1.5000  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░", new HopProfile([0.5, 0, -1.5]).ToString());
}
