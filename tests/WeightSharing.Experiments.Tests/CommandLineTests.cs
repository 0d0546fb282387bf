using System.Text.Json;
using WeightSharing.Experiments;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Kernels;
using WeightSharing.Tests.Odes;

namespace WeightSharing.Tests;

// One of the experiments counts the live bytes of the whole process.
[Collection(MemoryCollection.Name)]
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("experiments").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        errors.Dispose();
    }

    [Fact]
    public void The_default_experiment_writes_its_metrics_a_page_and_a_table()
    {
        Assert.Equal(CommandLine.Success, Run("--quick", "--seed", "3", "--json", File("m.json"), "--report", File("page")));

        using JsonDocument json = JsonDocument.Parse(System.IO.File.ReadAllText(File("m.json")));
        Assert.Equal(["experiment", "seed", "seconds", "metrics"], json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("digits", json.RootElement.GetProperty("experiment").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("seed").GetInt64());
        Assert.True(json.RootElement.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(
            ExperimentList.Default.Metrics.SelectMany(group => group.Keys), json.RootElement.GetProperty("metrics").EnumerateObject().Select(property => property.Name));
        Assert.All(json.RootElement.GetProperty("metrics").EnumerateObject(), property => Assert.True(double.IsFinite(property.Value.GetDouble())));

        string page = System.IO.File.ReadAllText(File("page", "index.html"));
        Assert.Contains("On centred digits, sharing saves weights and hardly changes accuracy.", page, StringComparison.Ordinal);
        Assert.Contains("E. Alpaydin and C. Kaynak", page, StringComparison.Ordinal);
        Assert.Contains("CC BY 4.0", page, StringComparison.Ordinal);
        Assert.Contains("--project benchmarks/WeightSharing.Experiments digits --seed 3 --quick", page, StringComparison.Ordinal);
        // Self-contained: every picture is in the page.
        Assert.DoesNotMatch("(src|srcset|href)=\"(?!data:)", page);

        string text = output.ToString();
        Assert.Contains("locally connected", text, StringComparison.Ordinal);
        Assert.Contains("2,746", text, StringComparison.Ordinal);
        Assert.Contains(File("page", "index.html"), text, StringComparison.Ordinal);
        Assert.Contains(File("m.json"), text, StringComparison.Ordinal);
        foreach (string line in text.Split('\n').Where(line => line.EndsWith(".png", StringComparison.Ordinal))) Assert.True(System.IO.File.Exists(line));
        Assert.DoesNotContain('\e', text + errors);
    }

    [Fact]
    public void The_same_seed_gives_the_same_metrics_on_any_number_of_threads()
    {
        Run("digits", "--quick", "--seed", "5", "--json", File("a.json"), "--report", File("a"));
        using (Parallelism.Limit(1)) Run("digits", "--quick", "--seed", "5", "--json", File("b.json"), "--report", File("b"));
        Run("digits", "--quick", "--seed", "6", "--json", File("c.json"), "--report", File("c"));
        Assert.Equal(MetricsOf("a.json"), MetricsOf("b.json"));
        Assert.NotEqual(MetricsOf("a.json"), MetricsOf("c.json"));
    }

    [Fact]
    public void Every_experiment_runs_and_its_help_names_its_metrics()
    {
        foreach (Experiment experiment in ExperimentList.All.Where(experiment => experiment != ExperimentList.Default))
        {
            int code = Run(experiment.Name, "--quick", "--report", File(experiment.Name));
            Assert.True(code == CommandLine.Success, $"{experiment.Name}: {errors}");
        }

        foreach (Experiment experiment in ExperimentList.All)
        {
            output.GetStringBuilder().Clear();
            Assert.Equal(CommandLine.Success, Run(experiment.Name, "--help"));
            Assert.All(experiment.Metrics.SelectMany(group => group.Keys), key => Assert.Contains(key, output.ToString().Split([' ', '\n', '\r'])));
        }
    }

    [Fact]
    public void The_list_names_every_experiment()
    {
        Assert.Equal(CommandLine.Success, Run("list"));
        Assert.All(ExperimentList.All, experiment => Assert.Contains($"{experiment.Summary}\n", output.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'digit'", "digit")]
    [InlineData("Cannot parse argument 'one' for option '--seed'", "--seed", "one")]
    [InlineData("/nowhere/at/all", "--data", "/nowhere/at/all")]
    [InlineData("--json", "--json")]
    public void Bad_arguments_are_named(string message, params string[] arguments)
    {
        Assert.Equal(CommandLine.BadArguments, Run(arguments));
        Assert.Contains(message, errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("--help shows what can be given", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_that_is_no_number_fails_the_experiment_and_is_named()
    {
        var experiment = new OneMetric(context => context.Seed == 1 ? double.NaN : 2);
        Assert.Equal(CommandLine.Failure, Run([experiment], "--json", File("m.json"), "--report", File("page")));
        Assert.Equal("one: the metric value is NaN; every metric must be a finite number.", errors.ToString().Trim());
        Assert.False(System.IO.File.Exists(File("m.json")));
        Assert.Equal(CommandLine.Success, Run([experiment], "--seed", "2", "--json", File("m.json"), "--report", File("page")));
    }

    [Fact]
    public void A_metric_without_value_fails_the_experiment_and_is_named()
    {
        Assert.Equal(CommandLine.Failure, Run([new OneMetric(_ => null)], "--report", File("page")));
        Assert.Equal("one: no value for value.", errors.ToString().Trim());
    }

    [Fact]
    public void Data_come_from_the_folder_given_before_the_program()
    {
        Directory.CreateDirectory(File("digits"));
        using (var file = new System.IO.Compression.GZipStream(System.IO.File.Create(File("digits", "digits.csv.gz")), System.IO.Compression.CompressionLevel.Fastest))
        {
            file.Write("1,2,3\n"u8);
        }

        Assert.Equal(CommandLine.Failure, Run("--quick", "--data", folder, "--report", File("page")));
        Assert.Equal("digits/digits.csv.gz, row 1: expected 64 pixels of 0 to 16 and a digit, got: 1,2,3", errors.ToString().Trim());
    }

    [Fact]
    public void A_failing_job_ends_the_run()
    {
        var experiment = new OneMetric(context =>
        {
            context.RunAll([new Job("well", 1, () => { }), new Job("badly", 2, () => throw new ExperimentException("the reason"))]);
            return 1;
        });
        Assert.Equal(CommandLine.Failure, Run([experiment], "--report", File("page")));
        Assert.Contains("the reason", errors.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] arguments) => CommandLine.Run(arguments, output, errors);

    private int Run(IReadOnlyList<Experiment> experiments, params string[] arguments) => CommandLine.Run(arguments, output, errors, experiments);

    private string File(params string[] path) => Path.Combine([folder, .. path]);

    private string MetricsOf(string name)
    {
        using JsonDocument json = JsonDocument.Parse(System.IO.File.ReadAllText(File(name)));
        return json.RootElement.GetProperty("metrics").GetRawText();
    }

    private sealed class OneMetric(Func<ExperimentContext, double?> measure) : Experiment
    {
        public override string Name => "one";

        public override string Summary => "One number.";

        public override IReadOnlyList<MetricGroup> Metrics { get; } = [new("A number", ["value"])];

        public override ExperimentResult Run(ExperimentContext context)
        {
            var metrics = new MetricSet(this);
            if (measure(context) is { } value) metrics["value"] = value;
            return new ExperimentResult(metrics, [], [new Paragraph("<&>")], []);
        }
    }
}
