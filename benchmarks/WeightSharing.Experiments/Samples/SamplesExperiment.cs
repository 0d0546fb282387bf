using WeightSharing.Analysis;
using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Samples;

/// <summary>
/// How many examples dense, locally connected and convolutional networks need to find a signal planted in one of k patches, as k grows: without
/// sharing every place has to see examples of its own.
/// </summary>
internal sealed class SamplesExperiment : Experiment
{
    /// <summary>
    /// Numbers of patches. At the last σ√k is 1.13: the best linear filter is right less often than the accuracy that is asked for.
    /// </summary>
    public static IReadOnlyList<int> Patches { get; } = [4, 8, 16, 32];

    /// <inheritdoc/>
    public override string Name => "samples";

    /// <inheritdoc/>
    public override string Summary =>
        "Examples needed to find a planted signal, against the number of places: dense, locally connected, convolution.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Slope of the logarithm of the examples needed for an accuracy of 0.9 against that of the number of patches",
            [.. PatchConnectivity.All.Select(net => $"slope.{net.Key}")]),
        new("Examples needed with 32 patches", ["n.dense.kmax", "n.local.kmax"]),
        new("Examples needed without sharing over those needed with it, for every number of patches",
            [.. Patches.Select(patches => $"ratio.local_over_conv.k{patches}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        (int repeats, int most, PatchBudget budget) = context.Quick ? (1, 16, PatchBudget.Quick) : (8, 65536, PatchBudget.Full);
        var searches = PatchConnectivity.All.ToDictionary(net => net, _ => new SampleSearch[Patches.Count]);
        var jobs = new List<Job>();
        foreach ((PatchConnectivity net, SampleSearch[] found) in searches)
        {
            foreach ((int at, int patches) in Patches.Index())
            {
                RandomKey key = RandomKey.Of(context.Seed).Fork(patches);
                jobs.Add(new Job(net.Title, Math.Pow(patches, 1 + net.TheorySlope), () =>
                    found[at] = SampleSearch.Run(net, patches, repeats, most, budget, key, context.Cancellation)));
            }
        }

        context.RunAll(jobs);
        SampleSearch[] conv = searches[PatchConnectivity.Convolution], local = searches[PatchConnectivity.Local],
            dense = searches[PatchConnectivity.Dense];
        var metrics = new MetricSet(this) { ["n.dense.kmax"] = dense[^1].Needed, ["n.local.kmax"] = local[^1].Needed };
        foreach ((PatchConnectivity net, SampleSearch[] found) in searches) metrics[$"slope.{net.Key}"] = Slope(found);
        foreach ((int at, int patches) in Patches.Index()) metrics[$"ratio.local_over_conv.k{patches}"] = local[at].Needed / conv[at].Needed;
        var page = new SamplesPage(searches, repeats, budget);
        return new ExperimentResult(metrics, [page.Needed, page.Chosen], [.. page.Blocks()], []);
    }

    /// <summary>The power of k by which the examples needed grow.</summary>
    public static double Slope(IReadOnlyList<SampleSearch> found) =>
        LearningCurve.LogLogSlope([.. found.Select(search => (double)search.Patches)], [.. found.Select(search => search.Needed)]);
}
