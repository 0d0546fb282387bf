using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Segmentation;

/// <summary>The report page of <see cref="UNetExperiment"/>.</summary>
internal sealed class UNetPage(Sections sections, ReportTable table, UNet<float>[] networks, float[][][] segmented, Sample[] accuracies, SegmentationRecipe recipe)
{
    private const int Shown = 256, PanelSize = 230;

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks()
    {
        yield return new Paragraph("A U-Net reads a picture at ever coarser resolution and writes its answer back at ever finer, with skip connections between the halves. Here every "
            + "convolution of the decoder uses the filters of its mirror image in the encoder: it is its adjoint, ⟨Wx, y⟩ = ⟨x, Wᵀy⟩. Only the first convolution, the "
            + "read-out and the normalisations stand alone. The other network is the same in everything, with decoder filters of its own.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"Tying takes {100 * (1 - Free(1) / Free(0)):0} % of the parameters and {100 * (accuracies[0].Mean - accuracies[1].Mean):0.0} points of accuracy: ")
            + string.Create(CultureInfo.InvariantCulture, $"{accuracies[1].Mean:0.000} against {accuracies[0].Mean:0.000}."));
        yield return new TableBlock(table);
        yield return new Figure("segmentation", "Two sections that were never learned from: picture, membranes as labelled, and the probability of a cell's inside that the networks give.",
            theme => Charts.Maps(theme, [.. Panels(0), .. Panels(5)], 4, PanelSize));
        yield return new Paragraph("Sharing report of the tied network, for one section:");
        SharingReport report;
        using (TensorScope.Begin()) report = SharingReport.Of(networks[1], () => networks[1].Forward(Tensor.Zeros<float>([1, 1, sections.Size, sections.Size])));
        yield return new Verbatim(report.ToString());
        yield return new Heading("How it was measured");
        yield return new Paragraph($"{sections.Count} sections of {sections.Size}×{sections.Size} pixels; the last {Sections.HeldBack} measure, the others teach. Both networks see the same "
            + $"{recipe.Steps} batches of {recipe.Batch} random pieces of {recipe.Crop}×{recipe.Crop} pixels, turned and mirrored, and learn by Adam with one cycle of the learning rate (at most "
            + string.Create(CultureInfo.InvariantCulture, $"{recipe.LearningRate}) on the sum of cross-entropy and Dice loss."));
    }

    private double Free(int network) => networks[network].Parameters.FreeCount;

    private IEnumerable<(string Title, double[,] Values)> Panels(int at)
    {
        int section = sections.TrainingCount + at;
        yield return ($"section {section + 1}", Map(sections.Images[section]));
        yield return ("labels", Map(Array.ConvertAll(sections.Labels[section], label => (float)label)));
        yield return ("untied", Map(segmented[0][at]));
        yield return ("tied", Map(segmented[1][at]));
    }

    // The upper left corner, as much as can be seen.
    private double[,] Map(float[] pixels)
    {
        int side = Math.Min(Shown, sections.Size);
        var values = new double[side, side];
        for (int pixel = 0; pixel < side * side; pixel++) values[pixel / side, pixel % side] = pixels[pixel / side * sections.Size + pixel % side];
        return values;
    }
}
