using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Soft;

/// <summary>The report page of <see cref="SoftExperiment"/>.</summary>
internal sealed class SoftPage(SoftPath path, double[] distances, double[] factors, double slope, SunspotTrial[] trials, MetricSet metrics)
{
    /// <summary>Every seed.</summary>
    public ReportTable Table { get; } = new(
        "Relative error of the sunspots of 1921 to 1955 by seed", ["network", "λ decay", "λ mixture", "weight decay", "mixture prior"],
        [
            .. trials.Select((trial, i) => (string[])[$"seed {i + 1}", Text(trial.DecayStrength), Text(trial.MixtureStrength), Numbers.Fraction(trial.Decay), Numbers.Fraction(trial.Mixture)]),
            ["median", "", "", Numbers.Fraction(metrics["arv.decay"]), Numbers.Fraction(metrics["arv"])],
            ["least squares, 12 lags", "", "", "", Numbers.Fraction(metrics["arv.linear"])],
        ]);

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks()
    {
        yield return new Heading("The distance to the tied solution");
        yield return new Paragraph("Least squares with a weight that is free but drawn to a tying (two palindromes of nine taps) by the penalty λ‖w − Proj w‖². Each λ is solved exactly, and so is "
            + "the tied problem.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture, $"The distance falls as λ to the power {slope:0.000}: soft sharing becomes hard sharing as 1/λ."));
        yield return new Figure("distance", "Distance between the softly and the hard tied solution against λ in units of the largest curvature; dashed, 1/λ.", theme => Charts.Lines(
            theme, "λ / largest curvature", "‖w_λ − w_hard‖", [new Line("exact solution", factors, distances), new Line("1/λ", factors, [.. factors.Select(f => distances[0] * factors[0] / f)], Marked: false, Dashed: true)],
            logX: true, logY: true));
        yield return new Paragraph(string.Create(CultureInfo.InvariantCulture, $"Largest curvature {path.Curvature:0.0}; the fit goes over λ from 100 to 10,000 times that."));
        yield return new Heading("Sunspots");
        yield return new Paragraph("12 years forecast the next through 8 tanh units, 113 weights learned from 209 years. Weight decay draws all weights to zero; the mixture prior of Nowlan and Hinton "
            + "draws each to one of five values that are learned with them, and starts from the solution with decay.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"Relative error on 1921 to 1955: {metrics["arv"]:0.000} with the mixture prior, {metrics["arv.decay"]:0.000} with weight decay, {metrics["arv.linear"]:0.000} by least squares."));
        yield return new TableBlock(Table);
        double[] ranks = [.. Enumerable.Range(1, trials[0].SharedWeights.Length).Select(i => (double)i)];
        yield return new Figure("weights", "The weights of the first seed in order of size: after decay they spread, the mixture gathers them on few values.", theme => Charts.Lines(
            theme, "rank", "weight", [new Line("mixture prior", ranks, [.. trials[0].SharedWeights.Order()]), new Line("weight decay", ranks, [.. trials[0].DecayedWeights.Order()])]));
        yield return new Heading("How it was measured");
        yield return new Paragraph("Both strengths are chosen for each seed by the error on 1886 to 1920 after learning from 1712 to 1885; then the network learns from all years to 1920. The years from "
            + "1921 on are looked at once, at the end. The metrics are medians over the seeds. Training: Adam on all examples at once, learning rate falling along a cosine.");
    }

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
