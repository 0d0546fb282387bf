using System.Globalization;
using System.Numerics;
using System.Text;

namespace WeightSharing.Sharing;

/// <summary>What a model's sharing saves: for each parameter its free values, where it is used, and what the same computation would hold unshared.</summary>
public sealed class SharingReport
{
    private SharingReport(IReadOnlyList<SharingReportRow> rows) => Rows = rows;

    /// <summary>One row a parameter.</summary>
    public IReadOnlyList<SharingReportRow> Rows { get; }

    /// <summary>Free values of all parameters.</summary>
    public long FreeCount => Rows.Sum(row => row.FreeCount);

    /// <summary>Values that the unshared equivalent would hold: its connections.</summary>
    public long UnsharedCount => Rows.Sum(row => row.UnsharedCount);

    /// <summary>Unshared values for each free one.</summary>
    public double Saving => FreeCount == 0 ? 1 : (double)UnsharedCount / FreeCount;

    /// <summary>
    /// The report of the uses noted so far: run a forward pass with recording before, or use
    /// <see cref="Of{T}(IParameterized{T}, Action)"/>. A parameter without uses counts as used once.
    /// </summary>
    public static SharingReport Of<T>(IParameterized<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ParameterSet<T> set = model.Parameters;
        return new SharingReport([.. set.Select(parameter => Row(set, parameter, _ => true))]);
    }

    /// <summary>The report of the uses that <paramref name="forward"/> makes, and of no others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="forward">One forward pass, for example <c>() =&gt; model.Forward(images)</c>.</param>
    public static SharingReport Of<T>(IParameterized<T> model, Action forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        ParameterSet<T> set = model.Parameters;
        Dictionary<Usage<T>, long> before = set.SelectMany(parameter => parameter.Ledger.Usages).ToDictionary(usage => usage, usage => usage.Count);
        forward();
        return new SharingReport([.. set.Select(parameter => Row(set, parameter, usage => usage.Count > before.GetValueOrDefault(usage)))]);
    }

    /// <summary>The report as a text table.</summary>
    public override string ToString()
    {
        string[][] table =
        [
            ["parameter", "free", "used as", "unshared", "saving"],
            .. Rows.Select(row => new[] { string.Join(" = ", row.Names), Number(row.FreeCount), row.UsedAs, Number(row.UnsharedCount), Times(row.Saving) }),
            ["total", Number(FreeCount), "", Number(UnsharedCount), Times(Saving)],
        ];
        int[] widths = [.. Enumerable.Range(0, table[0].Length).Select(column => table.Max(row => row[column].Length))];
        var text = new StringBuilder();
        for (int r = 0; r < table.Length; r++)
        {
            if (r == 1 || r == table.Length - 1) text.AppendJoin("  ", widths.Select(width => new string('─', width))).Append('\n');
            // Names and descriptions read from the left, numbers from the right.
            text.AppendJoin("  ", table[r].Select((cell, c) => c is 0 or 2 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static SharingReportRow Row<T>(ParameterSet<T> set, Parameter<T> parameter, Func<Usage<T>, bool> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Usage<T>[] usages = [.. parameter.Ledger.Usages.Where(counts)];
        long unshared = usages.Length == 0 ? parameter.Count : usages.Sum(usage => usage.UnsharedCount);
        return new SharingReportRow(
            set.NamesOf(parameter), parameter.Count, [.. usages.Select(usage => usage.ToString())], usages.Sum(usage => (long)usage.Positions), unshared);
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Times(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "×";
}

/// <summary>What one parameter's sharing saves.</summary>
/// <param name="Names">All names, the canonical one first.</param>
/// <param name="FreeCount">Free values.</param>
/// <param name="Usages">A line for each usage.</param>
/// <param name="Places">Positions of all usages together.</param>
/// <param name="UnsharedCount">Entries that the unshared equivalent would hold: Σ over usages of positions · entries that are not fixed at zero.</param>
public sealed record SharingReportRow(IReadOnlyList<string> Names, long FreeCount, IReadOnlyList<string> Usages, long Places, long UnsharedCount)
{
    /// <summary>Unshared entries for each free value.</summary>
    public double Saving => FreeCount == 0 ? 1 : (double)UnsharedCount / FreeCount;

    /// <summary>Number of usages and of places, for example <c>1 use, 676 places</c>.</summary>
    public string UsedAs => Usages.Count == 0
        ? "not used yet"
        : string.Create(CultureInfo.InvariantCulture, $"{Usages.Count} {(Usages.Count == 1 ? "use" : "uses")}, {Places:#,0} {(Places == 1 ? "place" : "places")}");
}
