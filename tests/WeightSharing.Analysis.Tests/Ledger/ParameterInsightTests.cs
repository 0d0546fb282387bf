using WeightSharing.Analysis;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class ParameterInsightTests
{
    [Fact]
    public void Measures_of_known_gradients()
    {
        // y = Σ s·w·c over three uses with gradients c: two orthogonal ones and the opposite of the first.
        var w = new Parameter<double>(2, Initializer.Ones, new Fan(1, 1));
        w.Initialize(RandomKey.Of(1));
        Weight<double> handle = w;
        Tensor<double>[] slopes = [Tensor.From(3.0, 0), Tensor.From(0.0, 4), Tensor.From(-3.0, 0)];
        using (UsageLedger.TrackContributions())
        {
            Tensor<double> loss = Tensor.Scalar(0.0);
            for (int t = 0; t < 3; t++) loss += (handle.Use(Site.Step(t)) * slopes[t]).Sum();
            loss.Backward();
        }

        ParameterInsight insight = ParameterInsight.Of(["w"], w)!;
        Assert.Equal(4, insight.SumNorm, 1e-14);
        Assert.Equal(0.4, insight.Coherence, 1e-14);
        Assert.Equal(1.0 / 3, insight.ConflictingShare, 1e-14);
        // Gram matrix diag(9, 16, 9) with −9 between first and last: (34)² / (18² + 16²).
        Assert.Equal(34.0 * 34 / (18 * 18 + 16 * 16), insight.EffectiveUsages, 1e-12);
        Assert.Equal((24.0 / 25 + 24.0 / 25 + 1) / 3, insight.MagnitudeSimilarity, 1e-12);
        Assert.Equal([(0, 3.0, 0.0), (1, 4, 1), (2, 3, 0)], insight.Along("t").Select(one => (one.Index, one.Norm, Math.Round(one.CosineToSum, 12))));
        Assert.Empty(insight.Along("hop"));

        ParameterInsight grouped = ParameterInsight.Of(["w"], w, usage => usage.Site.Index == 1 ? "odd" : "even")!;
        Assert.Equal([("even", 0.0), ("odd", 4)], grouped.Usages.Select(usage => (usage.Name, usage.Norm)));
        Assert.Equal(1, grouped.EffectiveUsages, 1e-12);
    }
}
