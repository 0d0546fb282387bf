using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Runs the comparisons of shared layers with their unshared baselines.</summary>
internal static class Comparison
{
    /// <summary>All, or those whose names fit a filter such as <c>*Space*</c>.</summary>
    public static void Run(string[] filters)
    {
        // In this process, on one thread: what is compared differs in sharing alone.
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(9).WithMinIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(60));
        ManualConfig config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default).AddColumnProvider(DefaultColumnProviders.Instance).AddColumn(new ParameterColumn())
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default).AddExporter(MarkdownExporter.GitHub).AddExporter(BenchmarkDotNet.Exporters.Json.JsonExporter.Full);
        string[] arguments = ["--filter", .. filters.Length == 0 ? ["*"] : filters];
        BenchmarkSwitcher.FromAssembly(typeof(Comparison).Assembly).Run(arguments, config);
    }

    /// <summary>Free parameters of what a row measures.</summary>
    private sealed class ParameterColumn : IColumn
    {
        public string Id => "Parameters";

        public string ColumnName => "Parameters";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Size;

        public string Legend => "Free parameters";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            var comparison = (SharingComparison)Activator.CreateInstance(benchmarkCase.Descriptor.Type)!;
            comparison.Prepare();
            bool shared = benchmarkCase.Descriptor.WorkloadMethod.Name.StartsWith("Shared", StringComparison.Ordinal);
            return (shared ? comparison.SharedParameters : comparison.UnsharedParameters).ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
