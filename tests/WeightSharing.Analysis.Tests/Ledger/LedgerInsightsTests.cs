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
    }

    [Fact]
    public void The_positions_of_a_convolution_add_up_to_its_gradient()
    {
        var network = new Sequential<double>(
            new Conv2d<double>(1, 2, 3, padding: 1), new Tanh<double>(), new Sequential<double>(new Conv2d<double>(2, 4, 3, stride: 2, groups: 2)), new Flatten<double>(), new Dense<double>(4 * 2 * 3, 3));
        network.Initialize(seed: 2);
        Tensor<double> input = Tensor.Normal<double>([4, 1, 6, 7], RandomKey.Of(3));
        Tensor<int> labels = Tensor.From(0, 1, 2, 0);
        IReadOnlyList<PositionInsight<double>> positions = PositionInsight.Of(network, input, y => Loss.CrossEntropy(y, labels));
        Assert.All(network.Parameters, parameter => Assert.True(parameter.Gradient is null && parameter.Ledger.Usages.Count == 0));

        Loss.CrossEntropy(network.Forward(input), labels).Backward();
        Assert.Equal(["0.weight", "2.0.weight"], positions.Select(position => position.Name));
        Assert.Equal(new Size2(6, 7), positions[0].OutputSize);
        Close.All(network.Parameters["0.weight"].Parameter.Gradient!.ToArray(), positions[0].Gradients.Sum(0).ToArray(), 1e-12);
        // Groups: the first two filters see the first channel, the last two the second.
        Tensor<double> sum = positions[1].Gradients.Sum(0), grouped = network.Parameters["2.0.weight"].Parameter.Gradient!;
        Close.All(grouped[..2].ToArray(), sum[..2, ..1].ToArray(), 1e-12);
        Close.All(grouped[2..].ToArray(), sum[2.., 1..].ToArray(), 1e-12);
        Assert.Equal(Math.Sqrt(positions[0].Gradients[..1].ToArray().Sum(g => g * g)), positions[0].Norms[0, 0], 1e-12);
        Assert.Contains("the network has no Conv2d", Assert.Throws<ArgumentException>(() => PositionInsight.Of(new Sequential<double>(new Tanh<double>()), input, y => y.Sum())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_account_of_a_model_counts_memory_updates_and_ties_and_finds_surgery()
    {
        (Sequential<double> model, Tensor<double> x) = Autoencoder();
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

    private static (Sequential<double> Model, Tensor<double> Input) Autoencoder()
    {
        var encoder = new Dense<double>(6, 3);
        var model = new Sequential<double>(encoder, new Tanh<double>(), new Dense<double>(3, 6, weight: encoder.Weight.Transposed()));
        model.Initialize(seed: 1);
        return (model, Tensor.Normal<double>([16, 6], RandomKey.Of(2)));
    }
}
