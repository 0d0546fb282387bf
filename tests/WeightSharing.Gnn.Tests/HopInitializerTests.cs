using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class HopInitializerTests
{
    private static readonly RandomKey Key = RandomKey.Of(1);

    [Fact]
    public void PageRank_decays_and_sums_to_one()
    {
        double[] gamma = HopInitializer.Ppr(0.1).Draw(3, Key);
        double[] expected = [0.1, 0.09, 0.081, 0.729];
        for (int k = 0; k < 4; k++) Assert.Equal(expected[k], gamma[k], 15);
        Assert.Equal(1, HopInitializer.Ppr(0.37).Draw(12, Key).Sum(), 14);
        Assert.Equal([1.0], HopInitializer.Ppr(0.5).Draw(0, Key));
    }

    [Fact]
    public void The_others_are_what_they_say()
    {
        Assert.Equal([0.25, 0.25, 0.25, 0.25], HopInitializer.Constant.Draw(3, Key));
        Assert.Equal([0.0, 0, 0, 1], HopInitializer.Only(-1).Draw(3, Key));
        Assert.Equal([0.0, 1, 0, 0], HopInitializer.Only(1).Draw(3, Key));
        double[] random = HopInitializer.Random.Draw(9, Key);
        Assert.Equal(1, random.Sum(Math.Abs), 14);
        Assert.Equal(random, HopInitializer.Random.Draw(9, Key));
        Assert.NotEqual(random, HopInitializer.Random.Draw(9, RandomKey.Of(2)));
        Assert.Equal("Ppr(0.1)", HopInitializer.Ppr(0.1).ToString());
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_refused()
    {
        Assert.StartsWith("HopInitializer: alpha -1; expected 0 to 1.", Assert.Throws<ArgumentOutOfRangeException>(() => HopInitializer.Ppr(-1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HopInitializer.Only(-2));
        Assert.Equal("HopInitializer: only hop 4 of 3; it must be among them.", Assert.Throws<InvalidOperationException>(() => HopInitializer.Only(4).Draw(3, Key)).Message);
    }
}
