using System.CommandLine;
using System.Globalization;
using WeightSharing.Peers.Reporting;
using WeightSharing.Peers.Running;
using WeightSharing.Peers.Works;

namespace WeightSharing.Peers;

/// <summary>The program's arguments, and what becomes of them.</summary>
internal static class CommandLine
{
    /// <summary>Runs the program.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">For the table.</param>
    /// <param name="errors">For progress and errors.</param>
    /// <returns>The exit code: 0; 1 when results disagree; 2 for arguments that make no sense.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var threads = new Option<int>("--threads") { Description = "Threads of every contestant.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var filter = new Option<string[]>("--filter")
        {
            Description = "Only works whose name or mode has this text; several: any of them.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => [],
        };
        var quick = new Option<bool>("--quick") { Description = "Few repetitions: everything in less than a minute." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes one JSON array, an object a work.", HelpName = "FILE" };
        var list = new Option<bool>("--list") { Description = "Lists the works and ends." };
        threads.Validators.Add(result =>
        {
            if (result.GetValue(threads) < 1) result.AddError("--threads: at least 1.");
        });
        var root = new RootCommand("The same work in this library, libtorch and ONNX Runtime, interleaved in one process.") { threads, filter, quick, json, list };
        root.SetAction(parsed =>
        {
            string[] texts = parsed.GetValue(filter) ?? [];
            Work[] works = [.. WorkList.All.Where(work => texts.Length == 0 || texts.Any(work.Matches))];
            if (works.Length == 0)
            {
                errors.WriteLine("No work has such a name; --list shows them.");
                return 2;
            }

            if (parsed.GetValue(list))
            {
                foreach (Work work in works) output.WriteLine(work.Title);
                return 0;
            }

            var run = new Run(parsed.GetValue(threads), parsed.GetValue(quick), errors);
            IReadOnlyList<Row> rows = run.Measure(works);
            ResultTable.Print(rows, run, output);
            if (parsed.GetValue(json) is { } file) ResultFile.Write(rows, file.FullName);
            return rows.Any(row => row.Disagreement is not null) ? 1 : 0;
        });
        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count == 0) return result.Invoke(new InvocationConfiguration { Output = output, Error = errors });
        foreach (string message in result.Errors.Select(error => error.Message).Distinct()) errors.WriteLine(message);
        errors.WriteLine("--help shows what can be given.");
        return 2;
    }
}
