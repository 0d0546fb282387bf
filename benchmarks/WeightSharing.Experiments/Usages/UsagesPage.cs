using System.Globalization;
using WeightSharing.Analysis;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Usages;

/// <summary>The tables and the report page of <see cref="UsagesExperiment"/>.</summary>
internal sealed class UsagesPage(WatchedTrainings trainings, MetricSet metrics)
{
    private const int Panel = 200;

    /// <summary>Every table.</summary>
    public IReadOnlyList<ReportTable> Tables { get; } =
    [
        new("A shared weight of each network, before training → trained", ["network", "weight", "uses", "coherence", "conflicting pairs", "effective uses", "largest share", "parts − gradient"],
        [
            .. trainings.All.Select(watch =>
            {
                (ParameterInsight first, ParameterInsight last) = (watch.Series[0].Insight, watch.Series[^1].Insight);
                UsageInsight most = last.Usages.MaxBy(usage => usage.Share)!;
                return (string[])
                [
                    watch.Net, watch.Parameter, $"{Numbers.Count(last.Usages.Count)} {watch.Use}s".Replace("halfs", "halves", StringComparison.Ordinal), Change(first.Coherence, last.Coherence),
                    Change(first.ConflictingShare, last.ConflictingShare), Change(first.EffectiveUsages, last.EffectiveUsages), string.Create(CultureInfo.InvariantCulture, $"{Short(most)}: {most.Share:0.00}"),
                    Numbers.Scientific(watch.IdentityError),
                ];
            }),
        ]),
        new("Streams and halves: share of the gradient, before training → trained", ["weight", "use", "share", "cosine to the sum"],
        [
            .. new[] { trainings.Streams, trainings.Halves }.SelectMany(watch => watch.Series[^1].Insight.Usages.Select((usage, i) => (string[])
            [
                $"{watch.Net}, {watch.Parameter}", usage.Name, Change(watch.Series[0].Insight.Usages[i].Share, usage.Share),
                Change(watch.Series[0].Insight.Usages[i].CosineToSum, usage.CosineToSum),
            ])),
        ]),
    ];

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks()
    {
        yield return new Paragraph("A weight that is shared has one gradient, the sum over the places where it is used. The ledger keeps the parts: which of them drive the weight, whether they agree, "
            + "and how that changes while the network learns. Here are the networks of the other experiments, one of every axis of sharing; the looks are taken at the same examples from the first "
            + "weights to the trained ones.");
        yield return new Finding($"The parts add up to the gradient of a pass that tracks nothing to {Numbers.Scientific(metrics["identity_error"])} at most, in every network and at every point of its training.");
        yield return new TableBlock(Tables[0]);
        yield return new Figure("coherence", "Coherence, ‖Σ g‖ / Σ ‖g‖: 1 when all uses pull the same way.", theme => Series(theme, "coherence", insight => insight.Coherence));
        yield return new Figure("effective", "Effective number of independent uses, as a share of the number of uses.",
            theme => Series(theme, "effective uses / uses", insight => insight.EffectiveUsages / insight.Usages.Count));
        yield return new Figure("conflicting", "Share of the pairs of uses whose gradients have a negative cosine.", theme => Series(theme, "conflicting pairs", insight => insight.ConflictingShare));
        yield return new Heading("By position");
        yield return new Paragraph("A convolution's filter gradient is a sum over positions: of the gradients that filters of their own would have there. Digits lie anywhere on the canvas, but "
            + "few on its rim, and little is learned there.");
        yield return new Figure("positions", "Norm of each position's part in the filters' gradient, first and second layer, from the first weights to the trained ones; left, the digits that the gradient is of.",
            theme => Charts.Maps(theme, [.. Maps()], 4, Panel));
        foreach ((UsageWatch watch, string kind, string title, string text) in Profiles())
        {
            yield return new Heading(title);
            yield return new Paragraph(text);
            yield return new Figure(watch.Key, $"Share of every {watch.Use} in the gradient of {watch.Parameter} ({watch.Net}): ‖gᵢ‖ / Σ ‖g‖.", theme => Profile(theme, watch, kind));
        }

        yield return new Heading("Two streams, two halves");
        yield return new Paragraph("A Siamese network uses its encoder once for each picture of a pair; a tied U-Net uses a filter of its encoder again, transposed, in its decoder.");
        yield return new TableBlock(Tables[1]);
        yield return new Heading("How it was measured");
        yield return new Paragraph("The networks train in single precision as in their own experiments, on embedded data where that is large. At every look the network is copied to double precision; "
            + "one pass tracks the parts of the gradient, another tracks nothing, and the sum of the parts is held against the latter for every parameter by |a − b| / (1 + max |b|). For positions the "
            + "parts are the gradients of a locally connected layer with the same filters everywhere. Progress is the share of the training done.");
    }

