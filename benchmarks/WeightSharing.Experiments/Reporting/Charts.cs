using ScottPlot;
using ScottPlot.TickGenerators;

namespace WeightSharing.Experiments.Reporting;

/// <summary>One curve: a sample of measurements at every x.</summary>
internal sealed record Curve(string Name, IReadOnlyList<Sample> Points);

/// <summary>The kinds of pictures that reports are made of, all in one style.</summary>
internal static class Charts
{
    private const int Width = 760;
    private const int Height = 420;

    /// <summary>Curves of fractions over a logarithmic x, with bands of one standard deviation.</summary>
    public static byte[] Curves(PlotTheme theme, string xLabel, string yLabel, IReadOnlyList<int> xs, IReadOnlyList<Curve> curves)
    {
        Plot plot = Styled(theme);
        double[] places = [.. xs.Select(x => Math.Log2(x))];
        for (int i = 0; i < curves.Count; i++)
        {
            Color color = theme.Series[i];
            double[] means = [.. curves[i].Points.Select(point => point.Mean)];
            double[] low = [.. curves[i].Points.Select(point => point.Mean - point.Deviation)];
            double[] high = [.. curves[i].Points.Select(point => point.Mean + point.Deviation)];
            ScottPlot.Plottables.FillY band = plot.Add.FillY(places, low, high);
            band.FillColor = color.WithAlpha(.2);
            band.LineWidth = 0;
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(places, means);
            line.LegendText = curves[i].Name;
            line.Color = color;
            line.LineWidth = 2.5f;
            line.MarkerSize = 8;
        }

        ChanceLine(plot, theme, places[0], places[^1]);
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. xs.Select(x => x.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimits(places[0] - 0.2, places[^1] + 0.2, 0, 1.02);
        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        plot.ShowLegend(Alignment.UpperLeft);
        return Png(plot, Width, Height);
    }

    /// <summary>Groups of bars of fractions, one bar of each group for every series.</summary>
    public static byte[] GroupedBars(PlotTheme theme, string yLabel, IReadOnlyList<string> groups, IReadOnlyList<Curve> series)
    {
        Plot plot = Styled(theme);
        for (int s = 0; s < series.Count; s++)
        {
            Color color = theme.Series[s];
            var bars = new List<Bar>();
            for (int g = 0; g < groups.Count; g++)
            {
                Sample sample = series[s].Points[g];
                double position = g * (series.Count + 1) + s;
                bars.Add(new Bar
                {
                    Position = position, Value = sample.Mean, Error = sample.Deviation, FillColor = color, LineWidth = 1.5f, Size = 0.9,
                    ErrorSize = 0.25, LineColor = theme.Ink,
                });
                Text(plot, Numbers.WithDeviation(sample), position, sample.Mean + sample.Deviation + 0.03, theme.Ink, 13);
            }

            ScottPlot.Plottables.BarPlot plotted = plot.Add.Bars(bars);
            plotted.LegendText = series[s].Name;
        }

        double right = groups.Count * (series.Count + 1) - 1;
        ChanceLine(plot, theme, -0.7, right - 0.3);
        double[] centres = [.. groups.Select((_, g) => g * (series.Count + 1) + (series.Count - 1) / 2.0)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(centres, [.. groups]);
        plot.Axes.SetLimits(-0.8, right - 0.2, 0, 1.15);
        plot.YLabel(yLabel, 15);
        plot.ShowLegend(Alignment.UpperRight);
        return Png(plot, Width, Height);
    }

    /// <summary>Grids of squares side by side, each with its title: values from nothing to most.</summary>
    /// <param name="theme">Colours.</param>
    /// <param name="panels">Title and values [row, column] of each, row 0 on top.</param>
    /// <param name="columns">Panels in a row.</param>
    /// <param name="panelSize">Pixels of a panel.</param>
    /// <param name="frames">Frames around rows and columns of every panel: name, first row and column, height and width, index of the series' colour.</param>
    public static byte[] Maps(
        PlotTheme theme, IReadOnlyList<(string Title, double[,] Values)> panels, int columns, int panelSize,
        IReadOnlyList<(string Name, int Row, int Column, int Size, int Series)>? frames = null)
    {
        const double Gap = 0.22;
        Plot plot = Styled(theme);
        int rows = (panels.Count + columns - 1) / columns;
        double pitch = 1 + Gap;
        for (int i = 0; i < panels.Count; i++)
        {
            (string title, double[,] values) = panels[i];
            (double left, double top) = (i % columns * pitch, -(i / columns) * pitch);
            (int height, int width) = (values.GetLength(0), values.GetLength(1));
            ScottPlot.Plottables.Heatmap map = plot.Add.Heatmap(values);
            map.Colormap = theme.Map;
            map.Smooth = false;
            map.Position = new CoordinateRect(left, left + 1, top - 1, top);
            Frame(left, top, 0, 0, height, height, theme.Grid, 1);
            if (title.Length > 0) Text(plot, title, left + 0.5, top + 0.06, theme.Ink, 14);
            foreach ((string name, int row, int column, int size, int series) in frames ?? [])
            {
                Frame(left, top, row, column, size, height, theme.Series[series], 2.5f);
                Text(plot, name, left + (column + size / 2.0) / width, top - (row - 0.8) / height, theme.Series[series], 13);
            }
        }

        plot.HideGrid();
        plot.HideAxesAndGrid();
        plot.Axes.SetLimits(-Gap / 4, columns * pitch - Gap * 0.75, -(rows - 1) * pitch - 1 - Gap / 4, Gap * 0.75);
        return Png(plot, (int)(columns * pitch * panelSize), (int)(rows * pitch * panelSize));

        void Frame(double left, double top, int row, int column, int size, int cells, Color color, float lineWidth)
        {
            (double x, double y, double side) = (left + (double)column / cells, top - (double)row / cells, (double)size / cells);
            ScottPlot.Plottables.Rectangle frame = plot.Add.Rectangle(x, x + side, y - side, y);
            frame.FillColor = Colors.Transparent;
            frame.LineColor = color;
            frame.LineWidth = lineWidth;
        }
    }

    private static void ChanceLine(Plot plot, PlotTheme theme, double left, double right)
    {
        ScottPlot.Plottables.Scatter chance = plot.Add.Scatter(new Coordinates[] { new(left, 0.1), new(right, 0.1) });
        chance.Color = theme.Ink.WithAlpha(.6);
        chance.MarkerSize = 0;
        chance.LineWidth = 1.2f;
        chance.LinePattern = LinePattern.Dashed;
        chance.LegendText = "chance";
    }

    private static void Text(Plot plot, string text, double x, double y, Color color, float size)
    {
        ScottPlot.Plottables.Text label = plot.Add.Text(text, x, y);
        label.LabelFontColor = color;
        label.LabelFontSize = size;
        label.LabelAlignment = Alignment.LowerCenter;
    }

    private static Plot Styled(PlotTheme theme)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = theme.Background;
        plot.DataBackground.Color = theme.Background;
        plot.Axes.Color(theme.Ink);
        plot.Axes.FrameColor(theme.Grid);
        plot.Grid.MajorLineColor = theme.Grid;
        plot.Legend.BackgroundColor = theme.Background.WithAlpha(.85);
        plot.Legend.FontColor = theme.Ink;
        plot.Legend.OutlineColor = theme.Grid;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.FontSize = 14;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        return plot;
    }

    private static byte[] Png(Plot plot, int width, int height)
    {
        // Twice the pixels, for sharp lines on dense screens; the page shows it at half size.
        plot.ScaleFactor = 2;
        return plot.GetImageBytes(2 * width, 2 * height, ImageFormat.Png);
    }
}
