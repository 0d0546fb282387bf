using WeightSharing.Layers;

namespace WeightSharing.Tests.Layers;

public sealed class DepthSharingTests
{
    [Fact]
    public void Patterns_number_the_layers()
    {
        Assert.Equal([0, 0, 0, 0, 0, 0], DepthSharing.All.LayersOf(6));
        Assert.Equal([0, 1, 2, 3, 4, 5], DepthSharing.None.LayersOf(6));
        Assert.Equal([0, 0, 0, 1, 1, 1], DepthSharing.Groups(2).LayersOf(6));
        Assert.Equal([0, 1, 0, 1, 0, 1], DepthSharing.Cyclic(2).LayersOf(6));
        Assert.Equal([0, 1, 0, 2, 0, 3], DepthSharing.Every(2).LayersOf(6));
        Assert.Equal([0, 1, 2, 0, 3, 4, 0], DepthSharing.Every(3).LayersOf(7));
        Assert.Equal([1, 0, 1], DepthSharing.Of(1, 0, 1).LayersOf(3));
    }

    [Fact]
    public void Gaps_and_other_depths_are_refused()
    {
        Assert.StartsWith("DepthSharing: layers 0, 2 for 2 steps; number them from 0 without gaps (1 is missing).", Assert.Throws<ArgumentException>(() => DepthSharing.Of(0, 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("DepthSharing: the pattern has 2 steps, the stack 3;", Assert.Throws<ArgumentException>(() => DepthSharing.Of(0, 1).LayersOf(3)).Message, StringComparison.Ordinal);
    }
}
