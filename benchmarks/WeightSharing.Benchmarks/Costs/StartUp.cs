using System.Diagnostics;
using System.Runtime.InteropServices;
using WeightSharing.Benchmarks.Results;

namespace WeightSharing.Benchmarks.Costs;

/// <summary>
/// From the start of a process to its end after the first training step, and from start to end of one that does nothing: the program
/// <c>benchmarks/WeightSharing.FirstStep</c>, published for the JIT as it is, with ready-to-run code, and compiled ahead of time for the default
/// instruction set. Publishes into a temporary folder; ahead of time needs a C linker.
/// </summary>
internal static class StartUp
{
    private const int Rounds = 21;

    private static readonly string[] Linkers = ["clang", "gcc"];

    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("first-step-").FullName;
        try
        {
            string rid = RuntimeInformation.RuntimeIdentifier, linker = OperatingSystem.IsWindows() ? "" : FindLinker();
            (string Name, string[] Options)[] builds =
            [
                ("JIT", ["--self-contained", "false"]),
                ("JIT, ready to run", ["-r", rid, "--self-contained", "false", "-p:PublishReadyToRun=true"]),
                ("ahead of time", ["-r", rid, "-p:PublishAot=true", .. linker.Length > 0 ? new[] { $"-p:CppCompilerAndLinker={linker}" } : []]),
            ];
            var programs = new List<(string Name, string[] Command, long Bytes)>();
            foreach ((string name, string[] options) in builds)
            {
                string output = Path.Combine(folder, $"{programs.Count}");
                Publish(output, options);
                bool managed = File.Exists(Path.Combine(output, "WeightSharing.FirstStep.dll"));
                string program = Path.Combine(output, managed ? "WeightSharing.FirstStep.dll" : "WeightSharing.FirstStep" + (OperatingSystem.IsWindows() ? ".exe" : ""));
                programs.Add((name, managed ? ["dotnet", program] : [program], Size(output, managed)));
            }

            double[][] idle = [.. programs.Select(_ => new double[Rounds])], step = [.. programs.Select(_ => new double[Rounds])];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < programs.Count; i++)
                {
                    idle[i][round] = Milliseconds([.. programs[i].Command, "empty"]);
                    step[i][round] = Milliseconds(programs[i].Command);
                }
            }

            Console.WriteLine($"whole processes, medians of {Rounds}");
            Console.WriteLine($"  {"",-20}{"empty, ms",12}{"first step, ms",16}{"size, MB",12}");
            for (int i = 0; i < programs.Count; i++)
                Console.WriteLine($"  {programs[i].Name,-20}{Median(idle[i]),12:0.0}{Median(step[i]),16:0.0}{programs[i].Bytes / 1e6,12:0.0}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string FindLinker() =>
        Linkers.FirstOrDefault(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, name))))
        ?? throw new InvalidOperationException("Compiling ahead of time needs clang or gcc.");

    private static void Publish(string output, string[] options)
    {
        string project = Path.Combine(Machine.Repository(), "benchmarks", "WeightSharing.FirstStep");
        var start = new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-v", "q", "-nologo", "-o", output, .. options]) { RedirectStandardOutput = true };
        // What the running build has set for itself is not for the next one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"Publishing failed:\n{log}");
    }

    // Symbols and documentation are not shipped.
    private static long Size(string folder, bool managed) => Directory.EnumerateFiles(folder)
        .Where(file => managed ? Path.GetExtension(file) is ".dll" or ".json" : Path.GetFileName(file) is "WeightSharing.FirstStep" or "WeightSharing.FirstStep.exe")
        .Sum(file => new FileInfo(file).Length);

    private static double Milliseconds(string[] command)
    {
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double time = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return process.ExitCode == 0 ? time : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);
}
