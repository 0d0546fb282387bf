using System.Text.Json;
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

        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.Equal((27, 45, true), (json.RootElement.GetProperty("free").GetInt32(), json.RootElement.GetProperty("unshared").GetInt32(), json.RootElement.GetProperty("holds").GetBoolean()));
        Assert.Equal("2.weight", json.RootElement.GetProperty("parameters")[0].GetProperty("names")[1].GetString());
        Assert.Equal("transposed: 18 free → [6, 3]", json.RootElement.GetProperty("tyings").GetProperty("2.weight").GetString());

        // The tie is cut: the decoder has a copy of the weight instead.
        var encoder = (Dense<double>)model[0];
        var cut = new Sequential<double>(encoder, new Tanh<double>(), new Dense<double>(3, 6));
        cut.Initialize(seed: 1);
        ModelReport broken = ModelReport.Of(cut, () => cut.Forward(x[..1]), before);
        Assert.False(broken.Verification.Holds);
        Assert.Contains("TieBroken: 0.weight, 2.weight (2 parameters)", broken.ToString(), StringComparison.Ordinal);
        Assert.Contains("TieBroken", broken.ToJson(), StringComparison.Ordinal);
    }
}
