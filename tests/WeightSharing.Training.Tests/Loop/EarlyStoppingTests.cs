using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class EarlyStoppingTests
{
    [Fact]
    public void Stops_after_its_patience_without_improvement()
    {
        var rule = new EarlyStopping(patience: 2, minimumImprovement: 0.1);
        Assert.False(rule.ShouldStop);
        Assert.True(rule.Observe(1, 1.0));
        Assert.False(rule.Observe(2, 0.95));
        Assert.False(rule.ShouldStop);
        Assert.True(rule.Observe(3, 0.8));
        Assert.False(rule.Observe(4, double.NaN));
        Assert.False(rule.ShouldStop);
        Assert.False(rule.Observe(5, 0.75));
        Assert.True(rule.ShouldStop);
        Assert.Equal((0.8, 3L), (rule.Best, rule.BestEpoch));
    }

    [Fact]
    public void Odd_arguments_are_errors()
    {
        Assert.StartsWith("EarlyStopping: patience 0; expected at least 1.", Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("EarlyStopping: minimum improvement NaN;", Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(1, double.NaN)).Message, StringComparison.Ordinal);
    }
}
