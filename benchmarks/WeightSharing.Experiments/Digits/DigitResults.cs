using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Sharing;

namespace WeightSharing.Experiments.Digits;

/// <summary>The measurements of <see cref="DigitsExperiment"/>, and what is told about them.</summary>
internal sealed class DigitResults
{
    private readonly Experiment experiment;
    private readonly int repeats;
    private readonly Dictionary<(Layout, Connectivity), double[][]> curves = [];

    /// <summary>Room for the measurements, filled by the jobs.</summary>
    public DigitResults(Experiment experiment, int repeats, int cornerRepeats)
    {
        (this.experiment, this.repeats) = (experiment, repeats);
        foreach (Connectivity net in Connectivity.All)
        {
            foreach (Layout layout in new[] { Layout.Centred, Layout.Scattered })
            {
                curves[(layout, net)] = [.. DigitsExperiment.PerClass.Select(_ => new double[repeats])];
            }

            Corners[net] = new CornerResult[cornerRepeats];
        }
    }

    /// <summary>The corner test of every network, one a repeat.</summary>
    public Dictionary<Connectivity, CornerResult[]> Corners { get; } = [];

    /// <summary>Accuracies at the <paramref name="at"/>-th number of examples, one a repeat.</summary>
    public double[] Accuracies(Layout layout, Connectivity net, int at) => curves[(layout, net)][at];

    /// <summary>Metrics, tables and page.</summary>
    public ExperimentResult Report(DigitImages digits, DigitTrial trial)
    {
        Dictionary<Connectivity, SharingReport> sharing = Connectivity.All.ToDictionary(net => net, net => SharingOf(net, digits, trial));
        var metrics = new MetricSet(experiment);
        foreach (Connectivity net in Connectivity.All)
        {
            metrics[$"parameters.{net.Key}"] = sharing[net].FreeCount;
            foreach (Layout layout in new[] { Layout.Centred, Layout.Scattered })
            {
                foreach ((int at, int perClass) in DigitsExperiment.PerClass.Index()) metrics[$"{layout.Key}.{net.Key}.n{perClass}"] = At(layout, net, at).Mean;
            }

            metrics[$"seen.{net.Key}"] = Seen(net).Mean;
            metrics[$"corner.{net.Key}"] = Corner(net).Mean;
            metrics[$"corner_logit_error.{net.Key}"] = Corners[net].Max(result => result.LogitError);
        }

        ReportTable summary = Summary(sharing);
        ReportTable[] curveTables = [CurveTable(Layout.Centred, "centred in their frame"), CurveTable(Layout.Scattered, "scattered on a 14×14 canvas")];
        return new ExperimentResult(metrics, [.. curveTables, summary], [.. new DigitPage(this, digits, trial, sharing, summary, curveTables, repeats).Blocks()], [DigitImages.Credit]);
    }

    /// <summary>A point of a learning curve.</summary>
    public Sample At(Layout layout, Connectivity net, int at) => new(curves[(layout, net)][at]);

    /// <summary>Accuracy in the corner of the training.</summary>
    public Sample Seen(Connectivity net) => new([.. Corners[net].Select(result => result.Seen)]);

    /// <summary>Accuracy in the other corners.</summary>
    public Sample Corner(Connectivity net) => new([.. Corners[net].Select(result => result.Corner)]);

    private static SharingReport SharingOf(Connectivity net, DigitImages digits, DigitTrial trial)
    {
        Sequential<float> network = trial.Network(net, Layout.Scattered);
        Examples one = digits.Lay(Layout.Scattered.Canvas, [0], _ => (0, 0));
        return SharingReport.Of(network, () => network.Forward(one.Images));
    }

    private ReportTable Summary(Dictionary<Connectivity, SharingReport> sharing) => new(
        "Weights (14×14 canvas), and accuracy on digits in the corner of the training and in the others",
        ["network", "parameters", "unshared", "seen corner", "unseen corners", "logits differ by"],
        [.. Connectivity.All.Select(net => (string[])
        [
            net.Title, Numbers.Count(sharing[net].FreeCount), Numbers.Count(sharing[net].UnsharedCount), Numbers.WithDeviation(Seen(net)),
            Numbers.WithDeviation(Corner(net)), Numbers.Scientific(Corners[net].Max(result => result.LogitError)),
        ])]);

    private ReportTable CurveTable(Layout layout, string where) => new(
        $"Digits {where}: accuracy after so many examples a class (mean ± deviation of {repeats} repeats)",
        ["network", .. DigitsExperiment.PerClass.Select(perClass => perClass.ToString(CultureInfo.InvariantCulture))],
        [.. Connectivity.All.Select(net => (string[])
            [net.Title, .. DigitsExperiment.PerClass.Select((_, at) => Numbers.WithDeviation(At(layout, net, at)))])]);
}
