using WeightSharing.Experiments;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Tests.Running;

public sealed class MetricSetTests
{
    [Fact]
    public void Metrics_are_declared_and_set_once()
    {
        var metrics = new MetricSet(ExperimentList.Default) { ["seen.conv"] = 0.5 };
        Assert.Equal(0.5, metrics["seen.conv"]);
        Assert.Contains("does not declare the metric seen.rnn", Assert.Throws<ArgumentException>(() => metrics["seen.rnn"] = 1).Message, StringComparison.Ordinal);
        Assert.Contains("the metric seen.conv was set before", Assert.Throws<ArgumentException>(() => metrics["seen.conv"] = 1).Message, StringComparison.Ordinal);
        Assert.Contains("corner.dense", Assert.Throws<ExperimentException>(metrics.CheckComplete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_keep_the_declared_order()
    {
        var metrics = new MetricSet(ExperimentList.Default) { ["seen.conv"] = 2, ["parameters.conv"] = 1 };
        Assert.Equal([KeyValuePair.Create("parameters.conv", 1.0), KeyValuePair.Create("seen.conv", 2.0)], metrics.Values);
    }
}
