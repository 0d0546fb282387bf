using CsCheck;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class RocCurveTests
{
    [Fact]
    public void Separated_distances_make_no_errors()
    {
        RocCurve curve = RocCurve.Of(Tensor.From(0.1, 0.9, 0.2, 0.8), Tensor.From(true, false, true, false));
        Assert.Equal((0, 1), (curve.EqualErrorRate, curve.AreaUnderCurve));
        Assert.Equal(0.2, curve.MostAccurate.Threshold);
        Assert.Equal(1, curve.Accuracy(curve.MostAccurate));
        Assert.Equal(0.2, curve.EqualErrorThreshold, 12);
        Assert.StartsWith("equal error rate 0.0000 at 0.2, area under curve 1.0000, 2 similar and 2 different pairs", curve.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rates_count_errors_at_every_threshold()
    {
        // similar at 1, 2, 4; different at 3, 5
        RocCurve curve = RocCurve.Of(Tensor.From(1.0, 2, 3, 4, 5), Tensor.From(true, true, false, true, false));
        Assert.Equal([0, 0, 0, 0.5, 0.5, 1], curve.Points.Select(point => point.FalseAcceptRate));
        double[] rejects = [1, 2.0 / 3, 1.0 / 3, 1.0 / 3, 0, 0];
        Assert.All(curve.Points.Zip(rejects), pair => Assert.Equal(pair.Second, pair.First.FalseRejectRate, 12));
        Assert.Equal(5.0 / 6, curve.AreaUnderCurve, 12);
        Assert.Equal(1.0 / 3, curve.EqualErrorRate, 12);
        Assert.Equal(2 + 2.0 / 3, curve.EqualErrorThreshold, 12);
        Assert.Equal((2.5, 0.0), (curve.At(2.5).Threshold, curve.At(2.5).FalseAcceptRate));
        Assert.Equal(1, curve.At(0).FalseRejectRate);
        Assert.Equal(0.8, curve.Accuracy(curve.At(4)), 12);
    }

    [Fact]
    public void Equal_distances_cannot_be_told_apart()
    {
        RocCurve curve = RocCurve.Of(Tensor.From(1.0, 1, 1, 1), Tensor.From(true, false, true, false));
        Assert.Equal((0.5, 0.5, 1), (curve.EqualErrorRate, curve.AreaUnderCurve, curve.EqualErrorThreshold));
        Assert.Equal(2, curve.Points.Count);
    }

    [Fact]
    public void The_area_is_the_probability_that_a_similar_pair_is_nearer() =>
        Gen.Select(Gen.Int[0, 6].Array[2, 12], Gen.Int[0, 6].Array[2, 12]).Sample((similar, different) =>
        {
            double[] values = [.. similar.Concat(different).Select(value => (double)value)];
            bool[] labels = [.. similar.Select(_ => true), .. different.Select(_ => false)];
            RocCurve curve = RocCurve.Of(Tensor.From(values), Tensor.From(labels));
            double nearer = similar.Average(s => different.Average(d => s < d ? 1 : s == d ? 0.5 : 0));
            Assert.Equal(nearer, curve.AreaUnderCurve, 10);
            Assert.InRange(curve.EqualErrorRate, 0, 1);
            Assert.All(curve.Points, point => Assert.True(curve.Accuracy(point) <= curve.Accuracy(curve.MostAccurate)));
        });

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("RocCurve: distances [2] and labels [3]; there must be one label for each distance.",
            Assert.Throws<ArgumentException>(() => RocCurve.Of(Tensor.From(1.0, 2), Tensor.From(true, false, true))).Message, StringComparison.Ordinal);
        Assert.StartsWith("RocCurve: 2 similar and 0 different pairs; there must be some of both.",
            Assert.Throws<ArgumentException>(() => RocCurve.Of(Tensor.From(1.0, 2), Tensor.From(true, true))).Message, StringComparison.Ordinal);
        Assert.StartsWith("RocCurve: distance 1 is not a number; look for NaN in the inputs or weights.",
            Assert.Throws<ArgumentException>(() => RocCurve.Of(Tensor.From(1, double.NaN), Tensor.From(true, false))).Message, StringComparison.Ordinal);
    }
}
