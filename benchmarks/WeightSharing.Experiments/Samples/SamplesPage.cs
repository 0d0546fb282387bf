using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Samples;

/// <summary>The report page of <see cref="SamplesExperiment"/>.</summary>
internal sealed class SamplesPage(IReadOnlyDictionary<PatchConnectivity, SampleSearch[]> searches, int repeats, PatchBudget budget)
{
    private static IReadOnlyList<int> Patches => SamplesExperiment.Patches;

    private static double[] Places => [.. Patches.Select(patches => (double)patches)];

    /// <summary>Examples needed.</summary>
    public ReportTable Needed => new(
        $"Examples to an accuracy of {Number(SampleSearch.Target)}, by the number of patches (mean accuracy of {repeats} repeats, interpolated)",
        ["network", .. Patches.Select(patches => $"k = {patches}"), "slope", "bound's slope for d ≫ k"],
        [
            .. searches.Select(pair => (string[])
                [pair.Key.Title, .. pair.Value.Select(Told), Two(SamplesExperiment.Slope(pair.Value)), Number(pair.Key.TheorySlope)]),
            ["local / convolution", .. Ratios().Select(ratio => Number(ratio)), "", ""],
            ["accuracy of the best linear filter",
                .. Patches.Select(patches => Numbers.Fraction(new PatchTask(patches, new RandomKey(1)).LinearAccuracy)), "", ""],
        ]);

    /// <summary>What validation chose.</summary>
    public ReportTable Chosen => new(
        "Learning rate and steps that validation chose where the accuracy was reached, median of the repeats",
        ["network", .. Patches.Select(patches => $"k = {patches}")],
        [.. searches.Select(pair => (string[])[pair.Key.Title, .. pair.Value.Select(search => string.Create(CultureInfo.InvariantCulture,
            $"{Median(search.Outcomes[^1].Select(outcome => outcome.LearningRate))}, "
                + $"{Median(search.Outcomes[^1].Select(outcome => (double)outcome.Steps))}"))])]);

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks() => [.. Growth(), .. Curves(), .. Method()];

    private IEnumerable<ReportBlock> Growth()
    {
        yield return new Paragraph($"k patches of {PatchTask.PatchSize} numbers hold noise of deviation σ = {Number(PatchTask.Noise)}. One of them, "
            + $"at a random place, also holds a fixed signal of norm 1 or its negative; "
            + "which of the two is to be told. Three networks have the same shape: four hidden units a place, cubed and summed over the places, and "
            + "a linear readout. Their units see all patches (dense), one patch through weights of their own (locally connected), or one patch "
            + "through the same weights at every place (convolution).");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"From {Patches[0]} to {Patches[^1]} patches the examples needed grow as k to the power {Slope("conv"):0.00} for the convolution, "
                + $"{Slope("local"):0.00} for the locally connected and {Slope("dense"):0.00} for the dense network."));
        yield return new TableBlock(Needed);
        yield return new Figure("examples",
            "Examples needed against the number of patches; dashed: the bounds k², k(k + d) and k + d, from each network's first point.",
                theme => Charts.Lines(
            theme, "patches k", "examples", [.. searches.Select(pair => new Line(pair.Key.Title, Places, Counts(pair.Value))),
                .. searches.Select(Bound)],
            logX: true, logY: true, xTicks: Places));
        yield return new Paragraph("The bounds (Lahoti et al. 2024) are σ²k²d, σ²k(k + d) and σ²(k + d): for what can be learned at best, dense, "
            + "locally connected and shared. Trained networks without sharing lie above: they have to find the patch that matters before they can "
            + "use it. Where σ√k "
            + "is small, the sum of all patches is as good as the one patch, and a linear filter will do; the dense network's steepest part is "
            + "where that ends.");
        yield return new Figure("ratio", "Examples needed without sharing over those with it; dashed: the number of places.", theme => Charts.Lines(
            theme, "patches k", "local / convolution", [new Line("measured", Places, Ratios()), new Line("places", Places, Places, Dashed: true)],
            logX: true, logY: true, xTicks: Places));
    }

    private IEnumerable<ReportBlock> Curves()
    {
        int most = Patches[^1];
        double linear = new PatchTask(most, new RandomKey(1)).LinearAccuracy;
        yield return new Heading($"Learning curves with {most} patches");
        yield return new Paragraph($"σ√k is {Two(PatchTask.Noise * Math.Sqrt(most))} here: the best linear filter is right {100 * linear:0} % of "
            + $"the time, whatever it has seen. The dense network lingers below that until it has seen "
            + "enough to leave linear filters behind.");
        double last = searches.Values.Max(found => found[^1].Curve.Bands[^1].Examples);
        yield return new Figure("curves", "Accuracy against the number of examples, mean of the repeats with bands of 95 % confidence; dashed: the "
            + "accuracy to reach, and the best linear filter.", theme => Charts.Lines(
            theme, "training examples", "accuracy",
            [
                .. searches.Select(pair => new Line(pair.Key.Title, [.. pair.Value[^1].Curve.Bands.Select(band => band.Examples)],
                    [.. pair.Value[^1].Curve.Bands.Select(band => band.Mean)],
                    Band: [.. pair.Value[^1].Curve.Bands.Select(band => (band.Low, band.High))])),
                new Line("to reach", [2, last], [SampleSearch.Target, SampleSearch.Target], Dashed: true, Marked: false),
                new Line("best linear", [2, last], [linear, linear], Dashed: true, Marked: false),
            ], logX: true));
    }

    private IEnumerable<ReportBlock> Method()
    {
        yield return new Heading("How it was measured");
        yield return new Paragraph($"Examples are doubled from 2 until the mean accuracy on {budget.Test:#,0} fresh examples reaches "
            + $"{Number(SampleSearch.Target)}; in a repeat all networks see the same examples. At every number of examples each network is trained "
            + $"at each of the rates {string.Join(", ", PatchTrial.LearningRates.Select(Number))} (Adam on the cross-entropy, batches of at most "
            + $"64, {budget.Steps:#,0} steps at most), and {budget.Validation:#,0} validation examples choose the rate and the step: training ends "
            + $"when they have seen nothing better for {budget.Patience:#,0} steps.");
        yield return new TableBlock(Chosen);
    }

    private double[] Ratios() =>
        [.. searches[PatchConnectivity.Local].Zip(searches[PatchConnectivity.Convolution], (local, conv) => local.Needed / conv.Needed)];

    private double Slope(string key) => SamplesExperiment.Slope(searches.First(pair => pair.Key.Key == key).Value);

    private static double[] Counts(SampleSearch[] found) => [.. found.Select(search => search.Needed)];

    private static Line Bound(KeyValuePair<PatchConnectivity, SampleSearch[]> pair, int series)
    {
        double[] bound = [.. Places.Select(pair.Key.Bound)];
        return new Line("", Places, [.. bound.Select(value => value / bound[0] * pair.Value[0].Needed)], Dashed: true, Marked: false, Series: series);
    }

    private static string Told(SampleSearch search) => (search.Reached ? "" : "> ") + Numbers.Count(search.Needed);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
