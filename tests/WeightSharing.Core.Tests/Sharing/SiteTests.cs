using WeightSharing.Sharing;

namespace WeightSharing.Tests.Sharing;

public class SiteTests
{
    [Fact]
    public void Text_names_kind_and_index()
    {
        Assert.Equal("t=12", Site.Step(12).ToString());
        Assert.Equal("hop=2", Site.Hop(2).ToString());
        Assert.Equal("depth=0", Site.Depth(0).ToString());
        Assert.Equal("head=1", new Site("head", 1).ToString());
        Assert.Equal("", default(Site).ToString());
        Assert.NotEqual(Site.Step(1), Site.Hop(1));
        Assert.Equal(Site.Step(1), Site.Step(1));
    }
}
