using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Citations;

/// <summary>
/// Papers classified by their words and by whom they cite: published graph networks, and one transform shared over all hops against one a hop.
/// </summary>
internal sealed class CoraExperiment : Experiment
{
    /// <inheritdoc/>
    public override string Name => "cora";

    /// <inheritdoc/>
    public override string Summary =>
        "What sharing a transform over nodes and hops buys: classifying the nodes of a graph, Cora's papers with --data, a karate club without.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Accuracy on test nodes, a fraction (mean over seeds)", [.. NodeRecipe.All.Select(recipe => $"accuracy.{recipe.Key}")]),
        new("Its standard deviation over seeds", [.. NodeRecipe.All.Select(recipe => $"deviation.{recipe.Key}")]),
        new("Free parameters", [.. NodeRecipe.All.Select(recipe => $"parameters.{recipe.Key}")]),
        new("Learned weight of each hop in the shared multi-hop layer (mean over seeds)", [.. Enumerable.Range(0, NodeRecipe.Hops + 1).Select(hop => $"gamma.{hop}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        NodeData data = NodeData.Load(context.Data);
        int seeds = context.Quick ? 2 : 10;
        int? epochs = context.Quick ? 30 : null;
        var measured = NodeRecipe.All.ToDictionary(recipe => recipe, _ => new NodeResult[seeds]);
        var jobs = new List<Job>();
        foreach (NodeRecipe recipe in NodeRecipe.All)
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                int slot = seed;
                jobs.Add(new Job("trainings", recipe.IsBestEpoch ? 3 : 1, () =>
                    measured[recipe][slot] = NodeTrial.Run(recipe, data, context.Seed * 1000 + slot, epochs, context.Cancellation)));
            }
        }

        context.RunAll(jobs);
        return Report(data, measured, seeds);
    }

    private ExperimentResult Report(NodeData data, Dictionary<NodeRecipe, NodeResult[]> measured, int seeds)
    {
        var metrics = new MetricSet(this);
        foreach (NodeRecipe recipe in NodeRecipe.All)
        {
            metrics[$"accuracy.{recipe.Key}"] = Accuracy(recipe).Mean;
            metrics[$"deviation.{recipe.Key}"] = Accuracy(recipe).Deviation;
            metrics[$"parameters.{recipe.Key}"] = measured[recipe][0].Parameters;
        }

        Sample[] gamma = [.. Enumerable.Range(0, NodeRecipe.Hops + 1).Select(hop => new Sample([.. measured[NodeRecipe.MultiHop].Select(result => result.Hops!.Weights[hop])]))];
        for (int hop = 0; hop < gamma.Length; hop++) metrics[$"gamma.{hop}"] = gamma[hop].Mean;
        var table = new ReportTable(
            $"{data.Name}: accuracy on {data.Test.Length} test nodes (mean ± deviation of {seeds} seeds)",
            ["model", "parameters", "accuracy", "epoch"],
            [.. NodeRecipe.All.Select(recipe => (string[])
            [
                recipe.Title, Numbers.Count(measured[recipe][0].Parameters),
                string.Create(CultureInfo.InvariantCulture, $"{Accuracy(recipe).Mean:0.000} ± {Accuracy(recipe).Deviation:0.000}"),
                Numbers.Count(measured[recipe].Average(result => result.Epoch)),
            ])]);
        return new ExperimentResult(metrics, [table], [.. Page(data, table, gamma, seeds)], [data.Credit]);

        Sample Accuracy(NodeRecipe recipe) => new([.. measured[recipe].Select(result => result.Accuracy)]);
    }

    private static IEnumerable<ReportBlock> Page(NodeData data, ReportTable table, Sample[] gamma, int seeds)
    {
        yield return new Paragraph(data.IsCora
            ? $"{data.Graph.NodeCount:#,0} papers in {data.Classes} fields, described by which of {data.Features.Shape[1]:#,0} words they use and joined by {data.Graph.EdgeCount / 2:#,0} citations. "
                + $"The fields of {data.Train.Length} are known; {data.Validation.Length} choose the epoch, {data.Test.Length:#,0} measure."
            : $"{data.Graph.NodeCount} members of a karate club that fell apart, joined by {data.Graph.EdgeCount / 2} friendships and known by nothing but their number. The sides of the "
                + "two leaders are known. With so few nodes one decides a great deal: run with --data for Cora.");
        yield return new TableBlock(table);
        yield return new Paragraph(
            "A multi-hop layer lets every node hear from nodes up to ten edges away. Shared, one transform serves all hops and a single number says how much each hop counts; "
            + "unshared, every hop learns a transform of its own from the same few labels.");
        yield return new Figure("hops", $"Learned weights γ of the hops in the shared multi-hop layer, mean of {seeds} seeds, and where they began: personalised PageRank.",
            theme => Charts.Lines(theme, "hop", "weight γ",
            [
                new Line("learned", Hops(), [.. gamma.Select(sample => sample.Mean)]),
                new Line("at the beginning", Hops(), Layers.HopInitializer.Ppr().Draw(NodeRecipe.Hops, Tensors.RandomKey.Of(0)), Dashed: true),
            ]));
        yield return new Heading("How it was measured");
        yield return new TableBlock(new ReportTable(
            "Settings, those that are published for Cora", ["model", "settings", "measured at"],
            [.. NodeRecipe.All.Select(recipe => (string[])[recipe.Title, recipe.Settings, recipe.IsBestEpoch ? "lowest validation loss" : "the last epoch"])]));
    }

    private static double[] Hops() => [.. Enumerable.Range(0, NodeRecipe.Hops + 1).Select(hop => (double)hop)];
}
