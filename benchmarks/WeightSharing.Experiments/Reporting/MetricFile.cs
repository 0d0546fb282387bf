using System.Text.Json;
using WeightSharing.Experiments.Running;

namespace WeightSharing.Experiments.Reporting;

/// <summary>The metrics as a JSON file: <c>{"experiment": …, "seed": …, "seconds": …, "metrics": {name: number}}</c>.</summary>
internal static class MetricFile
{
    /// <summary>Writes the file, and its folder where there is none.</summary>
    public static void Write(string path, string experiment, long seed, double seconds, MetricSet metrics)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        using FileStream stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("experiment", experiment);
        writer.WriteNumber("seed", seed);
        writer.WriteNumber("seconds", Math.Round(seconds, 2));
        writer.WriteStartObject("metrics");
        foreach ((string key, double value) in metrics.Values) writer.WriteNumber(key, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
