using System.Globalization;
using Spectre.Console;
using WeightSharing.Peers.Running;

namespace WeightSharing.Peers.Reporting;

/// <summary>The rows as a table, and their means by mode.</summary>
internal static class ResultTable
{
    /// <summary>Prints it.</summary>
    public static void Print(IReadOnlyList<Row> rows, Run run, TextWriter output)
    {
        bool interactive = output == Console.Out && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!interactive) console.Profile.Width = 160;

        var table = new Table { Border = TableBorder.Simple };
        foreach (string title in new[] { "work", "mode", "ours", "libtorch", "ORT", "× libtorch", "× ORT", "GFLOP/s", "of peak" })
        {
            var column = new TableColumn(title) { NoWrap = true };
            table.AddColumn(title is "work" or "mode" ? column : column.RightAligned());
        }

        foreach (Row row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Work.Name), row.Work.ModeName, Time(row.Ours), Time(row.Libtorch), Time(row.Ort), Ratio(row.Libtorch / row.Ours),
                Ratio(row.Ort / row.Ours), row.Gflops.ToString("0.0", CultureInfo.InvariantCulture), row.PeakFraction.ToString("0 %", CultureInfo.InvariantCulture));
        }

        console.Write(table);
        console.WriteLine($"{run.Threads} thread{(run.Threads > 1 ? "s" : "")}, peak {run.Peak:0} GFLOP/s. Medians; ratios above 1: this library is the faster one.");
        foreach (IGrouping<string, Row> mode in rows.GroupBy(row => row.Work.ModeName))
        {
            console.WriteLine($"{mode.Key}: geometric mean {Mean(mode.Select(row => row.Libtorch / row.Ours))} × libtorch, {Mean(mode.Select(row => row.Ort / row.Ours))} × ORT");
        }

        foreach (Row row in rows.Where(row => row.Disagreement is not null)) console.WriteLine($"DISAGREEMENT at {row.Work.Title}: {row.Disagreement}");
    }

    private static string Mean(IEnumerable<double?> ratios)
    {
        double[] known = [.. ratios.OfType<double>()];
        return known.Length == 0 ? "–" : Ratio(Math.Exp(known.Average(Math.Log)));
    }

    private static string Ratio(double? ratio) => ratio is { } value ? value.ToString("0.00", CultureInfo.InvariantCulture) : "–";

    private static string Time(double? milliseconds) => milliseconds switch
    {
        null => "–",
        < 0.001 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1e6:0} ns"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1e3:0.0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.00} ms"),
    };
}
