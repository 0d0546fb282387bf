using System.Globalization;
using System.Net;
using System.Text;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Reporting;

/// <summary>The report folder: every picture as PNG, and one page that holds them all in itself.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d9dee3; --back: #ffffff; --field: #f4f6f8; --mark: #0b6bcb; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa1a9; --line: #2d3238; --back: #14171a; --field: #1c2024; --mark: #5aa9f5; } }
        body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 54rem; background: var(--back); color: var(--ink);
          font: 1rem/1.6 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .5rem; }
        h2 { font-size: 1.3rem; margin: 2.75rem 0 .5rem; }
        .lead { color: var(--soft); margin: 0 0 1.5rem; }
        .finding { border-left: .25rem solid var(--mark); background: var(--field); padding: .75rem 1rem; margin: 1.25rem 0; }
        figure { margin: 1.5rem 0; }
        figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
        figcaption { color: var(--soft); font-size: .9rem; margin-top: .5rem; }
        .table { overflow-x: auto; margin: 1.25rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
        .caption { color: var(--soft); font-size: .92rem; margin: 1.25rem 0 -.75rem; }
        th, td { padding: .3rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        pre { background: var(--field); padding: .75rem 1rem; overflow-x: auto; font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
        footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .88rem; }
        """;

    /// <summary>Writes the folder.</summary>
    /// <returns>The files written, the page first.</returns>
    public static IReadOnlyList<string> Write(
        string folder, Experiment experiment, ExperimentResult result, string command, ExperimentContext context, double seconds)
    {
        Directory.CreateDirectory(folder);
        string page = Path.Combine(folder, "index.html");
        var written = new List<string> { page };
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Escaped(experiment.Name)} · WeightSharing</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escaped(experiment.Name)}</h1>
            <p class="lead">{Escaped(experiment.Summary)}</p>

            """);
        if (context.Quick) html.Append("<p class=\"finding\">This is the quick version, for trying out: its numbers mean little.</p>\n");
        foreach (ReportBlock block in result.Page) html.Append(Block(block, folder, written)).Append('\n');
        html.Append(CultureInfo.InvariantCulture, $"""
            <footer>
            <p>Made by this command in {seconds:0.0} s (seed {context.Seed}; the same seed gives the same numbers):</p>
            <pre>{Escaped(command)}</pre>
            {string.Join("\n", result.Credits.Select(credit => $"<p>{Escaped(credit)}</p>"))}
            </footer>
            </body>
            </html>

            """);
        File.WriteAllText(page, html.ToString());
        return written;
    }

    private static string Block(ReportBlock block, string folder, List<string> written) => block switch
    {
        Heading heading => $"<h2>{Escaped(heading.Text)}</h2>",
        Paragraph paragraph => $"<p>{Escaped(paragraph.Text)}</p>",
        Finding finding => $"<p class=\"finding\">{Escaped(finding.Text)}</p>",
        Verbatim verbatim => $"<pre>{Escaped(verbatim.Text)}</pre>",
        TableBlock { Table: var table } => Table(table),
        Figure figure => Picture(figure, folder, written),
        _ => throw new ArgumentException($"The page has no form for {block.GetType().Name}.", nameof(block)),
    };

    private static string Table(ReportTable table)
    {
        var html = new StringBuilder($"<p class=\"caption\">{Escaped(table.Title)}</p>\n<div class=\"table\"><table>\n");
        html.Append("<thead>").Append(Row("th", table.Columns)).Append("</thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in table.Rows) html.Append(Row("td", row)).Append('\n');
        return html.Append("</tbody></table></div>").ToString();

        static string Row(string tag, IReadOnlyList<string> cells) => $"<tr>{string.Concat(cells.Select(cell => $"<{tag}>{Escaped(cell)}</{tag}>"))}</tr>";
    }

    private static string Picture(Figure figure, string folder, List<string> written)
    {
        string light = Source(PlotTheme.Light, out int width);
        string dark = Source(PlotTheme.Dark, out _);
        return $"""
            <figure><picture><source srcset="{dark}" media="(prefers-color-scheme: dark)"><img src="{light}" width="{width}" alt="{Escaped(figure.Caption)}"></picture>
            <figcaption>{Escaped(figure.Caption)}</figcaption></figure>
            """;

        string Source(PlotTheme theme, out int shownWidth)
        {
            byte[] png = figure.Draw(theme);
            string path = Path.Combine(folder, $"{figure.Name}{theme.Suffix}.png");
            File.WriteAllBytes(path, png);
            written.Add(path);
            // The width stands big-endian in bytes 16 to 19 of a PNG; pictures have two pixels for every one shown.
            shownWidth = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)) / 2;
            return $"data:image/png;base64,{Convert.ToBase64String(png)}";
        }
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
