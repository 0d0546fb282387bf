using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Benchmarks.Growth;

/// <summary>Time of a training step against its multiply-adds, every axis a line: where time grows as the work does, lines are parallel to the dashed one.</summary>
internal static class GrowthPicture
{
    public static byte[] Draw(PlotTheme theme, IReadOnlyList<GrowthLine> lines)
    {
        var drawn = new List<Line>();
        string[] families = [.. lines.Select(line => line.Axis.Family).Where(family => family != "threads").Distinct()];
        for (int family = 0; family < families.Length; family++)
        {
            bool named = false;
            foreach (GrowthLine line in lines.Where(line => line.Axis.Family == families[family]))
            {
                // Forward and two gradients, two operations a multiply-add.
                double[] work = [.. line.Axis.Sizes.Select(size => 6e-6 * line.Axis.Work(size))];
                drawn.Add(new Line(named ? "" : families[family], work, [.. line.Nanoseconds.Select(time => time / 1000)], Series: family));
                named = true;
            }
        }

        double least = drawn.Min(line => line.Xs[0]), most = drawn.Max(line => line.Xs[^1]);
        // 100 GFLOP/s: 10 µs a million operations.
        drawn.Add(new Line("100 GFLOP/s", [least, most], [10 * least, 10 * most], Dashed: true, Marked: false, Series: families.Length));
        return Charts.Lines(theme, "million operations of a training step", "µs", drawn, logX: true, logY: true);
    }
}
