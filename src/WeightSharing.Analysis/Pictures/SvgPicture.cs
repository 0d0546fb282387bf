using System.Globalization;
using System.Net;
using System.Text;

namespace WeightSharing.Analysis;

/// <summary>A picture as scalable vector graphics, a file of its own or a part of an <see cref="InsightPage"/>: without scripts, in light and dark colours by the reader's choice.</summary>
public sealed class SvgPicture
{
    /// <summary>The colours, as the pictures name them, for light and for dark surroundings.</summary>
    internal const string Palette = """
        :root { --ink: #1f2328; --soft: #59636e; --line: #d9dee3; --plus: #0b6bcb; --minus: #d9730d; --third: #7a7f87; --fourth: #1a8754; --fifth: #a03bb5; --sixth: #8c6d00; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa1a9; --line: #2d3238; --plus: #5aa9f5; --minus: #f0a04b; --third: #9aa1a9; --fourth: #5cc98c; --fifth: #d68be6; --sixth: #d9c04a; } }
        svg text { fill: var(--ink); font: 11px system-ui, "DejaVu Sans", sans-serif; }
        """;

    // Above and below the curves stays some of their height free.
    private const double Margin = 0.04;
    private const double PlotWidth = 560, PlotHeight = 260, Left = 64, Right = 12, Top = 28, Bottom = 40, LargestMap = 320, LargestCell = 24;
    private static readonly string[] Colours = ["plus", "minus", "third", "fourth", "fifth", "sixth"];

    private readonly string body;
    private readonly double width, height;

    private SvgPicture(string caption, double width, double height, string body) => (Caption, this.width, this.height, this.body) = (caption, width, height, body);

    /// <summary>What it shows; also its text for those who do not see it.</summary>
    public string Caption { get; }

    /// <summary>A grid of numbers as a heat map: a matrix, the positions of an image.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="values">[row, column], row 0 on top.</param>
    /// <param name="signed">Blue above zero and orange below; otherwise blue from 0 to the largest.</param>
    public static SvgPicture Map(string caption, double[,] values, bool signed = false)
    {
        ArgumentNullException.ThrowIfNull(caption);
        ArgumentNullException.ThrowIfNull(values);
        int rows = values.GetLength(0), columns = values.GetLength(1);
        double most = values.Cast<double>().Select(Math.Abs).DefaultIfEmpty().Max(), cell = Math.Clamp(LargestMap / Math.Max(1, Math.Max(rows, columns)), 1, LargestCell);
        var body = new StringBuilder();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double strength = most == 0 ? 0 : Math.Abs(values[i, j]) / most;
                if (!(strength >= 0.004)) continue;
                string color = signed && values[i, j] < 0 ? "minus" : "plus";
                body.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{j * cell:0.##}\" y=\"{i * cell:0.##}\" width=\"{cell:0.##}\" height=\"{cell:0.##}\" fill=\"var(--{color})\" fill-opacity=\"{strength:0.###}\"><title>{values[i, j]:0.###e0}</title></rect>\n");
            }
        }

