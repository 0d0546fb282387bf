using System.Globalization;
using WeightSharing.Analysis;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Toeplitz;

/// <summary>The tables and the report page of <see cref="ToeplitzExperiment"/>.</summary>
internal sealed class ToeplitzPage(
    Geometry[] geometries, SpectrumCheck[] spectra, Drift[] drifts, ConvolutionMatrix matrix, Tensor<double> filters, MetricSet metrics)
{
    private const int MatrixPanel = 360, FilterPanel = 110;

    /// <summary>Every table.</summary>
    public IReadOnlyList<ReportTable> Tables { get; } =
    [
        new("Convolutions of trained filters against their matrices", ["geometry", "matrix", "weights", "entries", "filled", "from Toeplitz", "error"],
        [
            .. geometries.Select(one => (string[])
            [
                one.Name, $"{Numbers.Count(one.Rows)} × {Numbers.Count(one.Columns)}", Numbers.Count(one.FreeCount), Numbers.Count(one.EntryCount), Numbers.Fraction(one.Filled),
                one.Distance is { } distance ? Numbers.Scientific(distance) : "–", Numbers.Scientific(one.Error),
            ]),
        ]),
        new("Singular values", ["layer", "norm before", "norm after", "after clipping", "with zeros around", "Fourier error", "Lanczos error"],
        [
            .. spectra.Select(one => (string[])
            [
                one.Name, Numbers.Fraction(one.Before[0]), Numbers.Fraction(one.After[0]), Numbers.Fraction(one.Clipped[0]), Numbers.Fraction(one.PaddedNorm),
                Numbers.Scientific(one.FourierError), Numbers.Scientific(one.LanczosError),
            ]),
        ]),
        new("First layers that do not share, against the nearest convolution", ["network", "residual at first", "at the end", "of chance", "share of the way", "accuracy", "projected"],
        [
            .. drifts.Select(one => (string[])
            [
                one.Title, Residual(one.Residuals[0]), Residual(one.Residuals[^1]), Residual(one.ChanceResidual), Numbers.Fraction(one.MovedShare),
                Numbers.Fraction(one.Accuracy), Numbers.Fraction(one.ProjectedAccuracy),
            ]),
        ]),
    ];

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks()
    {
        yield return new Heading("The matrix");
        yield return new Paragraph("A convolution is a linear map, so it is a matrix: one row an output value, one column a pixel. Every filter weight stands in it as often as there are places, along "
            + "diagonals within diagonals: the matrix is Toeplitz in blocks of blocks. Built entry by entry from the filters of a network that has learned scattered digits, it does what the layer does.");
        yield return new Finding($"Matrix and layer differ by {Numbers.Scientific(metrics["equality_error"])} at most, in {geometries.Length} geometries.");
        yield return new TableBlock(Tables[0]);
        yield return new Figure("matrix", "The first of the trained filters as a matrix: rows are places of its map, columns pixels; blue is positive, orange negative.",
            theme => Charts.Maps(theme, [("", FirstBlock())], 1, MatrixPanel, signed: true));
        yield return new Heading("The spectrum");
        yield return new Paragraph("With circular padding the Fourier transform turns the matrix into one small matrix a frequency, and the singular values of those are the layer's. With zeros around, "
            + "Lanczos finds the largest from products alone. Both are held against the decomposition of the whole matrix.");
        yield return new Finding($"They differ from it by {Numbers.Scientific(metrics["spectrum_error"])} at most.");
        yield return new TableBlock(Tables[1]);
        foreach ((int i, SpectrumCheck spectrum) in spectra.Index())
        {
            double[] ranks = [.. Enumerable.Range(1, spectrum.After.Length).Select(rank => (double)rank)];
            yield return new Figure(i == 0 ? "spectrum-first" : "spectrum-second", $"Singular values of the {spectrum.Name}, circular: before training, after it, and clipped at half the norm.", theme => Charts.Lines(
                theme, "rank", "singular value",
                [new Line("before training", ranks, spectrum.Before, Marked: false), new Line("after", ranks, spectrum.After, Marked: false), new Line("clipped", ranks, spectrum.Clipped, Dashed: true, Marked: false)]));
        }

        yield return new Figure("gains", "Largest singular value at every frequency, the mean in the middle: what each layer lets through.",
            theme => Charts.Maps(theme, [.. spectra.Select(spectrum => (spectrum.Name, spectrum.Gains))], 2, MatrixPanel / 2));
        yield return new Heading("The nearest convolution");
        yield return new Paragraph("The convolutions are a linear subspace of all locally connected and all dense layers of the same size. The nearest one is a mean over places; what is left is how far a layer "
            + "is from sharing. Networks that do not share are followed through training: one begins as a convolution, one with random weights at every place, one is dense.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"A first layer that begins shared and is free to leave ends {drifts[0].Residuals[^1]:0.00} of its norm away from the nearest convolution; one that begins at random goes from {drifts[1].Residuals[0]:0.0000} to {drifts[1].Residuals[^1]:0.0000}, a dense one from {drifts[2].Residuals[0]:0.0000} to {drifts[2].Residuals[^1]:0.0000}: what random weights leave."));
        yield return new TableBlock(Tables[2]);
        yield return new Figure("drift", "Distance of the first layer to the nearest convolution, relative to its norm.", theme => Charts.Lines(
            theme, "steps of training", "‖w − nearest‖ / ‖w‖", [.. drifts.Select(drift => new Line(drift.Title, drift.Steps, drift.Residuals))]));
        yield return new Figure("filters", "Filters of the first layer: the convolution's, and the nearest convolution's to each network that does not share; every picture in its own colours.",
            theme => Charts.Maps(theme, [.. Filters()], DigitNetwork.FirstMaps, FilterPanel, signed: true));
        yield return new Heading("How it was measured");
        yield return new Paragraph($"The networks are those of the digits experiment. They train in single precision; the trained ones are converted to double, where every identity is measured by |a − b| / (1 + max |b|). "
            + $"The projection of the trained convolution's matrix gives its filters back to {Numbers.Scientific(metrics["projection_error"])}. “Share of the way” is the part of the squared distance travelled that stayed within the convolutions; "
            + "“projected” is the accuracy after the first layer is replaced by the nearest convolution.");
    }

    private static string Residual(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    // Rows and columns of the first channel pair.
    private double[,] FirstBlock()
    {
        (int rows, int columns) = (matrix.OutputSize.Area, matrix.InputSize.Area);
        var block = new double[rows, columns];
        foreach ((int row, int column, double value) in matrix.Entries)
        {
            if (row < rows && column < columns) block[row, column] += value;
        }

        return block;
    }

    private IEnumerable<(string Title, double[,] Values)> Filters()
    {
        foreach ((string title, double[] taps) in new[] { ("convolution", filters.ToArray()) }.Concat(drifts.Select(drift => (drift.Title.Split(", ")[^1], Array.ConvertAll(drift.Nearest, value => (double)value)))))
        {
            for (int map = 0; map < DigitNetwork.FirstMaps; map++)
            {
                var plane = new double[3, 3];
                for (int tap = 0; tap < 9; tap++) plane[tap / 3, tap % 3] = taps[map * 9 + tap];
                yield return (map == 0 ? title : "", plane);
            }
        }
    }
}
