using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>One benchmark's result.</summary>
/// <param name="Subject">What is compared: the class, and its parameters.</param>
/// <param name="Mode">The category.</param>
/// <param name="Method">The contestant.</param>
/// <param name="IsBaseline">The one that the others of its subject and mode are compared with.</param>
/// <param name="Nanoseconds">Median of one operation.</param>
/// <param name="AllocatedBytes">Managed memory of one operation.</param>
/// <param name="Parameters">Free parameters, where it is a layer.</param>
internal sealed record ComparisonRow(string Subject, string Mode, string Method, bool IsBaseline, double Nanoseconds, long AllocatedBytes, long? Parameters)
{
    public static ComparisonRow Of(BenchmarkReport report)
    {
        BenchmarkCase benchmark = report.BenchmarkCase;
        string subject = benchmark.Descriptor.Type.Name;
        if (benchmark.HasParameters) subject += " " + string.Join(", ", benchmark.Parameters.Items.Select(item => $"{item.Value}"));
        return new ComparisonRow(
            subject, string.Join(' ', benchmark.Descriptor.Categories), benchmark.Descriptor.WorkloadMethodDisplayInfo, benchmark.Descriptor.Baseline,
            report.ResultStatistics!.Median, report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0, ParametersOf(benchmark));
    }

    private static long? ParametersOf(BenchmarkCase benchmark)
    {
        if (!benchmark.Descriptor.Type.IsSubclassOf(typeof(SharingComparison))) return null;
        var comparison = (SharingComparison)Activator.CreateInstance(benchmark.Descriptor.Type)!;
        comparison.Prepare();
        bool shared = benchmark.Descriptor.WorkloadMethod.Name.StartsWith("Shared", StringComparison.Ordinal);
        return shared ? comparison.SharedParameters : comparison.UnsharedParameters;
    }
}
