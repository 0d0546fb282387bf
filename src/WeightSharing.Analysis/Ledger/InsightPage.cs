using System.Globalization;
using System.Net;
using System.Text;

namespace WeightSharing.Analysis;

/// <summary>Insights as one self-contained HTML page: tables, bars, cosine matrices and curves drawn as SVG, without scripts and without anything from elsewhere.</summary>
public sealed class InsightPage
{
    private const string Style = """
        :root { color-scheme: light dark; --back: #ffffff; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171a; } }
        body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 54rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } p { color: var(--soft); }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; } td, th { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); }
        td:first-child, th:first-child { text-align: left; padding-left: 0; } pre { overflow-x: auto; }
        figure { margin: 1.25rem 0; } figcaption { color: var(--soft); font-size: .9rem; } svg { max-width: 100%; height: auto; }
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
            if (insight.Usages.Count == 1) Html($"<p>1 use.</p>");
            else Html(CultureInfo.InvariantCulture, $"<p>{insight.Usages.Count} uses; coherence {insight.Coherence:0.000}; conflicting pairs {insight.ConflictingShare:0%}; effective uses {insight.EffectiveUsages:0.0}; magnitude similarity {insight.MagnitudeSimilarity:0.00}.</p>");
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

    /// <summary>Adds a picture, with its caption.</summary>
    public InsightPage Add(SvgPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Html($"<figure>{picture.ToElement()}<figcaption>{Text(picture.Caption)}</figcaption></figure>");
        return this;
    }

    /// <summary>Adds a grid of numbers as a heat map.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="values">[row, column], row 0 on top.</param>
    /// <param name="signed">Colours by sign; otherwise from 0 to the largest.</param>
    public InsightPage AddMap(string caption, double[,] values, bool signed = false) => Add(SvgPicture.Map(caption, values, signed));

    /// <summary>Adds a curve.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="points">x and y, x ascending.</param>
    /// <param name="logarithmic">A logarithmic y axis; values that are not positive are left out.</param>
    public InsightPage AddCurve(string caption, IReadOnlyList<(double X, double Y)> points, bool logarithmic = false)
    {
        ArgumentNullException.ThrowIfNull(points);
        return Add(SvgPicture.Curves(caption, [("", points)], logY: logarithmic));
    }

    /// <summary>Adds what became of every parameter over training: coherence, and the share of conflicting pairs, of those with several uses.</summary>
    public InsightPage Add(InsightSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        string[] names = [.. series.Points.SelectMany(point => point.Insights.Parameters).Where(insight => insight.Usages.Count > 1).Select(insight => insight.Names[0]).Distinct()];
        if (names.Length == 0) return this;
        Html($"<h2>Over training</h2>");
        // One curve alone has no legend.
        string of = names.Length == 1 ? $" of {names[0]}" : "";
        Add(Over($"Coherence{of}, ‖Σ g‖ / Σ ‖g‖, by step of training.", insight => insight.Coherence));
        return Add(Over($"Share of conflicting pairs of uses{of}, by step of training.", insight => insight.ConflictingShare));

        SvgPicture Over(string caption, Func<ParameterInsight, double> measure) => SvgPicture.Curves(
            caption, [.. names.Select(name => (name, (IReadOnlyList<(double X, double Y)>)[.. series.Of(name, measure).Select(point => ((double)point.Step, point.Value))]))], "step");
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
        $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Text(title)}</title><style>\n{SvgPicture.Palette}\n{Style}\n</style></head>\n<body><h1>{Text(title)}</h1>\n{body}</body></html>\n";

    /// <summary>Writes the page to a file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => File.WriteAllText(path, ToString());

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private void Html(string html) => body.Append(html).Append('\n');

    private void Html(IFormatProvider culture, FormattableString html) => body.Append(html.ToString(culture)).Append('\n');
}
