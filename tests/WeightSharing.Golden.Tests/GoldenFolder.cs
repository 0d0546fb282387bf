using System.Text.Json;

namespace WeightSharing.Tests.Golden;

/// <summary>The folders of golden cases: the one of this repository, or the one that GOLDEN_DIR names.</summary>
internal static class GoldenFolder
{
    /// <summary>The cases beside this program: the ordinary ones, and those at the edges of the operations.</summary>
    public static IReadOnlyList<GoldenCase> Own { get; } =
        [.. new[] { "golden", Path.Combine("golden", "edge") }.SelectMany(folder => Read(Path.Combine(AppContext.BaseDirectory, folder)))];

    /// <summary>The cases to run: of GOLDEN_DIR if set, and of the operations in GOLDEN_OPS (comma-separated) if set.</summary>
    public static IReadOnlyList<GoldenCase> Selected { get; } = Select();

    /// <summary>The operations that GOLDEN_OPS names; empty when all are meant.</summary>
    public static string[] SelectedOperations => (Environment.GetEnvironmentVariable("GOLDEN_OPS") ?? "")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IReadOnlyList<GoldenCase> Select()
    {
        IReadOnlyList<GoldenCase> cases = Environment.GetEnvironmentVariable("GOLDEN_DIR") is { Length: > 0 } folder ? Read(folder) : Own;
        string[] operations = SelectedOperations;
        return operations.Length == 0 ? cases : [.. cases.Where(one => operations.Contains(one.Operation))];
    }

    private static GoldenCase[] Read(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "MANIFEST.json")));
        return [.. manifest.RootElement.EnumerateArray().Select(entry =>
        {
            string name = entry.GetProperty("case").GetString()!;
            string path = Path.Combine(folder, name + ".safetensors");
            double error = entry.TryGetProperty("f32_error", out JsonElement number) ? number.GetDouble() : 0;
            return new GoldenCase(
                name, entry.GetProperty("op").GetString()!, error, File.Exists(path) ? path : Path.ChangeExtension(path, ".json"));
        })];
    }
}
