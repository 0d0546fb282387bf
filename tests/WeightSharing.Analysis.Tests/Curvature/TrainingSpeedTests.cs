using WeightSharing.Analysis;

namespace WeightSharing.Tests.Analysis;

public sealed class TrainingSpeedTests
{
    [Fact]
    public void Learning_rates_that_train_are_a_range_of_the_grid()
    {
        // Gradient descent on x² from 1: |1 − 2r| per step.
        LearningRateRange range = TrainingSpeed.LearningRates([0.001, 0.1, 0.5, 0.9, 1.1, 2], rate => Math.Pow(1 - 2 * rate, 40), target: 1e-2);
        Assert.Equal((0.1, 0.9), (range.Lowest, range.Highest));
        Assert.Equal(9, range.Ratio, 1e-12);
        Assert.Equal(0, TrainingSpeed.LearningRates([1, 2], _ => throw new ArithmeticException(), 1).Ratio);
        Assert.Equal(3, TrainingSpeed.StepsTo([3, 2, 1, 0.5], 1));
        Assert.Null(TrainingSpeed.StepsTo([3, 2], 1));
        Assert.Contains("rate 1 at place 1", Assert.Throws<ArgumentException>(() => TrainingSpeed.LearningRates([1, 1], _ => 0, 1)).Message, StringComparison.Ordinal);
    }
}
