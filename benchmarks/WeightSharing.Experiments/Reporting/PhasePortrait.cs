using ScottPlot;

namespace WeightSharing.Experiments.Reporting;

/// <summary>Paths in a plane, with equal scales on both axes.</summary>
internal static class PhasePortrait
{
    private const int Side = 420;

    /// <summary>Draws paths; those of one name have one colour, and stand in the legend once.</summary>
    public static byte[] Draw(PlotTheme theme, string xLabel, string yLabel, IReadOnlyList<Line> paths)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = theme.Background;
        plot.DataBackground.Color = theme.Background;
        plot.Axes.Color(theme.Ink);
        plot.Axes.FrameColor(theme.Grid);
        plot.Grid.MajorLineColor = theme.Grid;
        string[] names = [.. paths.Select(path => path.Name).Distinct()];
        var named = new HashSet<string>();
        foreach (Line path in paths)
        {
            ScottPlot.Plottables.Scatter curve = plot.Add.Scatter((double[])[.. path.Xs], (double[])[.. path.Ys]);
            curve.LegendText = named.Add(path.Name) ? path.Name : "";
            curve.Color = theme.Series[Array.IndexOf(names, path.Name)];
            curve.LineWidth = 2.5f;
            curve.LinePattern = path.Dashed ? LinePattern.Dashed : LinePattern.Solid;
            curve.MarkerSize = path.Marked ? 7 : 0;
        }

        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        plot.Legend.BackgroundColor = theme.Background.WithAlpha(.85);
        plot.Legend.FontColor = theme.Ink;
        plot.Legend.OutlineColor = theme.Grid;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.ShowLegend(Alignment.UpperRight);
        plot.Axes.SquareUnits();
        plot.ScaleFactor = 2;
        return plot.GetImageBytes(2 * Side, 2 * Side, ImageFormat.Png);
    }
}
