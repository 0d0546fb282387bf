using WeightSharing.Analysis;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Usages;

/// <summary>Which of its uses drives a shared weight, in a network of every axis of sharing, from the first weights to the trained ones.</summary>
internal sealed class UsagesExperiment : Experiment
{
    private static readonly string[] Axes = ["positions", "steps", "hops", "streams", "depths", "elements", "halves"];

    /// <inheritdoc/>
    public override string Name => "usages";

    /// <inheritdoc/>
    public override string Summary => "Which positions, steps, hops, streams, depths, group elements and halves drive the shared weights of the other experiments' networks.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("The parts of a gradient added up against the gradient of a pass that tracks nothing, largest |a − b| / (1 + max |b|), in double: all networks, each network",
            ["identity_error", .. Axes.Select(axis => $"identity_error.{axis}")]),
        new("‖Σ g‖ / Σ ‖g‖ over the uses of one weight, trained: 1 when all pull the same way", [.. Axes.Select(axis => $"coherence.{axis}")]),
        new("Share of pairs of uses whose gradients have a negative cosine, trained", [.. Axes.Select(axis => $"conflicting.{axis}")]),
        new("Effective number of independent uses, trained", [.. Axes.Select(axis => $"effective.{axis}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        var trainings = new WatchedTrainings(context);
        context.RunAll(trainings.Jobs());
        var metrics = new MetricSet(this) { ["identity_error"] = trainings.All.Max(watch => watch.IdentityError) };
        foreach (UsageWatch watch in trainings.All)
        {
            ParameterInsight trained = watch.Series[^1].Insight;
            metrics[$"identity_error.{watch.Key}"] = watch.IdentityError;
            metrics[$"coherence.{watch.Key}"] = trained.Coherence;
            metrics[$"conflicting.{watch.Key}"] = trained.ConflictingShare;
            metrics[$"effective.{watch.Key}"] = trained.EffectiveUsages;
        }

        var page = new UsagesPage(trainings, metrics);
        return new ExperimentResult(metrics, page.Tables, [.. page.Blocks()], [DigitImages.Credit, NodeData.Load(context.Data).Credit, "Sequences and sections are drawn by the program."]);
    }
}
