using ScottPlot;
using ScottPlot.TickGenerators;

namespace WeightSharing.Experiments.Reporting;

/// <summary>One curve: a sample of measurements at every x.</summary>
internal sealed record Curve(string Name, IReadOnlyList<Sample> Points);

/// <summary>One line through points.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Xs">Ascending, one a point.</param>
/// <param name="Ys">One a point.</param>
/// <param name="Dashed">For bounds and theory, beside what was measured.</param>
/// <param name="Marked">Marks the points.</param>
/// <param name="Series">Which of the theme's series gives the colour; null is the line's place among the lines.</param>
/// <param name="Band">Shaded from low to high around the line, one pair a point.</param>
internal sealed record Line(
    string Name, IReadOnlyList<double> Xs, IReadOnlyList<double> Ys, bool Dashed = false, bool Marked = true, int? Series = null,
    IReadOnlyList<(double Low, double High)>? Band = null);

/// <summary>A frame around square cells of a map.</summary>
/// <param name="Name">Written above it, or below.</param>
/// <param name="Row">First row.</param>
/// <param name="Column">First column.</param>
/// <param name="Size">Height and width in cells.</param>
/// <param name="Series">Which of the theme's series gives the colour.</param>
/// <param name="IsNamedBelow">Writes the name below.</param>
internal sealed record CellFrame(string Name, int Row, int Column, int Size, int Series, bool IsNamedBelow = false);

/// <summary>The kinds of pictures that reports are made of, all in one style.</summary>
internal static class Charts
{
    private const int Width = 760;
    private const int Height = 420;
    private const double RoomForLegend = 1.25;

