using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Checkpoints;

/// <summary>
/// What a file says about sharing, in one metadata entry:
/// <c>{"parameters": [{"free": [5], "names": [{"name": …, "shape": [9], "steps": [{"kind": "palindrome", "full": [9], "free": 5, "fingerprint": …}]}]}],
/// "buffers": [[first name, other names …]]}</c>.
/// </summary>
/// <param name="Graph">Every parameter with its names, the one that carries the values first.</param>
/// <param name="Buffers">The names of each buffer that has several.</param>
internal sealed record SharingMetadata(SharingGraph Graph, ImmutableArray<ImmutableArray<string>> Buffers)
{
    /// <summary>The metadata key; another layout of the text would get another number.</summary>
    public const string Key = "weightsharing.v1";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, CommentHandling = JsonCommentHandling.Disallow };

    public string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("parameters");
            foreach (SharedParameter parameter in Graph.Parameters) Write(json, parameter);
            json.WriteEndArray();
            json.WriteStartArray("buffers");
            foreach (ImmutableArray<string> names in Buffers)
            {
                json.WriteStartArray();
                foreach (string name in names) json.WriteStringValue(name);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What the file says, or null when it says nothing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="source">How messages name it.</param>
    /// <exception cref="CheckpointException">The entry is not what this library writes.</exception>
    public static SharingMetadata? Read(SafetensorsFile file, string source)
    {
        if (!file.Metadata.TryGetValue(Key, out string? text)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Strict);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            string Name(JsonElement element)
            {
                string name = element.GetString() ?? throw new JsonException("a name is null");
                return seen.Add(name) ? name : throw new JsonException($"the name {CheckpointException.Quote(name)} occurs twice");
            }

            ImmutableArray<SharedParameter> parameters = [.. document.RootElement.GetProperty("parameters").EnumerateArray()
                .Select(parameter => ReadParameter(parameter, Name))];
            ImmutableArray<ImmutableArray<string>> buffers = [.. document.RootElement.GetProperty("buffers").EnumerateArray()
                .Select(names => names.EnumerateArray().Select(Name).ToImmutableArray())];
            return new SharingMetadata(new SharingGraph(parameters), buffers);
        }
        // What JsonElement throws where a value is absent, of another kind, or out of range.
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException or OverflowException)
        {
            throw new CheckpointException(source, null, $"its metadata {Key} is damaged: {damage.Message}", damage);
        }
    }

    /// <summary>The same under other names; names without a new one are left out, and parameters without names.</summary>
    /// <exception cref="CheckpointException">Two names become one.</exception>
    public SharingMetadata Renamed(Func<string, string?> rename, string source)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? New(string name)
        {
            string? renamed = rename(name);
            return renamed is null || seen.Add(renamed)
                ? renamed
                : throw new CheckpointException(source, null, $"{CheckpointException.Quote(name)} and another name are both renamed to {CheckpointException.Quote(renamed)}; names must stay different.");
        }

        IEnumerable<SharedParameter> parameters = Graph.Parameters
            .Select(parameter => parameter with
            {
                Names = [.. parameter.Names.SelectMany(name => New(name.Name) is { } renamed ? new[] { name with { Name = renamed } } : [])],
            })
            .Where(parameter => parameter.Names.Length > 0);
        return new SharingMetadata(new SharingGraph(parameters), [.. Buffers.Select(names => names.Select(New).OfType<string>().ToImmutableArray())]);
    }

    private static void Write(Utf8JsonWriter json, SharedParameter parameter)
    {
        json.WriteStartObject();
        Write(json, "free", parameter.FreeShape);
        json.WriteStartArray("names");
        foreach (SharedName name in parameter.Names)
        {
            json.WriteStartObject();
            json.WriteString("name", name.Name);
            Write(json, "shape", name.Shape);
            if (name.Steps.Length > 0) json.WriteStartArray("steps");
            foreach (SharingStep step in name.Steps)
            {
                json.WriteStartObject();
                json.WriteString("kind", step.Kind);
                if (step != SharingStep.Transposed)
                {
                    Write(json, "full", step.FullShape);
                    json.WriteNumber("free", step.FreeCount);
                    // As text: readers of JSON may take numbers for doubles, which have 53 bits.
                    json.WriteString("fingerprint", step.Fingerprint.ToString("x16", CultureInfo.InvariantCulture));
                }

                json.WriteEndObject();
            }

            if (name.Steps.Length > 0) json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string key, in Shape shape)
    {
        json.WriteStartArray(key);
        foreach (int extent in shape) json.WriteNumberValue(extent);
        json.WriteEndArray();
    }

    private static SharedParameter ReadParameter(JsonElement element, Func<JsonElement, string> read)
    {
        var names = ImmutableArray.CreateBuilder<SharedName>();
        foreach (JsonElement entry in element.GetProperty("names").EnumerateArray())
        {
            ImmutableArray<SharingStep> steps = entry.TryGetProperty("steps", out JsonElement list) ? [.. list.EnumerateArray().Select(ReadStep)] : [];
            names.Add(new SharedName(read(entry.GetProperty("name")), ReadShape(entry.GetProperty("shape")), steps));
        }

        if (names.Count == 0) throw new JsonException("a parameter has no names");
        return new SharedParameter(ReadShape(element.GetProperty("free")), names.ToImmutable());
    }

    private static SharingStep ReadStep(JsonElement step)
    {
        string kind = step.GetProperty("kind").GetString() ?? throw new JsonException("a step has no kind");
        return step.TryGetProperty("full", out JsonElement full)
            ? new SharingStep(kind, ReadShape(full), step.GetProperty("free").GetInt32(),
                ulong.Parse(step.GetProperty("fingerprint").GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
            : SharingStep.Transposed with { Kind = kind };
    }

    private static Shape ReadShape(JsonElement extents) => new([.. extents.EnumerateArray().Select(extent => extent.GetInt32())]);
}
