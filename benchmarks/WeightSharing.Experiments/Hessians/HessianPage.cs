using System.Globalization;
using WeightSharing.Analysis;
using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Experiments.Hessians;

/// <summary>The report page of <see cref="HessianExperiment"/>.</summary>
internal sealed class HessianPage(CurvatureNetwork problem, CurvatureStudy study, RateStudy[] nets, int seeds, int steps)
{
    private const int Panel = 230;

    // Eigenvalues below this share of the largest are flat directions.
    private const double Flat = 1e-6;

    /// <summary>The spectra in numbers.</summary>
    public ReportTable Curvature => new(
        $"Eigenvalues of the Hessian at trained weights; condition number: largest over smallest magnitude above {Flat:0e+0} of the largest",
        ["Hessian", "dimension", "largest", "smallest", "above 1 % of the largest", "condition number"],
        [
            Row("shared: H_θ = SᵀH_wS", study.Shared!.Eigenvalues), Row("along the tied weights", study.Along),
            Row("across the tied weights", study.Across),
            Row("unshared, own minimum", study.Unshared!.Eigenvalues),
        ]);

    /// <summary>What trains, how fast.</summary>
    public ReportTable Training => new(
        $"Gradient descent, {steps} steps from {seeds} first weights: rates that reach a loss of {Number(HessianExperiment.Target)}, and the "
            + "fastest of them",
        ["network", "lowest rate", "highest rate", "ratio", "ratio of each start", "fastest rate", "steps to the loss", "final loss",
            "held-back accuracy"],
        [.. nets.Select(net => (string[])
        [
            net.Title, Number(net.Range.Lowest), Number(net.Range.Highest), Number(net.Range.Ratio),
            $"{Number(net.Ranges.Min(range => range.Ratio))} … {Number(net.Ranges.Max(range => range.Ratio))}", Number(net.Rates[net.BestAt]),
            string.Join(' ', net.Steps[net.BestAt].Order().Select(count => count?.ToString(CultureInfo.InvariantCulture) ?? "–")),
            $"{Numbers.Fraction(net.BestLosses.Mean)} ± {Numbers.Fraction(net.BestLosses.Deviation)}", Numbers.WithDeviation(net.BestAccuracies),
        ])]);

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks() => [.. Spectra(), .. Landscapes(), .. Rates()];

    private IEnumerable<ReportBlock> Spectra()
    {
        yield return new Paragraph($"Two networks of one shape on {problem.Training.Count} digits of 8×8 pixels: 3×3 windows, tanh, means over "
            + $"quarters, a linear readout. One has a filter for all {CurvatureNetwork.Places} places, the other one for each: the shared weights θ "
            + $"are a point w = S·θ in the larger space. There the shared problem sees the Hessian of the "
            + "unshared one through S: H_θ = SᵀH_wS.");
        yield return new Finding($"The identity holds to {Numbers.Scientific(study.IdentityError)} at trained weights. Along the tied weights the "
            + $"unshared loss curves up to {Number(study.Along.Max(Math.Abs))}, across them up to {Number(study.Across.Max(Math.Abs))}; since a "
            + $"step of θ moves {CurvatureNetwork.Places} places at once, H_θ itself reaches {Number(study.Shared!.Largest)}.");
        yield return new TableBlock(Curvature);
        yield return new Paragraph($"Along and across are blocks of the same H_w, for orthonormal directions within the tied subspace and "
            + $"orthogonal to it; {100 * study.Coupling:0.0} % of its norm couples the two.");
        yield return new Figure("eigenvalues", "Magnitudes of the eigenvalues, largest first; those below 1e-9 of the largest are left out.",
            theme => Charts.Lines(
            theme, "rank", "|eigenvalue|",
            [Ranked("shared", study.Shared!.Eigenvalues), Ranked("along", study.Along), Ranked("across", study.Across),
                Ranked("unshared, own minimum", study.Unshared!.Eigenvalues)],
            logX: true, logY: true));
        yield return new Figure("density", "Spectral density by Lanczos quadrature, smoothed, over the eigenvalue divided by the largest.",
            theme => Charts.Lines(
            theme, "eigenvalue / largest", "density", [Density("shared", study.Shared!), Density("unshared, own minimum", study.Unshared!)],
                logY: true));
    }

