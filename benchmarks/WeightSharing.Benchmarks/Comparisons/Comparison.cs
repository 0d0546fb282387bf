using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using WeightSharing.Benchmarks.Results;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Runs comparisons with a baseline under BenchmarkDotNet: its own log goes to standard error, one table of all to standard output.</summary>
internal static class Comparison
{
    /// <summary>Shared layers against their unshared baselines: all, or those whose names fit a filter such as <c>*Space*</c>.</summary>
    public static void Layers(string[] filters)
    {
        IReadOnlyList<ComparisonRow> rows = Run(type => type.IsSubclassOf(typeof(SharingComparison)), filters);
        ComparisonTable.Print(rows);
        if (filters.Length == 0) ResultFolder.Picture("layers", theme => ComparisonTable.Picture(theme, rows));
    }

    /// <summary>Kernels and operations by size, against what one would write without them.</summary>
    public static void Kernels(string[] filters) => ComparisonTable.Print(Run(type => !type.IsSubclassOf(typeof(SharingComparison)), filters));

    private static List<ComparisonRow> Run(Func<Type, bool> wanted, string[] filters)
    {
        // In this process, on one thread: what is compared differs in one thing alone.
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(9)
            .WithMinIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(60));
        ManualConfig config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(new ErrorLogger()).AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default).AddExporter(MarkdownExporter.GitHub)
            .AddExporter(BenchmarkDotNet.Exporters.Json.JsonExporter.Full);
        Type[] types = [.. typeof(Comparison).Assembly.GetTypes().Where(type => type is { IsPublic: true, IsAbstract: false } && wanted(type) && HasBenchmarks(type))];
        string[] arguments = ["--filter", .. filters.Length == 0 ? ["*"] : filters];
        return [.. BenchmarkSwitcher.FromTypes(types).Run(arguments, config).SelectMany(summary => summary.Reports).Where(report => report.ResultStatistics != null)
            .Select(ComparisonRow.Of)];
    }

    private static bool HasBenchmarks(Type type) => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkDotNet.Attributes.BenchmarkAttribute), inherit: true));

    private sealed class ErrorLogger : ILogger
    {
        public string Id => nameof(ErrorLogger);

        public int Priority => 0;

        public void Write(LogKind logKind, string text) => Console.Error.Write(text);

        public void WriteLine() => Console.Error.WriteLine();

        public void WriteLine(LogKind logKind, string text) => Console.Error.WriteLine(text);

        public void Flush() => Console.Error.Flush();
    }
}