        body.Append("<rect width=\"100%\" height=\"100%\" fill=\"none\" stroke=\"var(--line)\"/>\n");
        return new SvgPicture(caption, columns * cell, rows * cell, body.ToString());
    }

    /// <summary>Curves through points over linear or logarithmic axes.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="curves">Name and points of each, x ascending; points that an axis cannot show, such as 0 on a logarithmic one, are left out.</param>
    /// <param name="xLabel">Below the x axis.</param>
    /// <param name="yLabel">Above the y axis.</param>
    /// <param name="logX">A logarithmic x axis.</param>
    /// <param name="logY">A logarithmic y axis.</param>
    public static SvgPicture Curves(
        string caption, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> curves, string xLabel = "", string yLabel = "", bool logX = false, bool logY = false)
    {
        ArgumentNullException.ThrowIfNull(caption);
        ArgumentNullException.ThrowIfNull(curves);
        (double X, double Y)[][] shown = [.. curves.Select(curve => curve.Points.Select(point => (X: logX ? Math.Log10(point.X) : point.X, Y: logY ? Math.Log10(point.Y) : point.Y))
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).ToArray())];
        var x = Axis.Over(shown.SelectMany(curve => curve.Select(point => point.X)), logX, Left, PlotWidth - Right, 0);
        var y = Axis.Over(shown.SelectMany(curve => curve.Select(point => point.Y)), logY, PlotHeight - Bottom, Top, Margin);
        var body = new StringBuilder();
        void Add(FormattableString svg) => body.Append(svg.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach ((double at, string text) in y.Ticks())
        {
            Add($"<path d=\"M{Left} {at:0.##}H{PlotWidth - Right}\" stroke=\"var(--line)\"/><text x=\"{Left - 6}\" y=\"{at + 4:0.##}\" text-anchor=\"end\">{text}</text>");
        }

        foreach ((double at, string text) in x.Ticks())
        {
            Add($"<path d=\"M{at:0.##} {PlotHeight - Bottom}v5\" stroke=\"var(--soft)\"/><text x=\"{at:0.##}\" y=\"{PlotHeight - Bottom + 17}\" text-anchor=\"middle\">{text}</text>");
        }

        Add($"<path d=\"M{Left} {Top}V{PlotHeight - Bottom}H{PlotWidth - Right}\" fill=\"none\" stroke=\"var(--soft)\"/>");
        for (int i = 0; i < shown.Length; i++)
        {
            string path = string.Join(' ', shown[i].Select(point => string.Create(CultureInfo.InvariantCulture, $"{x.Place(point.X):0.##},{y.Place(point.Y):0.##}")));
            string dashes = i >= Colours.Length ? " stroke-dasharray=\"6 4\"" : "";
            Add($"<polyline points=\"{path}\" fill=\"none\" stroke=\"var(--{Colours[i % Colours.Length]})\" stroke-width=\"2\"{dashes}/>");
        }

        double legend = Left;
        for (int i = 0; i < curves.Count && curves.Count > 1; i++)
        {
            Add($"<path d=\"M{legend:0.##} 12h14\" stroke=\"var(--{Colours[i % Colours.Length]})\" stroke-width=\"3\"/><text x=\"{legend + 18:0.##}\" y=\"16\">{Text(curves[i].Name)}</text>");
            legend += 34 + 6.4 * curves[i].Name.Length;
        }

        if (xLabel.Length > 0) Add($"<text x=\"{(Left + PlotWidth - Right) / 2}\" y=\"{PlotHeight - 6}\" text-anchor=\"middle\">{Text(xLabel)}</text>");
        if (yLabel.Length > 0) Add($"<text x=\"12\" y=\"{(Top + PlotHeight - Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {(Top + PlotHeight - Bottom) / 2})\">{Text(yLabel)}</text>");
        return new SvgPicture(caption, PlotWidth, PlotHeight, body.ToString());
    }

    /// <summary>The picture as a file.</summary>
    public override string ToString() => Svg(" xmlns=\"http://www.w3.org/2000/svg\"", $"<style>\n{Palette}\n</style>\n");

    /// <summary>Writes the picture to a file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => File.WriteAllText(path, ToString());

    /// <summary>The picture as an element of a page that has the <see cref="Palette"/>.</summary>
    internal string ToElement() => Svg("", "");

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private string Svg(string attributes, string style) => string.Create(
        CultureInfo.InvariantCulture, $"<svg{attributes} width=\"{width:0.##}\" height=\"{height:0.##}\" viewBox=\"0 0 {width:0.##} {height:0.##}\" role=\"img\" aria-label=\"{Text(Caption)}\">\n{style}{body}</svg>\n");

    // From values, or their decimal logarithms, to places.
    private readonly record struct Axis(double Low, double High, bool Logarithmic, double Begin, double End)
    {
        public static Axis Over(IEnumerable<double> values, bool logarithmic, double begin, double end, double margin)
        {
            double[] all = [.. values];
            (double low, double high) = all.Length == 0 ? (0, 1) : (all.Min(), all.Max());
            // A flat curve lies in the middle.
            if (high - low <= 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high))) (low, high) = (low - 1, high + 1);
            double free = margin * (high - low);
            return new Axis(low - free, high + free, logarithmic, begin, end);
        }

        public double Place(double value) => Begin + (value - Low) / (High - Low) * (End - Begin);

        public IEnumerable<(double At, string Text)> Ticks()
        {
            double step = Logarithmic ? Math.Max(1, Math.Ceiling((High - Low) / 6)) : Step(High - Low), first = Math.Ceiling(Low / step - 1e-9);
            for (double i = first; i * step <= High + 1e-9 * step; i++) yield return (Place(i * step), Label(i * step));
        }

        // 1, 2 or 5 times a power of ten, four to eight of which fill the axis.
        private static double Step(double extent)
        {
            double power = Math.Pow(10, Math.Floor(Math.Log10(extent / 4))), ratio = extent / 4 / power;
            return power * (ratio >= 5 ? 5 : ratio >= 2 ? 2 : 1);
        }

        private string Label(double value)
        {
            if (Logarithmic) return Math.Abs(value) <= 4 ? Math.Pow(10, value).ToString("#,0.####", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"1e{value:0}");
            return Math.Abs(value) is >= 1e-4 and < 1e7 ? value.ToString("#,0.#####", CultureInfo.InvariantCulture) : value == 0 ? "0" : value.ToString("0.##e0", CultureInfo.InvariantCulture);
        }
    }
}
