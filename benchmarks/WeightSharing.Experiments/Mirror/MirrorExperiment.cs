using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Mirror;

/// <summary>
/// A filter whose taps are mirrored about the middle against one with free taps, on a symmetric waveform in antisymmetric and white noise: the tied one cannot hear
/// antisymmetric noise, and has half as many taps to learn.
/// </summary>
internal sealed class MirrorExperiment : Experiment
{
    private const int Repeats = 20;

    /// <inheritdoc/>
    public override string Name => "mirror";

    /// <inheritdoc/>
    public override string Summary => "What mirroring the taps of a filter buys on a symmetric waveform in antisymmetric noise: it need not learn what it cannot hear.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Signal-to-noise ratio of the output over that of the input on fresh noise, dB, after 50 training windows, mean of 20 seeds", ["snr_gain.tied", "snr_gain.free"]),
        new("Root mean square of the tied filter's output to antisymmetric inputs of root mean square 1, largest of the seeds", ["antisymmetric_response.tied"]),
    ];

    private static IReadOnlyList<int> Examples { get; } = [50, 100, 200, 400, 800];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        int repeats = context.Quick ? 2 : Repeats;
        int[] examples = context.Quick ? [50, 100] : [.. Examples];
        RandomKey[] keys = [.. Enumerable.Range(0, repeats).Select(repeat => RandomKey.Of(context.Seed).Fork(repeat))];
        MirrorOutcome[,] tied = new MirrorOutcome[examples.Length, repeats], free = new MirrorOutcome[examples.Length, repeats];
        var jobs = new List<Job>();
        for (int at = 0; at < examples.Length; at++)
        {
            for (int repeat = 0; repeat < repeats; repeat++)
            {
                (int row, int slot) = (at, repeat);
                jobs.Add(new Job("filters", examples[at], () =>
                {
                    // The same windows for both.
                    tied[row, slot] = MirrorTrial.Run(tied: true, examples[row], keys[slot], context.Cancellation);
                    free[row, slot] = MirrorTrial.Run(tied: false, examples[row], keys[slot], context.Cancellation);
                }));
            }
        }

        context.RunAll(jobs);
        var metrics = new MetricSet(this)
        {
            ["snr_gain.tied"] = Row(tied, 0).Average(outcome => outcome.Gain),
            ["snr_gain.free"] = Row(free, 0).Average(outcome => outcome.Gain),
            ["antisymmetric_response.tied"] = Row(tied, 0).Max(outcome => outcome.AntisymmetricResponse),
        };
        var table = new ReportTable(
            $"Gain in dB after so many windows (mean ± deviation of {repeats} seeds), and the answer to antisymmetric input of RMS 1",
            ["filter", "free taps", .. examples.Select(count => count.ToString(CultureInfo.InvariantCulture)), "antisymmetric"],
            [Cells("mirrored", MirrorTrial.Filter(tied: true).Parameters.FreeCount, tied), Cells("free", MirrorTrial.Filter(tied: false).Parameters.FreeCount, free)]);
        return new ExperimentResult(metrics, [table], [.. Page(table, metrics, examples, tied, free, keys[0])], []);
    }

    private static IEnumerable<ReportBlock> Page(
        ReportTable table, MetricSet metrics, int[] examples, MirrorOutcome[,] tied, MirrorOutcome[,] free, RandomKey key)
    {
        double[] places = [.. Enumerable.Range(0, MirrorTrial.Length).Select(n => (double)(n - MirrorTrial.Length / 2))];
        double[] counts = [.. examples.Select(count => (double)count)];
        yield return new Paragraph($"A symmetric waveform of random strength lies in the middle of a window of {MirrorTrial.Length} samples, in noise that is antisymmetric about that middle and in weaker white "
            + "noise. One convolution as long as the window learns to tell the strength: once with mirrored taps (a filter of linear phase, type I), once with free ones. Whatever a mirrored "
            + "filter learns, antisymmetric noise cancels in it; the free filter must find that out from the examples, tap by tap.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"After {examples[0]} windows the mirrored filter lifts the signal {metrics["snr_gain.tied"]:0.0} dB out of the noise, the free one {metrics["snr_gain.free"]:0.0} dB; to antisymmetric input of RMS 1 the mirrored one answers {metrics["antisymmetric_response.tied"]:0.0e+00}, the free one {Row(free, 0).Average(outcome => outcome.AntisymmetricResponse):0.00}."));
        yield return new TableBlock(table);
        yield return new Figure("gain", "Signal-to-noise gain on fresh noise against the number of training windows.", theme => Charts.Lines(
            theme, "training windows", "gain, dB",
            [new Line("mirrored", counts, Gains(tied, examples.Length)), new Line("free", counts, Gains(free, examples.Length))], logX: true));
        Tensor<double> noise = MirrorTrial.Noise(1, key.Fork("picture"));
        yield return new Figure("window", "The waveform, and a window that holds it with strength 1.", theme => Charts.Lines(
            theme, "sample", "",
            [new Line("waveform", places, MirrorTrial.Waveform), new Line("window", places, [.. MirrorTrial.Waveform.Zip(noise.ToArray(), (s, n) => s + n)])]));
        yield return new Figure("filters", $"The filters learned from {examples[0]} windows.", theme => Charts.Lines(
            theme, "tap", "", [new Line("mirrored", places, tied[0, 0].Taps), new Line("free", places, free[0, 0].Taps)]));
    }

    private static string[] Cells(string name, double taps, MirrorOutcome[,] outcomes) =>
    [
        name, Numbers.Count(taps), .. Enumerable.Range(0, outcomes.GetLength(0)).Select(at => Numbers.WithDeviation(new Sample([.. Row(outcomes, at).Select(outcome => outcome.Gain)]))),
        Numbers.Scientific(Row(outcomes, 0).Max(outcome => outcome.AntisymmetricResponse)),
    ];

    private static double[] Gains(MirrorOutcome[,] outcomes, int rows) => [.. Enumerable.Range(0, rows).Select(at => Row(outcomes, at).Average(outcome => outcome.Gain))];

    private static IEnumerable<MirrorOutcome> Row(MirrorOutcome[,] outcomes, int at) => Enumerable.Range(0, outcomes.GetLength(1)).Select(slot => outcomes[at, slot]);
}
