using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Reporting;

/// <summary>
/// What is seen while a run goes on and at its end: progress goes to the errors' side, results to the output's. On a terminal the progress is
/// live; redirected, it is one plain line a phase, without escape codes.
/// </summary>
internal sealed class Terminal : IProgressView
{
    private const int WidthWhenRedirected = 160;
    private readonly IAnsiConsole results;
    private readonly IAnsiConsole progress;

    /// <summary>A view on two writers.</summary>
    public Terminal(TextWriter output, TextWriter errors)
    {
        results = Console(output, output == System.Console.Out && !System.Console.IsOutputRedirected);
        progress = Console(errors, errors == System.Console.Error && !System.Console.IsErrorRedirected);
    }

    /// <inheritdoc/>
    public void Show(IReadOnlyList<(string Phase, int Steps)> phases, Action<Action<string>> work)
    {
        if (progress.Profile.Capabilities.Interactive) ShowLive(phases, work);
        else ShowLines(phases, work);
    }

    /// <summary>Prints the tables of a result and where the files lie.</summary>
    public void ShowResult(Experiment experiment, ExperimentResult result, long seed, double seconds, IReadOnlyList<string> files)
    {
        results.WriteLine();
        foreach (ReportTable table in result.Tables)
        {
            var view = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(table.Title)), ShowRowSeparators = false };
            for (int i = 0; i < table.Columns.Count; i++)
            {
                var column = new TableColumn(Markup.Escape(table.Columns[i])) { NoWrap = true };
                view.AddColumn(i == 0 ? column : column.RightAligned());
            }

            foreach (IReadOnlyList<string> row in table.Rows) view.AddRow([.. row.Select(Markup.Escape)]);
            results.Write(view);
            results.WriteLine();
        }

        results.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{experiment.Name}, seed {seed}: {seconds:0.0} s"));
        foreach (string file in files) results.WriteLine(file);
    }

    private void ShowLive(IReadOnlyList<(string Phase, int Steps)> phases, Action<Action<string>> work) => progress.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
        .Start(live =>
        {
            Dictionary<string, ProgressTask> tasks = phases.ToDictionary(phase => phase.Phase, phase => live.AddTask(Markup.Escape(phase.Phase), maxValue: phase.Steps));
            work(phase => tasks[phase].Increment(1));
        });

    private void ShowLines(IReadOnlyList<(string Phase, int Steps)> phases, Action<Action<string>> work)
    {
        var watch = Stopwatch.StartNew();
        Dictionary<string, int> left = phases.ToDictionary(phase => phase.Phase, phase => phase.Steps);
        work(phase =>
        {
            lock (left)
            {
                if (--left[phase] > 0) return;
                int steps = phases.First(pair => pair.Phase == phase).Steps;
                progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{phase}: {steps} trainings done after {watch.Elapsed.TotalSeconds:0.0} s"));
            }
        });
    }

    private static IAnsiConsole Console(TextWriter writer, bool interactive)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!interactive)
        {
            console.Profile.Width = WidthWhenRedirected;
            // The table's lines are part of the text, wherever it goes.
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }
}
