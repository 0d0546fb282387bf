using System.Globalization;

namespace WeightSharing.Benchmarks.Growth;

/// <summary>
/// How the time of a training step grows with each extent: a table of times, the exponent fitted to them (the slope of a straight line through their
/// logarithms) beside that of the multiply-adds, and for the upper half of the extents alone, where the cost of calling weighs little.
/// </summary>
internal static class GrowthTable
{
    /// <summary>Prints a block for each family and returns all measurements; FILTER keeps the axes whose layer or extent has that text.</summary>
    public static IReadOnlyList<GrowthLine> Run(string[] filters)
    {
        var lines = new List<GrowthLine>();
        foreach (IGrouping<string, GrowthAxis> family in GrowthAxes.All.GroupBy(axis => axis.Family))
        {
            foreach (GrowthAxis axis in family)
            {
                if (filters.Length > 0 && !filters.Any(filter => $"{axis.Layer} {axis.Name}".Contains(filter, StringComparison.OrdinalIgnoreCase))) continue;
                double[] nanoseconds = Timing.Medians([.. axis.Sizes.Select(axis.Step)], rounds: 15, batchMicroseconds: 500);
                lines.Add(new GrowthLine(axis, nanoseconds));
                Print(lines[^1]);
            }
        }

        return lines;
    }

    private static void Print(GrowthLine line)
    {
        GrowthAxis axis = line.Axis;
        Console.WriteLine($"{axis.Layer}, by {axis.Name}");
        Row("extent", axis.Sizes.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        Row("time, µs", line.Nanoseconds.Select(time => (time / 1000).ToString(time < 1e5 ? "0.0" : "0", CultureInfo.InvariantCulture)));
        // Forward and two gradients: three times the multiply-adds of the forward pass.
        Row("GFLOP/s", axis.Sizes.Select((size, i) => (6 * axis.Work(size) * (axis.Family == "threads" ? size : 1) / line.Nanoseconds[i]).ToString("0.0", CultureInfo.InvariantCulture)));
        Console.WriteLine(
            $"  time ~ extent^{line.Exponent():0.00}, upper half ^{line.UpperExponent():0.00}; multiply-adds ~ extent^{line.WorkExponent():0.00}");
        Console.WriteLine();

        static void Row(string name, IEnumerable<string> cells) => Console.WriteLine($"  {name,-9}{string.Concat(cells.Select(cell => $"{cell,9}"))}");
    }
}
