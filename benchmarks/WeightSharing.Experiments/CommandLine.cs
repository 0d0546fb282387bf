using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Diagnostics;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments;

/// <summary>The program's arguments, and what becomes of them.</summary>
internal sealed class CommandLine
{
    /// <summary>Exit code of a run that ended well.</summary>
    public const int Success = 0;

    /// <summary>Exit code of an experiment that could not be run or whose result is not sound.</summary>
    public const int Failure = 1;

    /// <summary>Exit code of arguments that make no sense.</summary>
    public const int BadArguments = 2;

    private readonly Option<long> seed = new("--seed")
    {
        Description = "Fixes all randomness: the same seed gives the same metrics.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Recursive = true,
    };

    private readonly Option<FileInfo?> json = new("--json") { Description = "Writes the metrics to this file.", HelpName = "FILE", Recursive = true };

    private readonly Option<DirectoryInfo?> report = new("--report")
    {
        Description = "Folder of the report page and its pictures [default: report/NAME]",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<bool> quick = new("--quick")
    {
        Description = "A small version that takes seconds, to try out; its numbers mean little.",
        Recursive = true,
    };

    private readonly Option<DirectoryInfo> data = new("--data")
    {
        Description = "Folder with one folder a data set; it goes before the data in the program.",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly TextWriter output;
    private readonly TextWriter errors;
    private readonly RootCommand root;

    private CommandLine(IReadOnlyList<Experiment> experiments, TextWriter output, TextWriter errors)
    {
        (this.output, this.errors) = (output, errors);
        root = new RootCommand($"What sharing weights buys, measured on real data. Without a name it runs {experiments[0].Name}.") { seed, json, report, quick, data };
        data.AcceptExistingOnly();
        root.SetAction((parsed, token) => Task.FromResult(Execute(experiments[0], parsed, token)));
        var byCommand = new Dictionary<Command, Experiment>();
        foreach (Experiment experiment in experiments)
        {
            var command = new Command(experiment.Name, experiment.Summary);
            command.SetAction((parsed, token) => Task.FromResult(Execute(experiment, parsed, token)));
            byCommand[command] = experiment;
            root.Add(command);
        }

        var list = new Command("list", "Lists the experiments.");
        list.SetAction(_ => List(experiments));
        root.Add(list);
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction standard) help.Action = new HelpWithMetrics(standard, byCommand, output);
        }
    }

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">For results.</param>
    /// <param name="errors">For progress and errors.</param>
    /// <param name="experiments">The experiments to choose from, the default first; null is <see cref="ExperimentList.All"/>.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, IReadOnlyList<Experiment>? experiments = null)
    {
        var line = new CommandLine(experiments ?? ExperimentList.All, output, errors);
        ParseResult parsed = line.root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithMetrics)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct()) errors.WriteLine(message);
            errors.WriteLine("--help shows what can be given, list the experiments.");
            return BadArguments;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors });
    }

    private int List(IReadOnlyList<Experiment> experiments)
    {
        int width = experiments.Max(experiment => experiment.Name.Length);
        foreach (Experiment experiment in experiments) output.WriteLine($"{experiment.Name.PadRight(width)}  {experiment.Summary}");
        return Success;
    }

    private int Execute(Experiment experiment, ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(output, errors);
        try
        {
            var watch = Stopwatch.StartNew();
            var context = new ExperimentContext(
                parsed.GetValue(seed), parsed.GetValue(quick), new DataSource(parsed.GetValue(data)?.FullName), terminal, cancellation);
            ExperimentResult result = experiment.Run(context);
            result.Metrics.CheckComplete();
            double seconds = watch.Elapsed.TotalSeconds;

            string folder = parsed.GetValue(report)?.FullName ?? Path.GetFullPath(Path.Combine("report", experiment.Name));
            string command = CommandText(experiment, context);
            List<string> written = [.. ReportPage.Write(folder, experiment, result, command, context, seconds)];
            if (parsed.GetValue(json) is { } file)
            {
                MetricFile.Write(file.FullName, experiment.Name, context.Seed, seconds, result.Metrics);
                written.Add(file.FullName);
            }

            terminal.ShowResult(experiment, result, context.Seed, seconds, written);
            return Success;
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine($"{experiment.Name}: cancelled.");
            return Failure;
        }
        catch (Exception exception) when (exception is ExperimentException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return Failure;
        }
    }

    private static string CommandText(Experiment experiment, ExperimentContext context) =>
        $"dotnet run -c Release --project benchmarks/WeightSharing.Experiments {experiment.Name} --seed {context.Seed}{(context.Quick ? " --quick" : "")}";

    /// <summary>The standard help, and below it the metrics of the experiment that it is about.</summary>
    private sealed class HelpWithMetrics(HelpAction standard, Dictionary<Command, Experiment> experiments, TextWriter output) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = standard.Invoke(parseResult);
            if (!experiments.TryGetValue(parseResult.CommandResult.Command, out Experiment? experiment)) return code;
            output.WriteLine("Metrics (keys of the JSON file):");
            foreach (MetricGroup group in experiment.Metrics)
            {
                output.WriteLine($"  {group.Description}:");
                // A line for each run of keys that differ in their last part alone.
                foreach (IGrouping<string, string> line in group.Keys.GroupBy(key => key[..Math.Max(0, key.LastIndexOf('.'))])) output.WriteLine($"    {string.Join("  ", line)}");
            }

            return code;
        }
    }
}
