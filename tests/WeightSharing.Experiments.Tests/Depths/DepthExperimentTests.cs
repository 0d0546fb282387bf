using WeightSharing.Experiments.Depths;

namespace WeightSharing.Tests.Depths;

public sealed class DepthExperimentTests
{
    [Fact]
    public void The_shared_network_has_the_same_weights_at_every_depth_and_the_narrow_one_no_more()
    {
        long one = DepthExperiment.Network(Form.Shared, 1).Parameters.FreeCount;
        Assert.Equal(one, DepthExperiment.Network(Form.Shared, 200).Parameters.FreeCount);
        Assert.True(DepthExperiment.Network(Form.Unshared, 50).Parameters.FreeCount > 20 * one);
        Assert.True(DepthExperiment.Network(Form.Narrow, 50).Parameters.FreeCount <= one);
    }
}
