using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class ModelReportTests
{
    [Fact]
    public void The_account_of_a_model_counts_memory_updates_and_ties_and_finds_surgery()
    {
        (Sequential<double> model, Tensor<double> x) = LedgerInsightsTests.Autoencoder();
        SharingGraph before = SharingGraph.Of(model);
        ModelReport report = ModelReport.Of(model, () => model.Forward(x[..1]), before);
        Assert.True(report.Verification.Holds);
        Assert.Equal((18 + 3 + 6) * 8, report.Bytes);
        Assert.Equal((18 + 18 + 3 + 6) * 8, report.UnsharedBytes);
        Assert.Equal(18, report.UpdatesSaved);
        Assert.Equal([("2.weight", "transposed: 18 free → [6, 3]")], report.Tyings);
        Assert.Contains("memory    216 B instead of 360 B", report.ToString(), StringComparison.Ordinal);

        // The tie is cut: the decoder has a copy of the weight instead.
        var encoder = (Dense<double>)model[0];
        var cut = new Sequential<double>(encoder, new Tanh<double>(), new Dense<double>(3, 6));
        cut.Initialize(seed: 1);
        Assert.False(ModelReport.Of(cut, () => cut.Forward(x[..1]), before).Verification.Holds);
    }
}
