using System.Globalization;
using System.Net;
using System.Text;

namespace WeightSharing.Analysis;

/// <summary>Insights as one self-contained HTML page: tables, bars, cosine matrices and curves drawn as SVG, without scripts and without anything from elsewhere.</summary>
public sealed class InsightPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d9dee3; --back: #ffffff; --plus: #0b6bcb; --minus: #d9730d; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa1a9; --line: #2d3238; --back: #14171a; --plus: #5aa9f5; --minus: #f0a04b; } }
        body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 54rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } p { color: var(--soft); }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; } td, th { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); }
        td:first-child, th:first-child { text-align: left; padding-left: 0; }
        figure { margin: 1.25rem 0; } figcaption { color: var(--soft); font-size: .9rem; } svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 11px; }
        """;

    private readonly StringBuilder body = new();
    private readonly string title;

    /// <summary>A page with this title.</summary>
    public InsightPage(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        this.title = title;
    }

    /// <summary>Adds every parameter: a table of its uses, and a matrix of cosines where there are several.</summary>
    public InsightPage Add(LedgerInsights insights)
    {
        ArgumentNullException.ThrowIfNull(insights);
        foreach (ParameterInsight insight in insights.Parameters)
        {
            Html($"<h2>{Text(string.Join(" = ", insight.Names))} {Text(insight.Shape.ToString())}</h2>");
            Html(CultureInfo.InvariantCulture, $"<p>{insight.Usages.Count} uses; coherence {insight.Coherence:0.000}; conflicting pairs {insight.ConflictingShare:0%}; effective uses {insight.EffectiveUsages:0.0}; magnitude similarity {insight.MagnitudeSimilarity:0.00}.</p>");
            body.Append("<table><tr><th>use</th><th>places</th><th>norm</th><th>share</th><th></th><th>cosine to the sum</th></tr>");
            foreach (UsageInsight usage in insight.Usages.Take(64))
            {
                string bar = string.Create(CultureInfo.InvariantCulture, $"<svg width=\"120\" height=\"12\" role=\"img\" aria-label=\"share {usage.Share:0.00}\"><rect width=\"{120 * usage.Share:0.#}\" height=\"12\" fill=\"var(--plus)\"/></svg>");
                Html(CultureInfo.InvariantCulture, $"<tr><td>{Text(usage.Name)}</td><td>{usage.Positions:#,0}</td><td>{usage.Norm:0.000e+00}</td><td>{usage.Share:0.000}</td><td>{bar}</td><td>{usage.CosineToSum:0.00}</td></tr>");
            }

            body.Append("</table>");
            if (insight.Usages.Count > 64) Html($"<p>The first 64 of {insight.Usages.Count} uses.</p>");
            if (insight.Usages.Count is > 1 and <= 256) AddMap("Cosines between the gradients of the uses, in their order: blue agrees, orange conflicts.", insight.Cosines, signed: true);
        }

        return this;
    }

    /// <summary>Adds a grid of numbers as a heat map.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="values">[row, column], row 0 on top.</param>
    /// <param name="signed">Colours by sign; otherwise from 0 to the largest.</param>
    public InsightPage AddMap(string caption, double[,] values, bool signed = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        int rows = values.GetLength(0), columns = values.GetLength(1);
        double most = values.Cast<double>().Select(Math.Abs).DefaultIfEmpty().Max(), cell = Math.Clamp(320.0 / Math.Max(1, Math.Max(rows, columns)), 1, 24);
        body.Append(CultureInfo.InvariantCulture, $"<figure><svg width=\"{columns * cell:0.##}\" height=\"{rows * cell:0.##}\" role=\"img\" aria-label=\"{Text(caption)}\">");
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double strength = most == 0 ? 0 : Math.Abs(values[i, j]) / most;
                if (strength < 0.004) continue;
                string color = signed && values[i, j] < 0 ? "minus" : "plus";
                body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{j * cell:0.##}\" y=\"{i * cell:0.##}\" width=\"{cell:0.##}\" height=\"{cell:0.##}\" fill=\"var(--{color})\" fill-opacity=\"{strength:0.###}\"><title>{values[i, j]:0.###e0}</title></rect>");
            }
        }

        Html($"<rect width=\"100%\" height=\"100%\" fill=\"none\" stroke=\"var(--line)\"/></svg><figcaption>{Text(caption)}</figcaption></figure>");
        return this;
    }

    /// <summary>Adds a curve.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="points">x and y, x ascending.</param>
    /// <param name="logarithmic">A logarithmic y axis; values that are not positive are left out.</param>
    public InsightPage AddCurve(string caption, IReadOnlyList<(double X, double Y)> points, bool logarithmic = false)
    {
        ArgumentNullException.ThrowIfNull(points);
        (double X, double Y)[] shown = [.. points.Where(point => !logarithmic || point.Y > 0).Select(point => (point.X, logarithmic ? Math.Log10(point.Y) : point.Y))];
        if (shown.Length == 0) return this;
        const double Width = 560, Height = 220, Left = 64, Bottom = 24;
        (double low, double high) = (shown.Min(point => point.Y), shown.Max(point => point.Y));
        if (high - low < 1e-300) (low, high) = (low - 1, high + 1);
        (double first, double last) = (shown[0].X, shown[^1].X > shown[0].X ? shown[^1].X : shown[0].X + 1);
        string path = string.Join(" ", shown.Select(point => string.Create(
            CultureInfo.InvariantCulture, $"{Left + (point.X - first) / (last - first) * (Width - Left - 8):0.##},{8 + (high - point.Y) / (high - low) * (Height - Bottom - 8):0.##}")));
        string Label(double y) => (logarithmic ? Math.Pow(10, y) : y).ToString("0.###e+00", CultureInfo.InvariantCulture);
        Html(CultureInfo.InvariantCulture, $"""
            <figure><svg width="{Width}" height="{Height}" viewBox="0 0 {Width} {Height}" role="img" aria-label="{Text(caption)}">
            <polyline points="{path}" fill="none" stroke="var(--plus)" stroke-width="2"/>
            <path d="M{Left} 8V{Height - Bottom}H{Width - 8}" fill="none" stroke="var(--line)"/>
            <text x="{Left - 4}" y="16" text-anchor="end">{Label(high)}</text><text x="{Left - 4}" y="{Height - Bottom}" text-anchor="end">{Label(low)}</text>
            <text x="{Left}" y="{Height - 8}">{first:0.###}</text><text x="{Width - 8}" y="{Height - 8}" text-anchor="end">{last:0.###}</text>
            </svg><figcaption>{Text(caption)}</figcaption></figure>
            """);
        return this;
    }

    /// <summary>Adds the heat map of every convolution's positions.</summary>
    public InsightPage Add<T>(IEnumerable<PositionInsight<T>> positions)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(positions);
        foreach (PositionInsight<T> position in positions)
        {
            AddMap($"{position.Name}: how strongly every output position pulls at the filters (norm of the gradient it would have on its own).", position.Norms);
        }

        return this;
    }

    /// <summary>Adds the account of a whole model.</summary>
    public InsightPage Add(ModelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Html($"<h2>The whole model</h2><pre>{Text(report.ToString())}</pre>");
        return this;
    }

    /// <summary>The page.</summary>
    public override string ToString() =>
        $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Text(title)}</title><style>\n{Style}\n</style></head>\n<body><h1>{Text(title)}</h1>\n{body}</body></html>\n";

    /// <summary>Writes the page to a file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => File.WriteAllText(path, ToString());

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private void Html(string html) => body.Append(html).Append('\n');

    private void Html(IFormatProvider culture, FormattableString html) => body.Append(html.ToString(culture)).Append('\n');
}
