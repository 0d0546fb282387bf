using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file:
/// <c>{"__metadata__": {text: text}, name: {"dtype": …, "shape": […], "data_offsets": [begin, end]}}</c>.
/// </summary>
/// <remarks>
/// A header is first checked in full, with a few words of memory an entry; strings and shapes are made only of one that is sound, so that a
/// lying file costs less memory than it has bytes. The payload must be covered exactly: entries neither overlap nor leave gaps.
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>The longest header: the limit of the format's reference implementation.</summary>
    public const int MaximumLength = 100_000_000;

    /// <summary>The most dimensions of a stored tensor.</summary>
    public const int MaximumRank = 64;

    /// <summary>The key of the free text map.</summary>
    public const string MetadataKey = "__metadata__";

    // The root, an entry, its shape: nothing is nested deeper.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 3, CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>One tensor: where its name and description stand in the header, and its bytes in the payload.</summary>
    public readonly record struct Entry(int NamePosition, int ValuePosition, SafetensorsType Type, long Begin, long Length);

    /// <summary>Checks a header against the number of payload bytes behind it; gives the entries in the order of their bytes.</summary>
    /// <exception cref="CheckpointException">The header breaks a rule of the format.</exception>
    public static Entry[] Check(ReadOnlySpan<byte> json, long payload, string file)
    {
        if (json.IsEmpty || json[0] != (byte)'{') throw Broken(file, null, "the header does not begin with '{', as a JSON object must.");
        if (!Utf8.IsValid(json)) throw Broken(file, null, "the header is not valid UTF-8.");
        try
        {
            (int entryCount, int metadataCount) = CountNames(json, file);
            Entry[] entries = ReadEntries(json, payload, file, entryCount, metadataCount);
            Array.Sort(entries, static (a, b) =>
                a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
                : a.Length != b.Length ? a.Length.CompareTo(b.Length)
                : a.NamePosition.CompareTo(b.NamePosition));
            CheckCoverage(json, entries, payload, file);
            return entries;
        }
        catch (JsonException damage)
        {
            throw Broken(file, null, $"the header is not the JSON of a safetensors file: {damage.Message}", damage);
        }
    }

    /// <summary>The name and shape of a checked entry over its bytes.</summary>
    public static StoredTensor Tensor(ReadOnlySpan<byte> json, in Entry entry, ReadOnlyMemory<byte> data, string file)
    {
        Span<int> shape = stackalloc int[MaximumRank];
        var reader = new Utf8JsonReader(json[entry.ValuePosition..], isFinalBlock: false, new JsonReaderState(Strict));
        reader.Read();
        ReadDescription(json, ref reader, entry.NamePosition, entry.ValuePosition, long.MaxValue, file, shape, out int rank);
        return new StoredTensor(TextAt(json, entry.NamePosition), entry.Type, shape[..rank], data);
    }

    /// <summary>The free text map of a checked header.</summary>
    public static Dictionary<string, string> Metadata(ReadOnlySpan<byte> json)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(MetadataKey);
            reader.Read();
            if (!found)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = reader.GetString()!;
                reader.Read();
                metadata.Add(key, reader.GetString()!);
            }
        }

        return metadata;
    }

    /// <summary>The header of these tensors, in this order, padded with spaces to a multiple of 8 bytes.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                writer.WriteStartObject(MetadataKey);
                foreach (string key in metadata.Keys.Order(StringComparer.Ordinal)) writer.WriteString(key, metadata[key]);
                writer.WriteEndObject();
            }

            long begin = 0;
            foreach (StoredTensor tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype"u8, tensor.Type.ToString());
                writer.WriteStartArray("shape"u8);
                foreach (int extent in tensor.Shape) writer.WriteNumberValue(extent);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets"u8);
                writer.WriteNumberValue(begin);
                writer.WriteNumberValue(begin += tensor.Data.Length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & 7;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenMemory;
    }

    /// <summary>Reads the whole header once: its JSON is sound afterwards, and so is every text in it.</summary>
    private static (int Entries, int Metadata) CountNames(ReadOnlySpan<byte> json, string file)
    {
        int entries = 0, metadata = 0;
        bool inMetadata = false;
        var reader = new Utf8JsonReader(json, Strict);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String)) continue;
            if (reader.ValueIsEscaped && !Unescapes(ref reader))
            {
                throw Broken(file, null, $"the text at byte {reader.TokenStartIndex} of the header escapes half of a surrogate pair.");
            }

            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.CurrentDepth == 1)
            {
                inMetadata = reader.ValueTextEquals(MetadataKey);
                if (!inMetadata) entries++;
            }
            else if (inMetadata)
            {
                metadata++;
            }
        }

        return (entries, metadata);
    }

    private static Entry[] ReadEntries(ReadOnlySpan<byte> json, long payload, string file, int entryCount, int metadataCount)
    {
        var entries = new Entry[entryCount];
        // One slot more for the key of the metadata; a second such key would be one too many, and is refused before it is stored.
        var names = new long[entryCount + 1];
        int entry = 0, name = 0;
        bool metadataSeen = false;
        Span<int> shape = stackalloc int[MaximumRank];
        var reader = new Utf8JsonReader(json, Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int position = (int)reader.TokenStartIndex;
            if (reader.ValueTextEquals(MetadataKey))
            {
                if (metadataSeen) throw Broken(file, null, $"the header has the key \"{MetadataKey}\" twice; keys must be unique.");
                metadataSeen = true;
                CheckMetadata(json, ref reader, file, metadataCount);
                continue;
            }

            names[name++] = HashedPosition(ref reader);
            reader.Read();
            int value = (int)reader.TokenStartIndex;
            entries[entry++] = ReadDescription(json, ref reader, position, value, payload, file, shape, out _);
        }

        CheckUnique(json, names.AsSpan(0, name), file, "the header names this tensor twice");
        return entries;
    }

    private static void CheckMetadata(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, string file, int count)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Broken(file, null, $"\"{MetadataKey}\" is {Describe(ref reader)}; expected an object of texts.");
        }

        var keys = new long[count];
        int key = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int position = (int)reader.TokenStartIndex;
            keys[key++] = HashedPosition(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Broken(
                    file, null, $"metadata {Quote(TextAt(json, position))} is {Describe(ref reader)}; expected a text.");
            }
        }

        CheckUnique(json, keys.AsSpan(0, key), file, "the metadata has this key twice");
    }

    /// <summary>One description, the reader standing at its beginning; leaves it at its end.</summary>
    private static Entry ReadDescription(
        ReadOnlySpan<byte> json, ref Utf8JsonReader reader, int name, int value, long payload, string file,
        scoped Span<int> shape, out int rank)
    {
        rank = -1;
        SafetensorsType? type = null;
        long begin = -1, end = -1;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Broken(
                file, TextAt(json, name),
                $"the description is {Describe(ref reader)}; expected an object of dtype, shape and data_offsets.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null && reader.ValueTextEquals("dtype"u8)) type = ReadType(json, ref reader, name, file);
            else if (rank < 0 && reader.ValueTextEquals("shape"u8)) rank = ReadShape(json, ref reader, name, file, shape);
            else if (begin < 0 && reader.ValueTextEquals("data_offsets"u8))
            {
                ReadOffsets(json, ref reader, name, file, payload, out begin, out end);
            }
            else
            {
                throw UnexpectedKey(TextAt(json, name), reader.GetString()!, file);
            }
        }

        if (type is not { } known || rank < 0 || begin < 0)
        {
            string missing = type is null ? "dtype" : rank < 0 ? "shape" : "data_offsets";
            throw Broken(file, TextAt(json, name), $"the key \"{missing}\" is missing.");
        }

        long needed = StoredTensor.ByteCount(known, shape[..rank]);
        if (end - begin != needed)
        {
            string amount = needed == long.MaxValue ? "more than any file holds" : $"{needed} bytes";
            throw Broken(file, TextAt(json, name),
                $"data_offsets [{begin}, {end}] span {end - begin} bytes, but {known} {StoredTensor.Text(shape[..rank])} needs {amount}.");
        }

        if (needed > Array.MaxLength)
        {
            throw Broken(file, TextAt(json, name), $"{needed} bytes are more than one array holds ({Array.MaxLength}).");
        }

        return new Entry(name, value, known, begin, needed);
    }

    private static SafetensorsType ReadType(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, int name, string file)
    {
        reader.Read();
        bool plain = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped;
        if (plain && SafetensorsTypes.TryParse(reader.ValueSpan, out SafetensorsType type)) return type;
        throw Broken(file, TextAt(json, name), $"dtype is {Describe(ref reader)}; expected one of {SafetensorsTypes.All}.");
    }

    private static int ReadShape(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, int name, string file, scoped Span<int> shape)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Broken(file, TextAt(json, name), $"shape is {Describe(ref reader)}; expected a list of extents.");
        }

        int rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == MaximumRank) throw Broken(file, TextAt(json, name), $"the shape has more than {MaximumRank} dimensions.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int extent) || extent < 0)
            {
                throw Broken(
                    file, TextAt(json, name),
                    $"extent {rank} of the shape is {Describe(ref reader)}; expected an integer from 0 to {int.MaxValue}.");
            }

            shape[rank++] = extent;
        }

        return rank;
    }

    private static void ReadOffsets(
        ReadOnlySpan<byte> json, ref Utf8JsonReader reader, int name, string file, long payload, out long begin, out long end)
    {
        reader.Read();
        Span<long> offsets = stackalloc long[2];
        int count = 0;
        bool sound = reader.TokenType == JsonTokenType.StartArray;
        while (sound && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            sound = count < 2 && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out offsets[count++]);
        }

        if (!sound || count != 2)
        {
            throw Broken(
                file, TextAt(json, name),
                $"data_offsets are {(sound ? $"{count} numbers" : Describe(ref reader))}; expected [begin, end].");
        }

        if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > payload)
        {
            throw Broken(
                file, TextAt(json, name),
                $"data_offsets [{offsets[0]}, {offsets[1]}] lie outside the payload; expected 0 ≤ begin ≤ end ≤ {payload}.");
        }

        (begin, end) = (offsets[0], offsets[1]);
    }

    private static void CheckCoverage(ReadOnlySpan<byte> json, ReadOnlySpan<Entry> entries, long payload, string file)
    {
        long covered = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            Entry entry = entries[i];
            long end = entry.Begin + entry.Length;
            if (entry.Begin < covered)
            {
                throw Broken(file, TextAt(json, entry.NamePosition),
                    $"bytes {entry.Begin} to {Math.Min(covered, end)} belong to entry {Quote(TextAt(json, entries[i - 1].NamePosition))} "
                    + "too; entries must not overlap.");
            }

            if (entry.Begin > covered)
            {
                throw Broken(
                    file, TextAt(json, entry.NamePosition),
                    $"payload bytes {covered} to {entry.Begin} before it belong to no entry; there must be no gaps.");
            }

            covered += entry.Length;
        }

        if (covered != payload)
        {
            throw Broken(
                file, null, $"the entries cover {covered} bytes, but {payload} follow the header; every byte must belong to an entry.");
        }
    }

    /// <summary>Two texts at different positions are equal only if their hashes are: sorted, candidates lie side by side.</summary>
    private static void CheckUnique(ReadOnlySpan<byte> json, Span<long> hashedPositions, string file, string problem)
    {
        hashedPositions.Sort();
        for (int i = 0; i < hashedPositions.Length; i++)
        {
            for (int j = i + 1; j < hashedPositions.Length && hashedPositions[i] >> 32 == hashedPositions[j] >> 32; j++)
            {
                string text = TextAt(json, (int)hashedPositions[i]);
                if (text == TextAt(json, (int)hashedPositions[j])) throw Broken(file, text, $"{problem}; keys must be unique.");
            }
        }
    }

    /// <summary>The hash of the reader's text above, its position in the header below.</summary>
    private static long HashedPosition(ref Utf8JsonReader reader)
    {
        var hash = default(HashCode);
        if (reader.ValueIsEscaped)
        {
            byte[] scratch = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
            hash.AddBytes(scratch.AsSpan(0, reader.CopyString(scratch)));
            ArrayPool<byte>.Shared.Return(scratch);
        }
        else
        {
            hash.AddBytes(reader.ValueSpan);
        }

        return ((long)hash.ToHashCode() << 32) | (uint)reader.TokenStartIndex;
    }

    private static bool Unescapes(ref Utf8JsonReader reader)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            reader.CopyString(scratch);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static string TextAt(ReadOnlySpan<byte> json, int position)
    {
        var reader = new Utf8JsonReader(json[position..], isFinalBlock: false, default);
        reader.Read();
        return reader.GetString()!;
    }

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => Quote(reader.GetString()!),
        JsonTokenType.Number when reader.ValueSpan.Length <= 40 => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.Number => $"a number of {reader.ValueSpan.Length} digits",
        var token => token.ToString(),
    };

    private static CheckpointException UnexpectedKey(string entry, string key, string file) =>
        Broken(file, entry, $"unexpected key {Quote(key)}; expected dtype, shape and data_offsets, each once.");

    private static CheckpointException Broken(string file, string? entry, string problem, Exception? inner = null) =>
        new(file, entry, problem, inner);
}
