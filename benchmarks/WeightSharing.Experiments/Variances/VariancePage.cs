using System.Globalization;
using WeightSharing.Analysis;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Experiments.Variances;

/// <summary>The report page of <see cref="VarianceExperiment"/>.</summary>
internal sealed class VariancePage(VarianceStudy[] studies, int deals)
{
    private static double[] Counts => [.. VarianceExperiment.PerClass.Select(perClass => (double)perClass)];

    /// <summary>Bias, variance and their sum.</summary>
    public ReportTable Squared => Table(
        $"Squared error of the class probabilities = bias + variance, over {deals} deals",
        part => $"{part.SquaredError:0.000} = {part.Bias:0.000} + {part.Variance:0.000}");

    /// <summary>The same of the 0–1 loss, by votes.</summary>
    public ReportTable Votes => Table(
        "Error rate; error rate of the majority vote; share of networks that differ from it (Domingos 2000)",
        part => $"{part.ErrorRate:0.000}; {part.MainErrorRate:0.000}; {part.DisagreementRate:0.000}");

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks()
    {
        int ten = VarianceExperiment.PerClass.Index().First(pair => pair.Item == 10).Index;
        VarianceStudy lowest = studies.MinBy(study => study.Parts[ten].Variance)!;
        yield return new Paragraph($"The three networks of the experiment digits learn digits at random places of a 14×14 canvas, each {deals} "
            + $"times: every time from other digits at other places, from other first weights, with the rate and number of steps that validation "
            + $"digits chose. All are measured with the same {DigitSplit.TestPerClass * DigitImages.Classes} held-back digits. "
            + "The mean prediction's distance from the truth is the bias: what the network gets wrong whichever digits it sees. The spread about "
            + "that mean is the variance: what depends on which it saw. Together they are the squared error.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"With 10 examples a class the {lowest.Net.Title} network varies least: "
                + $"{string.Join(", ", studies.Select(study => Told(study, ten)))}."));
        yield return new TableBlock(Squared);
        yield return Figure("variance", "Variance of the class probabilities against the number of training examples.", "variance",
            part => part.Variance);
        yield return Figure("bias", "Squared bias of the class probabilities against the number of training examples.", "bias", part => part.Bias);
        yield return Figure("error", "Squared error: bias and variance together.", "squared error", part => part.SquaredError);
        yield return new Paragraph(string.Create(CultureInfo.InvariantCulture,
            $"A mean over deals is itself uncertain by variance / deals, which counts as bias here: with {deals} deals, ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{studies.Max(study => study.Parts.Max(part => part.Variance / (deals - 1))):0.000} at most."));
        yield return new TableBlock(Votes);
        yield return new Figure("accuracy", "Accuracy, mean over deals, with bands of 95 % confidence of that mean.", theme => Charts.Lines(
            theme, "training examples a class", "accuracy",
            [.. studies.Select(study => new Line(
                study.Net.Title, Counts, [.. study.Accuracy.Bands.Select(band => band.Mean)],
                    Band: [.. study.Accuracy.Bands.Select(band => (band.Low, band.High))]))],
            logX: true, xTicks: Counts));
    }

    private static string Told(VarianceStudy study, int at) => string.Create(CultureInfo.InvariantCulture,
        $"{study.Net.Title} {study.Parts[at].Variance:0.000} (bias {study.Parts[at].Bias:0.000})");

    private Figure Figure(string name, string caption, string label, Func<BiasVariance, double> of) => new(name, caption, theme => Charts.Lines(
        theme, "training examples a class", label, [.. studies.Select(study => new Line(study.Net.Title, Counts, [.. study.Parts.Select(of)]))],
        logX: true, xTicks: Counts));

    private ReportTable Table(string title, Func<BiasVariance, FormattableString> cell) => new(
        title, ["network", .. VarianceExperiment.PerClass.Select(perClass => perClass.ToString(CultureInfo.InvariantCulture))],
        [.. studies.Select(study => (string[])[study.Net.Title, .. study.Parts.Select(part => FormattableString.Invariant(cell(part)))])]);
}
