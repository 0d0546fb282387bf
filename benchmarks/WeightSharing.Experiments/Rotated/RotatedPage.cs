using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Rotated;

/// <summary>The tables and the report page of <see cref="RotatedExperiment"/>.</summary>
internal sealed class RotatedPage(
    RotatedDigits digits, RotatedRecipe recipe, Dictionary<FilterSharing, RotatedOutcome[]> outcomes, MetricSet metrics)
{
    private const int Panel = 110, DigitSteps = 8, ShownFilters = 2;

    /// <summary>All of it.</summary>
    public ExperimentResult Result()
    {
        ReportTable table = Summary();
        return new ExperimentResult(metrics, [table], [.. Blocks(table)], [digits.Credit]);
    }

    private ReportTable Summary() => new(
        $"Turned digits: {digits.Training.Count} to learn from, {digits.Test.Count} to measure with; error in percent (mean ± deviation of {outcomes[FilterSharing.Plain].Length} repeats)",
        ["network", "parameters", "maps a layer", "error %", "turned by 90° more"],
        [.. FilterSharing.All.Select(sharing => (string[])
        [
            sharing.Title, Numbers.Count(metrics[$"parameters.{sharing.Key}"]),
            Numbers.Count(RotatedNetwork.ChannelsOf(sharing, digits.Size) * (sharing.Group?.Order ?? 1)), Percent(outcomes[sharing].Select(outcome => outcome.Error)),
            Percent(outcomes[sharing].Select(outcome => outcome.ErrorOfTurned)),
        ])]);

    private IEnumerable<ReportBlock> Blocks(ReportTable table)
    {
        double gain = 100 * (metrics["error.z2"] - metrics["error.p4"]);
        yield return new Paragraph("Digits lie at every angle. A plain convolution knows a stroke wherever it lies, and must learn it anew for every direction. A group convolution "
            + "shares each filter over the quarter turns of the plane too (p4), or over turns and mirrors (p4m): it has fewer filters, each used at four or eight angles, and a digit "
            + "turned by 90° gives the same answer exactly. The networks have about the same number of weights; the plain one is also trained with every picture turned to a new angle "
            + "in every pass, the usual remedy.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"Of {digits.Test.Count:#,0} turned digits the plain network takes {100 * metrics["error.z2"]:0.0} % for another, with turned pictures {100 * metrics["error.z2_augmented"]:0.0} %, p4 {100 * metrics["error.p4"]:0.0} %, p4m {100 * metrics["error.p4m"]:0.0} %: sharing over quarter turns alone saves {gain:0.0} points."));
        yield return new TableBlock(table);
        yield return new Figure("digits", "A digit of the training set at eight angles.", theme => Charts.Maps(
            theme, [.. Enumerable.Range(0, DigitSteps).Select(step => ($"{step * 360 / DigitSteps}°", Plane(digits.Around(0, DigitSteps), step)))], 4, Panel));
        yield return new Heading("One filter, eight pictures");
        yield return new Paragraph("The first layer of the p4m network holds nine weights a channel. The group makes eight filters of them; the ledger counts each as a use, and the gradient of "
            + "the nine is the sum over all eight.");
        yield return new Figure("orbits", "Learned filters of the p4m network's first layer, each at the eight elements of its group; blue is positive, orange negative.",
            theme => Charts.Maps(theme, [.. Orbits()], 8, Panel, signed: true));
        yield return new Heading("What is shared");
        foreach (FilterSharing sharing in FilterSharing.All.Where(sharing => !sharing.TurnsPictures))
        {
            Sequential<float> network = outcomes[sharing][0].Network;
            yield return new Paragraph($"Sharing report, {sharing.Title}:");
            yield return new Verbatim(SharingReport.Of(network, () => network.Forward(digits.Test.Images[..1])).ToString());
        }

        yield return new Heading("How it was measured");
        yield return new Paragraph(string.Create(CultureInfo.InvariantCulture,
            $"The network is that of Cohen and Welling, “Group equivariant convolutional networks” (2016): 3×3 convolutions without padding with batch normalisation and ReLU, 2×2 pooling after the second, a convolution over what is left, the maximum over elements. Every digit is turned by an angle of its own, uniform around the circle, with bilinear interpolation. Adam on cross-entropy, batches of {recipe.BatchSize}, {recipe.Passes} passes for every network, learning rate {recipe.LearningRate} falling to zero along a cosine. In a repeat all networks see the same digits at the same angles.")
            + (digits.IsMnist
                ? " Published after full training on the original set: plain 5.03 %, p4 2.28 %."
                : " These are the embedded digits of 8×8 pixels on canvases of 12×12, every held-back digit at four angles; with --data and MNIST in it there are 12 000 digits of 28×28 to learn from and 50 000 to measure with. A 6 turned by 180° is a 9: no network can tell all of them apart."));
    }

    private IEnumerable<(string Title, double[,] Values)> Orbits()
    {
        FilterSharing mirrored = FilterSharing.All.Single(sharing => sharing.Group == PlanarGroup.P4M);
        var first = (GroupLift2d<float>)outcomes[mirrored][0].Network[0];
        Tensor<float> bank = first.FilterBank;
        for (int map = 0; map < ShownFilters * first.Group.Order; map++) yield return (Short(first.Group, map % first.Group.Order), Plane(bank, map));
    }

    private static string Short(PlanarGroup group, int element) => group.NameOf(element).Replace("mirrored", "mirror", StringComparison.Ordinal)
        .Replace("rotated ", "", StringComparison.Ordinal).Replace("as it is", "0°", StringComparison.Ordinal);

    private static double[,] Plane(Tensor<float> images, int image)
    {
        var values = new double[images.Shape[2], images.Shape[3]];
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int j = 0; j < values.GetLength(1); j++) values[i, j] = images[image, 0, i, j];
        }

        return values;
    }

    private static string Percent(IEnumerable<double> errors) => Numbers.WithDeviation(new Sample([.. errors.Select(error => 100 * error)]));
}