    // Whatever the machine has, the plainest first; without any of them it is the drawing library's choice.
    private static readonly string Typeface = new[] { "Inter", "Open Sans", "Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Arial" }
        .FirstOrDefault(SkiaSharp.SKFontManager.Default.GetFontFamilies().Contains, Fonts.Default);

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
        plot.Axes.SetLimits(places[0] - 0.2, places[^1] + 0.2, 0, RoomForLegend);
        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        ShowLegend(plot);
        return Png(plot, Width, Height);
    }

    /// <summary>Lines over linear or logarithmic axes, which are as long as the points need. Lines without a name are not in the legend.</summary>
    /// <param name="theme">Colours.</param>
    /// <param name="xLabel">Below.</param>
    /// <param name="yLabel">Beside.</param>
    /// <param name="lines">What to draw.</param>
    /// <param name="logX">Logarithmic x.</param>
    /// <param name="logY">Logarithmic y.</param>
    /// <param name="xTicks">Where x is written; null is at round numbers.</param>
    public static byte[] Lines(
        PlotTheme theme, string xLabel, string yLabel, IReadOnlyList<Line> lines, bool logX = false, bool logY = false, IReadOnlyList<double>? xTicks = null)
    {
        Plot plot = Styled(theme);
        plot.Axes.Left.TickGenerator = logY ? Decades() : new NumericAutomatic();
        plot.Axes.Bottom.TickGenerator = xTicks is not null
            ? new NumericManual([.. xTicks.Select(X)], [.. xTicks.Select(x => x.ToString("#,0.####", System.Globalization.CultureInfo.InvariantCulture))])
            : logX ? Decades() : new NumericAutomatic();
        for (int i = 0; i < lines.Count; i++)
        {
            Color color = theme.Series[(lines[i].Series ?? i) % theme.Series.Count];
            double[] xs = [.. lines[i].Xs.Select(X)], ys = [.. lines[i].Ys.Select(Y)];
            if (lines[i].Band is { } band)
            {
                ScottPlot.Plottables.FillY shade = plot.Add.FillY(xs, [.. band.Select(ends => Y(ends.Low))], [.. band.Select(ends => Y(ends.High))]);
                shade.FillColor = color.WithAlpha(.2);
                shade.LineWidth = 0;
            }

            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(xs, ys);
            line.LegendText = lines[i].Name;
            line.Color = color;
            line.LineWidth = 2.5f;
            line.LinePattern = lines[i].Dashed ? LinePattern.Dashed : LinePattern.Solid;
            line.MarkerSize = lines[i].Marked ? 7 : 0;
        }

        plot.Axes.AutoScale();
        // Room above for the legend, where no line can be: three or four names a row.
        AxisLimits limits = plot.Axes.GetLimits();
        double room = 0.18 + 0.1 * (Math.Max(0, lines.Count(line => line.Name.Length > 0) - 1) / 3);
        plot.Axes.SetLimitsY(limits.Bottom, limits.Top + room * (limits.Top - limits.Bottom));
        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        if (lines.Count > 1) ShowLegend(plot);
        return Png(plot, Width, Height);

        double X(double x) => logX ? Math.Log10(x) : x;

        double Y(double y) => logY ? Math.Log10(y) : y;

        static NumericAutomatic Decades() => new()
        {
            IntegerTicksOnly = true,
            LabelFormatter = exponent => Math.Abs(exponent) <= 4
                ? Math.Pow(10, exponent).ToString("#,0.####", System.Globalization.CultureInfo.InvariantCulture)
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"1e{exponent:0}"),
        };
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
                    Position = position,
                    Value = sample.Mean,
                    Error = sample.Deviation,
                    FillColor = color,
                    LineWidth = 1.5f,
                    Size = 0.9,
                    ErrorSize = 0.25,
                    LineColor = theme.Ink,
                });
                Text(plot, Numbers.WithDeviation(sample), position, sample.Mean + sample.Deviation + 0.02, theme.Ink, 12);
            }

            ScottPlot.Plottables.BarPlot plotted = plot.Add.Bars(bars);
            plotted.LegendText = series[s].Name;
        }

        double right = groups.Count * (series.Count + 1) - 1;
        ChanceLine(plot, theme, -0.7, right - 0.3);
        double[] centres = [.. groups.Select((_, g) => g * (series.Count + 1) + (series.Count - 1) / 2.0)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(centres, [.. groups]);
        plot.Axes.SetLimits(-0.8, right - 0.2, 0, RoomForLegend);
        plot.YLabel(yLabel, 15);
        ShowLegend(plot);
        return Png(plot, Width, Height);
    }

    /// <summary>Ratios as bars to the left and right of one, on a logarithmic scale: a row for each name, a bar in it for each series.</summary>
    public static byte[] RatioBars(PlotTheme theme, string xLabel, IReadOnlyList<string> names, IReadOnlyList<(string Name, IReadOnlyList<double> Ratios)> series)
    {
        Plot plot = Styled(theme);
        double pitch = series.Count + 1;
        for (int s = 0; s < series.Count; s++)
        {
            (string name, IReadOnlyList<double> ratios) = series[s];
            Color color = theme.Series[s];
            Bar[] bars = [.. ratios.Select((ratio, row) => new Bar
            {
                Position = -(row * pitch + s),
                Value = Math.Log10(ratio),
                FillColor = color,
                LineWidth = 0,
                Size = 0.9,
                Orientation = Orientation.Horizontal,
            })];
            plot.Add.Bars(bars).LegendText = name;
        }

        double[] all = [.. series.SelectMany(one => one.Ratios).Select(Math.Log10).Append(0)];
        int least = (int)Math.Floor(all.Min()), most = (int)Math.Ceiling(all.Max());
        int[] decades = [.. Enumerable.Range(least, most - least + 1)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. decades.Select(decade => (double)decade)], [.. decades.Select(decade => Math.Pow(10, decade).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture))]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. names.Select((_, row) => -(row * pitch + (series.Count - 1) / 2.0))], [.. names]);
        plot.Axes.SetLimits(all.Min() - 0.1, Math.Max(all.Max() + 0.1, 0.2), -(names.Count * pitch) + 0.5, 4);
        plot.XLabel(xLabel, 15);
        ShowLegend(plot);
        return Png(plot, Width, 70 + (int)(14 * pitch * names.Count));
    }

    /// <summary>Grids of squares side by side, each with its title, if it has one.</summary>
    /// <param name="theme">Colours.</param>
    /// <param name="panels">Title and values [row, column] of each, row 0 on top.</param>
    /// <param name="columns">Panels in a row.</param>
    /// <param name="panelSize">Pixels of a panel.</param>
    /// <param name="signed">Colours each panel from its most negative to its most positive value, with zero as background; else from 0 to its largest.</param>
    /// <param name="frames">Frames around cells of every panel.</param>
    public static byte[] Maps(
        PlotTheme theme, IReadOnlyList<(string Title, double[,] Values)> panels, int columns, int panelSize, bool signed = false,
        IReadOnlyList<CellFrame>? frames = null)
    {
        const double Side = 0.08;
        double above = panels.Any(panel => panel.Title.Length > 0) ? 0.22 : Side;
        (double pitchX, double pitchY) = (1 + 2 * Side, 1 + Side + above);
        Plot plot = Styled(theme);
        int rows = (panels.Count + columns - 1) / columns;
        for (int i = 0; i < panels.Count; i++)
        {
            (string title, double[,] values) = panels[i];
            (double left, double top) = (i % columns * pitchX + Side, -(i / columns) * pitchY - above);
            double cell = 1.0 / values.GetLength(0);
            double most = values.Cast<double>().Max(Math.Abs);
            ScottPlot.Plottables.Heatmap map = plot.Add.Heatmap(values);
            map.Colormap = signed ? theme.SignedMap : theme.Map;
            map.ManualRange = new ScottPlot.Range(signed ? -most : 0, most);
            // The position of a heat map is that of the centres of its outer cells.
            map.Position = new CoordinateRect(left + cell / 2, left + 1 - cell / 2, top - 1 + cell / 2, top - cell / 2);
            Frame(plot, theme.Grid, 1, left, top, 1);
            if (title.Length > 0) Text(plot, title, left + 0.5, top + 0.03, theme.Ink, 14);
            foreach (CellFrame frame in frames ?? [])
            {
                Frame(plot, theme.Series[frame.Series], 2.5f, left + frame.Column * cell, top - frame.Row * cell, frame.Size * cell);
                double y = frame.IsNamedBelow ? top - (frame.Row + frame.Size + 2) * cell : top - (frame.Row - 1.3) * cell;
                Text(plot, frame.Name, left + (frame.Column + frame.Size / 2.0) * cell, y, theme.Series[frame.Series], 13);
            }
        }

        plot.Layout.Frameless();
        plot.HideGrid();
        plot.Axes.SetLimits(0, columns * pitchX, -rows * pitchY, 0);
        return Png(plot, (int)(columns * pitchX * panelSize), (int)(rows * pitchY * panelSize));
    }

    private static void Frame(Plot plot, Color color, float lineWidth, double left, double top, double side)
    {
        ScottPlot.Plottables.Rectangle frame = plot.Add.Rectangle(left, left + side, top - side, top);
        frame.FillColor = Colors.Transparent;
        frame.LineColor = color;
        frame.LineWidth = lineWidth;
    }

    // In one line above the fractions, where no curve can be.
    private static void ShowLegend(Plot plot)
    {
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.ShowLegend(Alignment.UpperCenter);
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
        plot.Font.Set(Typeface);
        plot.Axes.Left.TickGenerator = new NumericManual([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
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
