using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Soft;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Soft;

public sealed class SunspotSeriesTests
{
    [Fact]
    public void Pairs_are_twelve_years_and_the_next()
    {
        SunspotSeries series = SunspotSeries.Load(new DataSource(null));
        (Tensor<double> inputs, Tensor<double> targets) = series.Training;
        Assert.Equal((new Shape(209, 12), new Shape(209, 1)), (inputs.Shape, targets.Shape));
        Assert.Equal(35, series.Test.Targets.Count);
        // The newest year first: the target of one pair is the first input of the next.
        Assert.Equal(targets[0, 0], inputs[1, 0]);
        Assert.Equal(0.05, inputs[0, 11], 12);
    }
}
