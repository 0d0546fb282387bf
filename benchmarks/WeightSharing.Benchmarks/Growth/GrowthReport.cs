using WeightSharing.Benchmarks.Results;

namespace WeightSharing.Benchmarks.Growth;

/// <summary>The table of growth, and its picture where results are kept.</summary>
internal static class GrowthReport
{
    public static void Run(string[] filters)
    {
        IReadOnlyList<GrowthLine> lines = GrowthTable.Run(filters);
        if (filters.Length == 0) ResultFolder.Picture("growth", theme => GrowthPicture.Draw(theme, lines));
    }
}
