using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Sharing;

namespace WeightSharing.Experiments.Digits;

/// <summary>The report page of <see cref="DigitsExperiment"/>.</summary>
internal sealed class DigitPage(
    DigitResults results, DigitImages digits, DigitTrial trial, Dictionary<Connectivity, SharingReport> sharing,
    ReportTable summary, ReportTable[] curves, int repeats)
{
    private const int CanvasPanel = 300;
    private const int FilterPanel = 130;

    /// <summary>The page from top to bottom.</summary>
    public IEnumerable<ReportBlock> Blocks() => [.. Networks(), .. LearningCurves(), .. UnseenCorners(), .. WhatWasLearned(), .. Method()];

    private IEnumerable<ReportBlock> Networks()
    {
        yield return new Paragraph($"Three networks of one shape: {DigitNetwork.FirstMaps} hidden maps, 2×2 pooling, {DigitNetwork.SecondMaps} hidden maps, the maximum of "
            + "every map, and a linear readout. Only the hidden layers differ: dense (every unit sees everything), locally connected (every unit sees a 3×3 window, "
            + "through weights of its own), or convolutions (the same windows, one filter for all of them). From dense to local, connections are dropped; from local "
            + "to convolution nothing changes but that weights are shared.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"Sharing saves weights: {sharing[Connectivity.Convolution].FreeCount:#,0} instead of {sharing[Connectivity.Local].FreeCount:#,0} (local) or ")
            + string.Create(CultureInfo.InvariantCulture, $"{sharing[Connectivity.Dense].FreeCount:#,0} (dense) on a 14×14 canvas."));
        yield return new TableBlock(summary);
        foreach (Connectivity net in Connectivity.All)
        {
            yield return new Paragraph($"Sharing report, {net.Kind}:");
            yield return new Verbatim(sharing[net].ToString());
        }
    }

    private IEnumerable<ReportBlock> LearningCurves()
    {
        yield return new Heading("Digits centred: the control");
        yield return new Paragraph("Every digit fills its 8×8 frame, as in most collections. Every place sees its own part of every digit, so each place can learn "
            + "for itself.");
        yield return new Finding("On centred digits, sharing saves weights and hardly changes accuracy.");
        yield return CurveFigure(Layout.Centred, "centred", "Digits centred in their frame. Bands: one standard deviation.");
        yield return new TableBlock(curves[0]);
        yield return new Heading("Digits scattered: where sharing pays");
        yield return new Paragraph("The same digits, each at one random place of a 14×14 canvas (49 places), in training and in testing. A shared filter learns from every "
            + "digit wherever it lies; without sharing, every place must learn on its own from the few digits that happened to lie there.");
        int at = DigitsExperiment.PerClass.Index().First(pair => pair.Item == 20).Index;
        yield return new Finding($"With 20 examples a class the convolution classifies {Percent(Layout.Scattered, Connectivity.Convolution, at)} of scattered digits rightly, the locally "
            + $"connected network {Percent(Layout.Scattered, Connectivity.Local, at)}, the dense one {Percent(Layout.Scattered, Connectivity.Dense, at)}.");
        yield return CurveFigure(Layout.Scattered, "scattered", "Digits at random places of a 14×14 canvas. Bands: one standard deviation.");
        yield return new TableBlock(curves[1]);
    }

    private IEnumerable<ReportBlock> UnseenCorners()
    {
        yield return new Heading("Corners never seen");
        yield return new Paragraph("All training digits lie in the upper left corner of a 28×28 canvas. Then the same held-back digits are shown in all four. Six blank pixels on "
            + "every side and offsets that the pooling divides make the four corners alike for a convolution, to rounding: what it has learned in one "
            + "place it knows everywhere. Networks that do not share have learned nothing there.");
        yield return new Figure("places", "A held-back digit in each of the four corners; the networks are trained with digits in the framed upper left one only.",
            theme => Charts.Maps(theme, [("", FourCorners())], 1, CanvasPanel, frames: Places()));
        yield return new Figure("corners", "Accuracy on the same held-back digits in the corner of the training and in the three others.", theme => Charts.GroupedBars(
            theme, "accuracy", [.. Connectivity.All.Select(net => net.Title)],
            [
                new Curve("corner of the training", [.. Connectivity.All.Select(results.Seen)]),
                new Curve("the other three corners", [.. Connectivity.All.Select(results.Corner)]),
            ]));
    }

    private IEnumerable<ReportBlock> WhatWasLearned()
    {
        yield return new Heading("What was learned where");
        yield return new Paragraph("The first layers of the networks of the corner test. The convolution has one 3×3 filter a map, for all 784 places. The locally connected layer "
            + "has one a map and place; how far they moved from their first values shows where there was something to learn from: in the corner of the training.");
        yield return new Figure("filters", "The convolution's eight first filters after training, blue for positive weights, orange for negative ones.", theme => Charts.Maps(
            theme, [.. Enumerable.Range(0, DigitNetwork.FirstMaps).Select(map => ($"filter {map + 1}", Filter(map)))], 4, FilterPanel, signed: true));
        yield return new Figure("moved", "How far the locally connected filters of every place moved in training (root of the sum of squares over maps and weights).",
            theme => Charts.Maps(theme, [("", Moved())], 1, CanvasPanel, frames: [Places()[0] with { Series = 1 }]));
    }

    private IEnumerable<ReportBlock> Method()
    {
        yield return new Heading("How it was measured");
        yield return new Paragraph($"{DigitSplit.TestPerClass} digits a class are held back, the same for every seed; the others are dealt anew for every repeat into "
            + $"{DigitSplit.TrainingPerClass} a class to learn from and a rest for validation. In a repeat all three networks see the same digits at the same places in the same "
            + $"order. The curves have {repeats} repeats, the corners {results.Corners[Connectivity.Convolution].Length}. Training: Adam on cross-entropy, batches of {Recipe.BatchSize}. Learning rate "
            + "and number of steps were chosen for every network from the same grid by the accuracy on validation digits, for digits centred and scattered "
            + "(the experiment digits-tuning repeats the choice; the corners use what was chosen for centred digits, which lie at one place too):");
        yield return new TableBlock(new ReportTable("Learning rate and steps", ["network", "centred and corners", "scattered"], [.. Connectivity.All.Select(net => (string[])
        [
            net.Title, .. new[] { Layout.Centred, Layout.Scattered }.Select(layout => DigitRecipes.For(net, layout))
                .Select(recipe => string.Create(CultureInfo.InvariantCulture, $"{recipe.LearningRate}, {recipe.Steps}")),
        ])]));
    }

    private Figure CurveFigure(Layout layout, string name, string caption) => new(name, caption, theme => Charts.Curves(
        theme, "training examples a class", "accuracy on held-back digits", DigitsExperiment.PerClass,
        [.. Connectivity.All.Select(net => new Curve(net.Title, [.. DigitsExperiment.PerClass.Select((_, at) => results.At(layout, net, at))]))]));

    private string Percent(Layout layout, Connectivity net, int at) => string.Create(CultureInfo.InvariantCulture, $"{100 * results.At(layout, net, at).Mean:0} %");

    // The corner of the training first.
    private static CellFrame[] Places()
    {
        (int near, int far, int size) = (Layout.Corners.Margin, Layout.Corners.LastOffset, DigitImages.Size);
        return
        [
            new CellFrame("trained here", near, near, size, Series: 0), new CellFrame("never seen", near, far, size, Series: 1),
            new CellFrame("never seen", far, near, size, Series: 1, IsNamedBelow: true), new CellFrame("never seen", far, far, size, Series: 1, IsNamedBelow: true),
        ];
    }

    private double[,] FourCorners()
    {
        int canvas = Layout.Corners.Canvas;
        int image = trial.Split.Test[3 * DigitSplit.TestPerClass];
        var values = new double[canvas, canvas];
        foreach (int top in new[] { Layout.Corners.Margin, Layout.Corners.LastOffset })
        {
            foreach (int left in new[] { Layout.Corners.Margin, Layout.Corners.LastOffset })
            {
                for (int pixel = 0; pixel < DigitImages.Size * DigitImages.Size; pixel++)
                {
                    (int row, int column) = (pixel / DigitImages.Size, pixel % DigitImages.Size);
                    values[top + row, left + column] = digits.Pixel(image, row, column);
                }
            }
        }

        return values;
    }

    private double[,] Filter(int map)
    {
        ReadOnlySpan<float> weights = results.Corners[Connectivity.Convolution][0].FirstWeights.AsSpan(map * 9, 9);
        var values = new double[3, 3];
        for (int tap = 0; tap < 9; tap++) values[tap / 3, tap % 3] = weights[tap];
        return values;
    }

    // The locally connected weight is [place, map, tap].
    private double[,] Moved()
    {
        int canvas = Layout.Corners.Canvas;
        float[] change = results.Corners[Connectivity.Local][0].FirstChange;
        int perPlace = change.Length / (canvas * canvas);
        var values = new double[canvas, canvas];
        for (int place = 0; place < canvas * canvas; place++)
        {
            values[place / canvas, place % canvas] = Math.Sqrt(change.AsSpan(place * perPlace, perPlace).ToArray().Sum(moved => (double)moved * moved));
        }

        return values;
    }
}
