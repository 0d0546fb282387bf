using System.Text.Json;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class LedgerInsightsTests
{
    [Fact]
    public void A_tied_autoencoder_shows_what_encoder_and_decoder_contribute()
    {
        (Sequential<double> model, Tensor<double> x) = Autoencoder();
        using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(model.Forward(x), x).Backward();
        ParameterInsight insight = LedgerInsights.Of(model)["2.weight"];
        Assert.Equal(["0.weight", "2.weight"], insight.Names);
        Parameter<double> shared = model.Parameters["0.weight"].Parameter;
        IReadOnlyList<UsageContribution<double>> parts = shared.Ledger.Contributions();
        Close.All([.. parts.Select(part => part.Norm)], [.. insight.Usages.Select(usage => usage.Norm)], 1e-14);
        Close.All([.. parts.Select(part => part.CosineToSum)], [.. insight.Usages.Select(usage => usage.CosineToSum)], 1e-12);
        Assert.Equal(shared.Ledger.CosineMatrix()[0, 1], insight.Cosines[0, 1], 1e-12);
        Assert.Equal(Math.Sqrt(shared.Gradient!.ToArray().Sum(g => g * g)), insight.SumNorm, 1e-12);
        Assert.Equal(insight.SumNorm / insight.Usages.Sum(usage => usage.Norm), insight.Coherence, 1e-12);
    }

    [Fact]
    public void Text_JSON_and_page_hold_the_numbers()
    {
        (Sequential<double> model, Tensor<double> x) = Autoencoder();
        using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(model.Forward(x), x).Backward();
        LedgerInsights insights = LedgerInsights.Of(model);
        Assert.StartsWith("0.weight = 2.weight [3, 6]: 2 uses, coherence ", insights.ToString(), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(insights.ToJson());
        JsonElement first = json.RootElement[0];
        Assert.Equal(insights.Parameters[0].Coherence, first.GetProperty("coherence").GetDouble());
        Assert.Equal("2.weight (transposed)", first.GetProperty("usages")[1].GetProperty("name").GetString());
        Assert.Equal(insights.Parameters[0].Cosines[0, 1], first.GetProperty("cosines")[0][1].GetDouble());

        string page = new InsightPage("A <page>").Add(insights).Add(ModelReport.Of(model, () => model.Forward(x)))
            .AddCurve("norm by step", [(0, 1), (1, 0.1), (2, 0.01)], logarithmic: true).AddMap("zeros", new double[2, 2]).ToString();
        Assert.Contains("<h1>A &lt;page&gt;</h1>", page, StringComparison.Ordinal);
        Assert.Contains("2.weight (transposed)", page, StringComparison.Ordinal);
        Assert.Contains("<polyline", page, StringComparison.Ordinal);
        Assert.Contains("<p>1 use.</p>", page, StringComparison.Ordinal);
        Assert.Contains("<p>2 uses; coherence 0.956;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_tracked_and_unknown_names_are_errors()
    {
        (Sequential<double> model, Tensor<double> x) = Autoencoder();
        Assert.Contains("no contributions; run forward and Backward inside", Assert.Throws<InvalidOperationException>(() => LedgerInsights.Of(model)).Message, StringComparison.Ordinal);
        using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(model.Forward(x), x).Backward();
        Assert.Contains("no tracked parameter is named weight; there are 0.weight, 0.bias, 2.bias", Assert.Throws<ArgumentException>(() => LedgerInsights.Of(model)["weight"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_follows_a_measure_over_training()
    {
        (Sequential<double> model, Tensor<double> x) = Autoencoder();
        var series = new InsightSeries();
        for (int step = 0; step < 3; step++)
        {
            model.Parameters.ZeroGradient();
            using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(model.Forward(x * (step + 1.0)), x).Backward();
            series.Observe(step, model);
        }

        IReadOnlyList<(long Step, double Value)> coherence = series.Of("0.weight", insight => insight.Coherence);
        Assert.Equal([0L, 1, 2], coherence.Select(point => point.Step));
        Assert.Equal(3, coherence.Select(point => point.Value).Distinct().Count());
        using JsonDocument json = JsonDocument.Parse(series.ToJson());
        Assert.Equal(coherence, json.RootElement.EnumerateArray().Select(look => (look.GetProperty("step").GetInt64(), look.GetProperty("parameters")[0].GetProperty("coherence").GetDouble())));
        // A curve for the weight with two uses, none for biases with one.
        string page = new InsightPage("series").Add(series).ToString();
        Assert.Equal(2, page.Split("<polyline").Length - 1);
        Assert.Contains("Coherence of 0.weight, ‖Σ g‖ / Σ ‖g‖, by step of training.", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    internal static (Sequential<double> Model, Tensor<double> Input) Autoencoder()
    {
        var encoder = new Dense<double>(6, 3);
        var model = new Sequential<double>(encoder, new Tanh<double>(), new Dense<double>(3, 6, weight: encoder.Weight.Transposed()));
        model.Initialize(seed: 1);
        return (model, Tensor.Normal<double>([16, 6], RandomKey.Of(2)));
    }
}
