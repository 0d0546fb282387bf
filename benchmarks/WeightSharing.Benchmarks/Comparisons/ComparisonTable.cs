using System.Globalization;
using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>All rows of a run in one table, each beside the ratio to its baseline, and a picture of the ratios.</summary>
internal static class ComparisonTable
{
    public static void Print(IReadOnlyList<ComparisonRow> rows)
    {
        int subject = Math.Max(8, rows.Max(row => row.Subject.Length)), mode = rows.Max(row => row.Mode.Length), method = rows.Max(row => row.Method.Length);
        bool counts = rows.Any(row => row.Parameters != null);
        Console.WriteLine($"{"".PadRight(subject + mode + method + 4)}{"time, µs",12}{"of baseline",13}{"allocated, B",14}{(counts ? $"{"parameters",14}" : "")}");
        foreach (ComparisonRow row in rows)
        {
            string parameters = counts ? string.Create(CultureInfo.InvariantCulture, $"{row.Parameters,14:#,0}") : "";
            Console.WriteLine(
                $"{row.Subject.PadRight(subject)}  {row.Mode.PadRight(mode)}  {row.Method.PadRight(method)}{row.Nanoseconds / 1000,12:#,0.00}{OfBaseline(rows, row),13:0.000}"
                + $"{row.AllocatedBytes,14:#,0}{parameters}");
        }
    }

    /// <summary>Time and parameters of each shared layer as parts of the unshared one's.</summary>
    public static byte[] Picture(PlotTheme theme, IReadOnlyList<ComparisonRow> rows)
    {
        ComparisonRow[] shared = [.. rows.Where(row => !row.IsBaseline)];
        string[] subjects = [.. shared.Select(row => row.Subject).Distinct()];
        return Charts.RatioBars(theme, "shared / unshared", subjects,
        [
            ("parameters", [.. subjects.Select(subject => Ratio(subject, shared[0].Mode, row => row.Parameters!.Value))]),
            ("forward", [.. subjects.Select(subject => Ratio(subject, "forward", row => row.Nanoseconds))]),
            ("training step", [.. subjects.Select(subject => Ratio(subject, "training step", row => row.Nanoseconds))]),
        ]);

        double Ratio(string subject, string mode, Func<ComparisonRow, double> value)
        {
            ComparisonRow[] pair = [.. rows.Where(row => row.Subject == subject && row.Mode == mode)];
            return value(pair.Single(row => !row.IsBaseline)) / value(pair.Single(row => row.IsBaseline));
        }
    }

    private static double OfBaseline(IReadOnlyList<ComparisonRow> rows, ComparisonRow row) =>
        row.Nanoseconds / rows.Single(other => other.IsBaseline && other.Subject == row.Subject && other.Mode == row.Mode).Nanoseconds;
}
