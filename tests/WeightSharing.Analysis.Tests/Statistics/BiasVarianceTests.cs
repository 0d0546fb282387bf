using CsCheck;
using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class BiasVarianceTests
{
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
}
