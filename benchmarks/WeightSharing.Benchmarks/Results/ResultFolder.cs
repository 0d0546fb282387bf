using System.Globalization;
using System.Text;
using WeightSharing.Experiments.Reporting;

namespace WeightSharing.Benchmarks.Results;

/// <summary>Where results of this machine are kept: <c>benchmarks/results/PROCESSOR</c> in the repository.</summary>
internal static class ResultFolder
{
    private static string? current;

    /// <summary>Runs a measurement and keeps what it prints, under its name, below a line on the machine; pictures that it draws go beside.</summary>
    public static void Keep(string name, Action measurement)
    {
        current = Path.Combine(Machine.Repository(), "benchmarks", "results", Machine.Folder);
        Directory.CreateDirectory(current);
        TextWriter console = Console.Out;
        var kept = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Console.SetOut(new Both(console, kept));
        try
        {
            measurement();
        }
        finally
        {
            Console.SetOut(console);
            string path = Path.Combine(current, $"{name}.txt");
            current = null;
            File.WriteAllText(path, $"{Machine.Description}\n\n{kept}");
            Console.Error.WriteLine(path);
        }
    }

    /// <summary>Draws a picture for light pages and one for dark, where results are kept.</summary>
    public static void Picture(string name, Func<PlotTheme, byte[]> draw)
    {
        if (current is null) return;
        foreach (PlotTheme theme in new[] { PlotTheme.Light, PlotTheme.Dark }) File.WriteAllBytes(Path.Combine(current, $"{name}{theme.Suffix}.png"), draw(theme));
    }

    private sealed class Both(TextWriter first, TextWriter second) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => first.Encoding;

        public override void Write(char value)
        {
            first.Write(value);
            second.Write(value);
        }

        public override void Write(string? value)
        {
            first.Write(value);
            second.Write(value);
        }

        public override void WriteLine(string? value)
        {
            first.WriteLine(value);
            second.WriteLine(value);
        }
    }
}
