using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Segmentation;

/// <summary>
/// What it costs to let the decoder of a U-Net use the filters of its encoder: pixel accuracy and parameters of the tied and the untied network on
/// membranes of nerve cells, or on synthetic cells.
/// </summary>
internal sealed class UNetExperiment : Experiment
{
    private static readonly (string Key, string Title, UNetTying Tying)[] Networks =
        [("untied", "untied", UNetTying.None), ("tied", "tied: decoder = encoder transposed", UNetTying.Adjoint)];

    /// <inheritdoc/>
    public override string Name => "unet";

    /// <inheritdoc/>
    public override string Summary => "A U-Net whose decoder is the adjoint of its encoder, against one with filters of its own: membranes of cells, pixel by pixel.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Share of the pixels of the last 10 sections, which are never learned from, that get their right class", [.. Networks.Select(net => $"accuracy.{net.Key}")]),
        new("Free parameters of the network, all counted", [.. Networks.Select(net => $"parameters.{net.Key}")]),
    ];

    /// <summary>The network, before training.</summary>
    public static UNet<float> Network(UNetTying tying, bool small, long seed)
    {
        var network = new UNet<float>(1, 2, small ? [4, 8] : [16, 32, 64, 128], tying);
        network.Initialize(seed);
        return network;
    }

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        Sections sections = Sections.Load(context.Data, key.Fork("sections"), context.Quick);
        bool real = sections.Size > 128;
        SegmentationRecipe recipe = context.Quick ? new(30, 32, 4, 1e-2) : new(real ? 2400 : 700, real ? 128 : 96, 4, 4e-3);
        UNet<float>[] networks = [.. Networks.Select(net => Network(net.Tying, context.Quick, (long)key.Fork("weights").Value))];
        float[][][] segmented = [.. Networks.Select(_ => new float[Sections.HeldBack][])];
        context.RunAll([.. Networks.Select((net, i) => new Job($"{net.Key} network", 1, () =>
        {
            SegmentationTraining.Train(networks[i], sections, recipe, key.Fork("pieces"), context.Cancellation);
            networks[i].Evaluate();
            foreach ((int at, int section) in sections.Test.Index()) segmented[i][at] = SegmentationTraining.Segment(networks[i], sections, section);
        }))]);

        var metrics = new MetricSet(this);
        Sample[] accuracies = [.. segmented.Select(each => new Sample([.. sections.Test.Select((section, at) => SegmentationTraining.Accuracy(each[at], sections.Labels[section]))]))];
        foreach ((int i, (string netKey, _, _)) in Networks.Index())
        {
            metrics[$"accuracy.{netKey}"] = accuracies[i].Mean;
            metrics[$"parameters.{netKey}"] = networks[i].Parameters.FreeCount;
        }

        var table = new ReportTable(
            $"Pixel accuracy on 10 sections of {sections.Name} that were not learned from", ["network", "parameters", "accuracy"],
            [
                .. Networks.Select((net, i) => (string[])[net.Title, Numbers.Count(networks[i].Parameters.FreeCount), Numbers.Fraction(accuracies[i].Mean)]),
                ["the more frequent class everywhere", "0", Numbers.Fraction(sections.ConstantAccuracy())],
            ]);
        var page = new UNetPage(sections, table, networks, segmented, accuracies, recipe);
        return new ExperimentResult(metrics, [table], [.. page.Blocks()], [sections.Credit]);
    }
}
