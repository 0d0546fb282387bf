using System.Text.Json;
using WeightSharing.Peers.Running;

namespace WeightSharing.Peers.Reporting;

/// <summary>The rows as one JSON array.</summary>
internal static class ResultFile
{
    /// <summary>Writes the file; its folder is made where there is none.</summary>
    public static void Write(IReadOnlyList<Row> rows, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (Row row in rows)
        {
            json.WriteStartObject();
            json.WriteString("work", row.Work.Name);
            json.WriteString("mode", row.Work.ModeName);
            json.WriteNumber("threads", row.Threads);
            json.WriteNumber("ours_ms", row.Ours);
            WriteNumber(json, "libtorch_ms", row.Libtorch);
            WriteNumber(json, "ort_ms", row.Ort);
            json.WriteNumber("gflops", row.Gflops);
            json.WriteNumber("peak_fraction", row.PeakFraction);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
