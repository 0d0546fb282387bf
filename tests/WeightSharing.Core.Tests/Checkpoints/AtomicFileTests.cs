using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private const string WriterVariable = "CHECKPOINT_WRITER_PATH";
    private const int Elements = 200_000;
    private readonly string folder = Directory.CreateTempSubdirectory("atomic-file-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Started with the variable set, this program is the writer to be killed: version after version into one file.</summary>
    [ModuleInitializer]
    internal static void WriteForever()
    {
        if (Environment.GetEnvironmentVariable(WriterVariable) is not { Length: > 0 } path) return;
        for (int version = 1; ; version++)
        {
            Version(version).Write(path);
            Console.Out.WriteLine(version.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }

    [Fact]
    public void A_killed_writer_leaves_the_old_file_or_the_new_one()
    {
        const int kills = 100;
        var random = new Random(7);
        int[] pauses = [.. Enumerable.Range(0, kills).Select(_ => random.Next(30_000))];
        var interrupted = new bool[kills];
        // Starting a process takes most of the time.
        var few = new ParallelOptions { MaxDegreeOfParallelism = 3 };
        Parallel.For(0, kills, few, i => interrupted[i] = KillWriterAfter(i, TimeSpan.FromMicroseconds(pauses[i])));
        Assert.Contains(true, interrupted);
    }

    [Fact]
    public void A_writer_that_throws_leaves_the_old_file_and_no_other()
    {
        string path = Path.Combine(folder, "file");
        AtomicFile.Write(path, stream => stream.WriteByte(1));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(2);
            throw new InvalidOperationException();
        }));
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void Links_and_modes_stay()
    {
        string path = Path.Combine(folder, "file"), link = Path.Combine(folder, "link");
        AtomicFile.Write(path, stream => stream.WriteByte(1));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, path);
        AtomicFile.Write(link, stream => stream.WriteByte(2));
        Assert.Equal([2], File.ReadAllBytes(path));
        Assert.Equal(path, new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    /// <summary>True when the writer was killed between the beginning and the end of a file.</summary>
    private bool KillWriterAfter(int index, TimeSpan pause)
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, $"{index}")).FullName, path = Path.Combine(own, "file.safetensors");
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(AtomicFileTests).Assembly.Location);
        start.Environment[WriterVariable] = path;
        using Process writer = Process.Start(start)!;
        int reported = int.Parse(writer.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < pause) Thread.Yield();
        writer.Kill();
        // A last line cut off in the middle is no report.
        string[] reports = writer.StandardOutput.ReadToEnd().Split('\n')[..^1];
        if (reports.Length > 0) reported = int.Parse(reports[^1], CultureInfo.InvariantCulture);
        writer.WaitForExit();

        SafetensorsFile file = SafetensorsFile.Read(path);
        int found = int.Parse(file.Metadata["version"], CultureInfo.InvariantCulture);
        Assert.InRange(found, reported, reported + 1);
        Assert.True(file["content"].ToArray<int>().AsSpan().IndexOfAnyExcept(found) < 0);
        return Directory.GetFiles(own).Length > 1;
    }

    private static SafetensorsFile Version(int version)
    {
        var content = new int[Elements];
        Array.Fill(content, version);
        return new SafetensorsFile(
            [StoredTensor.From<int>("content", [Elements], content)], new Dictionary<string, string> { ["version"] = $"{version}" });
    }
}
