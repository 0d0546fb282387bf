using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Sharing;

public class UsageTests
{
    [Fact]
    public void A_usage_knows_where_and_what_it_stands_for()
    {
        Weight<double> weight = new Weight<double>(new Parameter<double>(Tensor.Ones<double>([2, 3]))).Through(Tying.Masked(4, true, true, false, true)).Transposed();
        using (UsageScope.Enter("left")) weight.Use(Site.Step(3), positions: 1);
        weight.Use(positions: 676);
        IReadOnlyList<Usage<double>> usages = weight.Parameter.Ledger.Usages;
        Assert.Equal(("left", Site.Step(3), 1, 1L, 6L), (usages[0].Scope, usages[0].Site, usages[0].Positions, usages[0].Count, usages[0].UnsharedCount));
        Assert.Equal(("", 676, 676 * 6L), (usages[1].Scope, usages[1].Positions, usages[1].UnsharedCount));
        Assert.Same(weight, usages[0].Weight);
        Assert.Equal("(masked, transposed) left t=3", usages[0].ToString());
        Assert.Equal("(masked, transposed) ×676", usages[1].ToString());
        Assert.Null(usages[0].Gradient);
    }
}
