using CsCheck;
using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class StatisticsTests
{
    [Fact]
    public void Capacity_of_the_shared_net_does_not_grow_with_the_image_and_that_of_the_others_does()
    {
        (double Dense, double Local, double Convolution)[] orders = [.. new[] { 8, 16, 32, 64 }.Select(n =>
        {
            (long dense, long local, long convolution) = CapacityBounds.Parameters(n, 3, 8, 10);
            return (CapacityBounds.Order(dense, 2), CapacityBounds.Order(local, 2), CapacityBounds.Order(convolution, 2));
        })];
        Assert.Single(orders.Select(order => order.Convolution).Distinct());
        for (int i = 1; i < orders.Length; i++)
        {
            Assert.InRange(orders[i].Local / orders[i - 1].Local, 4, 6);
            Assert.InRange(orders[i].Dense / orders[i - 1].Dense, 15, 20);
        }

        // 784 inputs to 784 outputs, 3×3, one map: the counts of the textbook example, with biases and a readout of 1 class.
        Assert.Equal((784L * 785 + 2, 784L * 10 + 2, 10L + 2), CapacityBounds.Parameters(28, 3, 1, 1));
        Assert.True(CapacityBounds.Upper(1000, 3, 500) > CapacityBounds.Order(1000, 3) && CapacityBounds.Upper(2000, 3, 500) > CapacityBounds.Upper(1000, 3, 500));
    }

    [Fact]
    public void A_class_that_fits_any_noise_has_complexity_one_and_a_constant_has_none()
    {
        Assert.Equal((1, 0), RademacherComplexity.Estimate(20, 5, (signs, _) => [.. signs.Select(sign => (double)sign)]));
        (double mean, double error) = RademacherComplexity.Estimate(400, 50, (signs, _) => [.. signs.Select(_ => 1.0)]);
        Assert.InRange(Math.Abs(mean), 0, 4 * error + 1e-12);
        Assert.Contains("draw 0 returned 1 outputs", Assert.Throws<ArgumentException>(() => RademacherComplexity.Estimate(2, 1, (_, _) => [0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sharing_lowers_the_complexity_of_linear_functions()
    {
        // Unit vectors: ‖Σσx‖ = √n, over n. Their sum, as the tying of all weights sees them, is a single number: E|Σσ|/n ≈ √(2/π)·√n/n, for a weight of norm 1/√k.
        Tensor<double> x = Tensor.Eye<double>(64);
        Assert.Equal(1.0 / 8, RademacherComplexity.OfLinear(x, 1), 1e-12);
        double tied = RademacherComplexity.OfLinear(Tensor.Ones<double>([64, 1]), 1 / Math.Sqrt(64), draws: 4000);
        Assert.Equal(Math.Sqrt(2 / Math.PI) / 8 / 8, tied, 0.002);
    }

    [Fact]
    public void Squared_error_is_bias_and_variance() => Gen.Double[0, 1].Array[3 * 4 * 5].Sample(numbers =>
    {
        // 3 models, 4 examples, 5 classes, normalised.
        double[][][] models = [.. Enumerable.Range(0, 3).Select(m => Enumerable.Range(0, 4).Select(i => Row(numbers.AsSpan((m * 4 + i) * 5, 5).ToArray())).ToArray())];
        BiasVariance split = BiasVariance.Of(models, [0, 1, 4, 2]);
        Assert.Equal(split.SquaredError, split.Bias + split.Variance, 1e-12);
        Assert.InRange(split.DisagreementRate, 0, 2.0 / 3 + 1e-12);

        static double[] Row(double[] values) => [.. values.Select(value => (value + 1e-9) / (values.Sum() + 5e-9))];
    });

    [Fact]
    public void Models_that_agree_have_no_variance()
    {
        double[][] certain = [[1, 0], [0, 1]];
        Assert.Equal(new BiasVariance(0, 0, 0, 0, 0, 0), BiasVariance.Of([certain, certain], [0, 1]));
        Assert.Equal(new BiasVariance(2, 2, 0, 1, 1, 0), BiasVariance.Of([certain, certain], [1, 0]));
        Assert.Contains("1 models; at least 2", Assert.Throws<ArgumentException>(() => BiasVariance.Of([certain], [1, 0])).Message, StringComparison.Ordinal);
    }

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
