using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace WeightSharing.Experiments.Reporting;

/// <summary>One line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="X">Places.</param>
/// <param name="Y">Values.</param>
/// <param name="Markers">Marks the points.</param>
/// <param name="Dashed">Draws it dashed.</param>
internal sealed record Line(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool Markers = true, bool Dashed = false);

/// <summary>Charts of lines over plain or logarithmic axes, in the style of the others.</summary>
internal static class LineChart
{
    private const int Width = 760, Height = 420;

    /// <summary>A chart; a colour is used again where there are more lines than colours.</summary>
    public static byte[] Draw(
        PlotTheme theme, string xLabel, string yLabel, IReadOnlyList<Line> lines, bool logX = false, bool logY = false, bool equalScales = false)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = theme.Background;
        plot.DataBackground.Color = theme.Background;
        plot.Axes.Color(theme.Ink);
        plot.Axes.FrameColor(theme.Grid);
        plot.Grid.MajorLineColor = theme.Grid;
        foreach ((int i, Line line) in lines.Index())
        {
            ScottPlot.Plottables.Scatter curve = plot.Add.Scatter(
                (double[])[.. line.X.Select(x => logX ? Math.Log10(x) : x)], (double[])[.. line.Y.Select(y => logY ? Math.Log10(y) : y)]);
            curve.LegendText = line.Name;
            curve.Color = theme.Series[i % theme.Series.Count];
            curve.LineWidth = line.Dashed ? 1.5f : 2.5f;
            curve.LinePattern = line.Dashed ? LinePattern.Dashed : LinePattern.Solid;
            curve.MarkerSize = line.Markers ? 7 : 0;
        }

        if (logX) plot.Axes.Bottom.TickGenerator = Decades(lines.SelectMany(line => line.X));
        if (logY) plot.Axes.Left.TickGenerator = Decades(lines.SelectMany(line => line.Y));
        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickLabelStyle.FontSize = plot.Axes.Left.TickLabelStyle.FontSize = 14;
        if (lines.Any(line => line.Name.Length > 0))
        {
            plot.Legend.BackgroundColor = theme.Background.WithAlpha(.85);
            plot.Legend.FontColor = theme.Ink;
            plot.Legend.OutlineColor = theme.Grid;
            plot.Legend.ShadowColor = Colors.Transparent;
            plot.Legend.FontSize = 14;
            plot.ShowLegend(Alignment.UpperRight);
        }

        if (equalScales) plot.Axes.SquareUnits();
        plot.ScaleFactor = 2;
        return plot.GetImageBytes(2 * (equalScales ? Height : Width), 2 * Height, ImageFormat.Png);
    }

    private static NumericManual Decades(IEnumerable<double> values)
    {
        double[] each = [.. values];
        int[] decades = [.. Enumerable.Range((int)Math.Floor(Math.Log10(each.Min())), 40).TakeWhile(decade => decade <= Math.Ceiling(Math.Log10(each.Max())))];
        return new NumericManual([.. decades.Select(decade => (double)decade)], [.. decades.Select(decade => $"1e{decade.ToString(CultureInfo.InvariantCulture)}")]);
    }
}
