using WeightSharing.Analysis;

namespace WeightSharing.Tests.Analysis;

public sealed class LearningCurveTests
{
    [Fact]
    public void A_learning_curve_has_bands_of_student_and_crosses_levels_between_points()
    {
        var curve = new LearningCurve([(10, [0.4, 0.6]), (100, [0.9, 0.9, 0.9])]);
        (double Examples, double Mean, double Low, double High) first = curve.Bands[0];
        // t of 0.975 with one degree of freedom is 12.7062; s/√2 = 0.1.
        Assert.Equal(0.5 - 1.27062, first.Low, 1e-4);
        Assert.Equal((0.9, 0.9), (curve.Bands[1].Low, curve.Bands[1].High));
        Assert.Equal(Math.Sqrt(1000), curve.ExamplesTo(0.7)!.Value, 1e-9);
        Assert.Equal(10, curve.ExamplesTo(0.1));
        Assert.Null(curve.ExamplesTo(0.95));
        Assert.Equal(1.5, LearningCurve.LogLogSlope([1, 2, 4], [3, 3 * Math.Pow(2, 1.5), 3 * 8]), 1e-12);
        Assert.Contains("point 1 at 10 examples", Assert.Throws<ArgumentException>(() => new LearningCurve([(10, [1]), (10, [1])])).Message, StringComparison.Ordinal);
    }
}
