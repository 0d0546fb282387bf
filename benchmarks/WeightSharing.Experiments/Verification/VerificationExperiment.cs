using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;

namespace WeightSharing.Experiments.Verification;

/// <summary>
/// Are these two the same digit? One encoder for both images against an encoder for each, asked about digits that neither was trained on.
/// </summary>
internal sealed class VerificationExperiment : Experiment
{
    private const int Splits = 12;

    /// <inheritdoc/>
    public override string Name => "verification";

    /// <inheritdoc/>
    public override string Summary =>
        "What sharing an encoder between two streams buys: telling whether two images show the same digit, for digits never trained on.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Equal error rate on pairs of digits that were not trained on, a fraction (mean over class splits)", [.. Streams.All.Select(kind => $"eer.{kind.Key}")]),
        new("Area under the curve of true over false accepts on the same pairs (mean over class splits)", [.. Streams.All.Select(kind => $"auc.{kind.Key}")]),
        new("Largest |d(x, y) − d(y, x)| over the pairs, and largest d(x, x)",
            [.. Streams.All.SelectMany(kind => new[] { $"asymmetry.{kind.Key}", $"self_distance.{kind.Key}" })]),
        new("Free parameters", [.. Streams.All.Select(kind => $"parameters.{kind.Key}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        DigitImages digits = DigitImages.Load(context.Data);
        int splits = context.Quick ? 2 : Splits, steps = context.Quick ? 20 : VerificationTrial.Steps;
        var measured = Streams.All.ToDictionary(kind => kind, _ => new VerificationResult[splits]);
        var jobs = new List<Job>();
        for (int split = 0; split < splits; split++)
        {
            var trial = new VerificationTrial(digits, context.Seed, split);
            foreach (Streams kind in Streams.All)
            {
                int slot = split;
                jobs.Add(new Job("class splits", 1, () => measured[kind][slot] = trial.Run(kind, steps, context.Cancellation)));
            }
        }

        context.RunAll(jobs);
        return Report(measured, splits);
    }

    private ExperimentResult Report(Dictionary<Streams, VerificationResult[]> measured, int splits)
    {
        var metrics = new MetricSet(this);
        foreach (Streams kind in Streams.All)
        {
            metrics[$"eer.{kind.Key}"] = Sample(kind, result => result.Curve.EqualErrorRate).Mean;
            metrics[$"auc.{kind.Key}"] = Sample(kind, result => result.Curve.AreaUnderCurve).Mean;
            metrics[$"asymmetry.{kind.Key}"] = measured[kind].Max(result => result.Asymmetry);
            metrics[$"self_distance.{kind.Key}"] = measured[kind].Max(result => result.SelfDistance);
            metrics[$"parameters.{kind.Key}"] = measured[kind][0].Parameters;
        }

        var table = new ReportTable(
            $"Digits never trained on (mean ± deviation of {splits} class splits)",
            ["streams", "parameters", "equal error rate", "area under curve", "d(x, y) − d(y, x)", "d(x, x)"],
            [.. Streams.All.Select(kind => (string[])
            [
                kind.Title, Numbers.Count(measured[kind][0].Parameters), Fine(Sample(kind, result => result.Curve.EqualErrorRate)),
                Fine(Sample(kind, result => result.Curve.AreaUnderCurve)), Numbers.Scientific(metrics[$"asymmetry.{kind.Key}"]),
                Numbers.Scientific(metrics[$"self_distance.{kind.Key}"]),
            ])]);
        return new ExperimentResult(metrics, [table], [.. Page(measured, table, splits, metrics)], [DigitImages.Credit]);

        Sample Sample(Streams kind, Func<VerificationResult, double> of) => new([.. measured[kind].Select(of)]);
    }

    private static IEnumerable<ReportBlock> Page(
        Dictionary<Streams, VerificationResult[]> measured, ReportTable table, int splits, MetricSet metrics)
    {
        yield return new Paragraph(
            $"Each of {splits} splits deals the ten digits anew: {VerificationTrial.TrainedClasses} to train on, the others to be asked about. An encoder turns an image into "
            + $"{VerificationTrial.Dimension} numbers, and the distance of two such embeddings says how different the images are. The contrastive loss pulls pairs of the same "
            + "digit together and pushes others apart. All networks see the same pairs in the same order, and are measured on the same pairs.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"Asked about digits never trained on, one shared encoder errs in {100 * metrics["eer.shared"]:0.0} % of pairs where both errors are equally frequent, two separate encoders in ")
            + string.Create(CultureInfo.InvariantCulture, $"{100 * metrics["eer.separate"]:0.0} %, and separate ones that started alike in {100 * metrics["eer.separate_alike"]:0.0} %."));
        yield return new TableBlock(table);
        yield return new Figure("roc", $"True over false accepts of pairs of digits never trained on, mean of {splits} class splits.", theme => Charts.Lines(
            theme, "different digits taken for the same", "same digits recognised", [.. Streams.All.Select(kind => Mean(kind.Title, measured[kind]))]));
        yield return new Paragraph(
            "Sharing makes the distance symmetric, and zero from an image to itself, whatever was learned. Separate encoders must learn to agree, and do so for the digits "
            + "they are trained on: for others, nothing makes them. Those that start as copies of each other stay closer together, and lie between.");
        yield return new Heading("How it was measured");
        yield return new Paragraph(
            $"Encoder: two 3×3 convolutions of 16 and 32 maps with ReLU and 2×2 pooling, and a linear map. {VerificationTrial.Steps} steps of Adam with learning rate "
            + string.Create(CultureInfo.InvariantCulture, $"{VerificationTrial.LearningRate} on {VerificationTrial.BatchSize} pairs, half of them of the same digit; margin {VerificationTrial.Margin}. Measured on {VerificationTrial.TestPairs:#,0} pairs, half of them of the same digit. ")
            + "The equal error rate is where the curve crosses the falling diagonal.");
    }

    // The curves' true accept rates averaged at equal false accept rates.
    private static Line Mean(string name, VerificationResult[] results)
    {
        double[] xs = [.. Enumerable.Range(0, 101).Select(i => i / 100.0)];
        return new Line(name, xs, [.. xs.Select(x => results.Average(result => At(result.Curve, x)))], Marked: false);

        static double At(RocCurve curve, double x)
        {
            RocPoint below = curve.Points.Last(point => point.FalseAcceptRate <= x);
            RocPoint above = curve.Points.FirstOrDefault(point => point.FalseAcceptRate > x, below);
            double span = above.FalseAcceptRate - below.FalseAcceptRate;
            return below.TrueAcceptRate + (span > 0 ? (x - below.FalseAcceptRate) / span * (above.TrueAcceptRate - below.TrueAcceptRate) : 0);
        }
    }

    private static string Fine(Sample sample) => string.Create(CultureInfo.InvariantCulture, $"{sample.Mean:0.000} ± {sample.Deviation:0.000}");
}