    private IEnumerable<ReportBlock> Landscapes()
    {
        yield return new Heading("The loss around the weights");
        yield return new Paragraph("Left and middle: the two trained networks along two random directions, each filter's part as long as the "
            + "filter, up to once its length to every side. Right: the unshared network at the shared weights; to the right and left the places "
            + "stay tied, up and down they part. Logarithm of the loss above its lowest value in the picture; the weights are in the centre.");
        yield return new Figure("landscape",
            "The loss around trained weights: shared, unshared, and unshared along (x) and across (y) the tied weights.", theme => Charts.Maps(
            theme, [("shared", Logarithm(study.SharedLandscape)), ("unshared", Logarithm(study.UnsharedLandscape)),
                ("along × across", Logarithm(study.AcrossLandscape))], 3, Panel));
    }

    private IEnumerable<ReportBlock> Rates()
    {
        (RateStudy conv, RateStudy local) = (nets[0], nets[1]);
        yield return new Heading("What it means for training");
        yield return new Paragraph($"Plain gradient descent on all {problem.Training.Count} digits, {steps} steps, at every rate from the same "
            + $"{seeds} seeds. A rate trains when it brings the loss to {Number(HessianExperiment.Target)} from all of them.");
        yield return new Finding($"The convolution trains with rates from {Number(conv.Range.Lowest)} to {Number(conv.Range.Highest)}, a factor of "
            + $"{Number(conv.Range.Ratio)}; the locally connected network from {Number(local.Range.Lowest)} to {Number(local.Range.Highest)}, a "
            + $"factor of {Number(local.Range.Ratio)}.");
        yield return new TableBlock(Training);
        yield return new Figure("rates",
            $"Training loss after {steps} steps against the learning rate, mean over first weights (at most that of guessing).",
                theme => Charts.Lines(
            theme, "learning rate", "loss", [.. nets.Select(net => new Line(net.Title, net.Rates, net.FinalLosses))], logX: true));
        yield return new Figure(
            "steps", "Training loss at each network's fastest rate: median over first weights, and from the lowest to the highest of each step.",
                theme => Charts.Lines(
                theme, "step", "loss", [.. nets.Select(Course)], logX: true, logY: true));
    }

    // A descent that was given up stays where it was.
    private Line Course(RateStudy net)
    {
        double[][] losses = [.. Enumerable.Range(0, steps).Select(step =>
            net.Best.Select(descent => descent.Losses[Math.Min(step, descent.Losses.Length - 1)]).Order().ToArray())];
        return new Line(
            net.Title, [.. Enumerable.Range(1, steps).Select(step => (double)step)], [.. losses.Select(sorted => sorted[(seeds - 1) / 2])],
            Marked: false, Band: [.. losses.Select(sorted => (sorted[0], sorted[^1]))]);
    }

    private static string[] Row(string name, double[] eigenvalues)
    {
        double largest = eigenvalues.Max(Math.Abs);
        return
        [
            name, Numbers.Count(eigenvalues.Length), Number(eigenvalues[^1]), Number(eigenvalues[0]),
                Numbers.Count(eigenvalues.Count(value => Math.Abs(value) > 0.01 * largest)),
            Numbers.Scientific(Hessian.ConditionNumber(eigenvalues, Flat)),
        ];
    }

    private static Line Ranked(string name, double[] eigenvalues)
    {
        double[] magnitudes = [.. eigenvalues.Select(Math.Abs).OrderDescending()];
        double[] shown = [.. magnitudes.TakeWhile(value => value > 1e-9 * magnitudes[0])];
        return new Line(name, [.. Enumerable.Range(1, shown.Length).Select(rank => (double)rank)], shown, Marked: false);
    }

    private static Line Density(string name, Spectrum spectrum) =>
        new(name, [.. spectrum.Grid.Select(value => value / spectrum.Largest)],
            [.. spectrum.Density.Select(value => Math.Max(1e-4, value * spectrum.Largest))], Marked: false);

    private static double[,] Logarithm(double[,] losses)
    {
        double least = losses.Cast<double>().Min();
        var shown = new double[losses.GetLength(0), losses.GetLength(1)];
        for (int i = 0; i < shown.GetLength(0); i++)
        {
            for (int j = 0; j < shown.GetLength(1); j++) shown[i, j] = Math.Log(1 + 20 * (losses[i, j] - least));
        }

        return shown;
    }

    private static string Number(double value) => double.IsNaN(value) ? "–" : value.ToString("0.###", CultureInfo.InvariantCulture);
}