    private IEnumerable<(UsageWatch Watch, string Kind, string Title, string Text)> Profiles() =>
    [
        (trainings.Steps, "t", "By step", "The recurrent weight of a GRU that adds two marked numbers of a sequence; the error is at the last step."),
        (trainings.Hops, "hop", "By hop", "One transform for all hops of a graph; a hop's part is scaled by its learned weight, and hops that reach the same nodes agree."),
        (trainings.Depths, "depth", "By depth", "One layer applied again and again: h ← h + tanh(W·norm(h) + b)/√n."),
        (trainings.Elements, "g", "By element of the group", "Each filter of a p4m network at four turns (0 to 3) and, mirrored, at four more (4 to 7). Digits that lie at every angle use all of them."),
    ];

    private IEnumerable<(string Title, double[,] Values)> Maps()
    {
        int[] shown = [0, trainings.Maps.Count / 2, trainings.Maps.Count - 1];
        foreach (int layer in (int[])[0, 1])
        {
            yield return layer == 0 ? ("the digits", trainings.Images.Mean) : ("one of them", trainings.Images.First);
            foreach (int at in shown)
            {
                (double progress, IReadOnlyList<PositionInsight<double>> layers) = trainings.Maps[at];
                yield return (string.Create(CultureInfo.InvariantCulture, $"{(layer == 0 ? "first" : "second")} layer, {progress:0%}"), layers[layer].Norms);
            }
        }
    }

    private byte[] Series(PlotTheme theme, string label, Func<ParameterInsight, double> measure) => Charts.Lines(
        theme, "progress of the training", label,
        [.. trainings.All.Select((watch, i) => new Line(
            watch.Key, [.. watch.Series.Select(point => point.Progress)], [.. watch.Series.Select(point => measure(point.Insight))], Dashed: i >= theme.Series.Count))]);

    private static byte[] Profile(PlotTheme theme, UsageWatch watch, string kind)
    {
        int[] shown = [0, watch.Series.Count / 2, watch.Series.Count - 1];
        return Charts.Lines(theme, watch.Use, "share of the gradient", [.. shown.Select(at =>
        {
            (double progress, ParameterInsight insight) = watch.Series[at];
            IReadOnlyList<(int Index, double Norm, double CosineToSum)> along = insight.Along(kind);
            double total = along.Sum(use => use.Norm);
            return new Line(
                string.Create(CultureInfo.InvariantCulture, $"{progress:0%} trained"), [.. along.Select(use => (double)use.Index)], [.. along.Select(use => total == 0 ? 0 : use.Norm / total)], Marked: along.Count <= 32);
        })]);
    }

    private static string Change(double first, double last) => string.Create(CultureInfo.InvariantCulture, $"{first:0.00} → {last:0.00}");

    private static string Short(UsageInsight usage) => usage.Site.Kind is null ? usage.Name : usage.Site.Kind == "p" ? usage.Name[usage.Name.IndexOf('(', StringComparison.Ordinal)..] : usage.Site.ToString();
}
