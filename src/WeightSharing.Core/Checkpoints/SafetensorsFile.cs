using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>
/// The safetensors container: named tensors of any element type, and a map of texts. It holds no code, and reading one never runs any.
/// </summary>
/// <remarks>
/// Layout: header length (8 bytes, little-endian), JSON header, payload. Everything a file says about itself is checked against its length
/// before memory is taken for it; a damaged or lying file is a <see cref="CheckpointException"/>. Source: the format's description,
/// huggingface.co/docs/safetensors.
/// </remarks>
public sealed class SafetensorsFile
{
    private const int LengthBytes = 8;
    private readonly StoredTensor[] tensors;
    private readonly Dictionary<string, StoredTensor> byName;

    /// <summary>A file of these tensors, to be written.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has the name of the metadata.</exception>
    public SafetensorsFile(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        // By element size, the largest first: every tensor is then aligned for its elements.
        this.tensors = [.. tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        Metadata = metadata is null ? [] : new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        byName = new Dictionary<string, StoredTensor>(this.tensors.Length, StringComparer.Ordinal);
        foreach (StoredTensor tensor in this.tensors)
        {
            if (tensor.Name == SafetensorsHeader.MetadataKey || !byName.TryAdd(tensor.Name, tensor))
            {
                throw new ArgumentException(
                    $"SafetensorsFile: the name {Quote(tensor.Name)} is taken; "
                    + $"tensors need unique names other than \"{SafetensorsHeader.MetadataKey}\".",
                    nameof(tensors));
            }
        }
    }

    private SafetensorsFile(StoredTensor[] tensors, Dictionary<string, string> metadata)
    {
        this.tensors = tensors;
        Metadata = metadata;
        byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<StoredTensor> Tensors => tensors;

    /// <summary>The map of texts; empty when the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    public StoredTensor this[string name] => byName.TryGetValue(name, out StoredTensor? tensor)
        ? tensor
        : throw new CheckpointException($"No tensor is named {Quote(name)} among the {tensors.Length} of the file.");

    /// <summary>The tensor of this name; false when there is none.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out StoredTensor? tensor) => byName.TryGetValue(name, out tensor);

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">The file is not a sound safetensors file.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafetensorsFile Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads from the stream's position to its end.</summary>
    /// <param name="stream">A seekable stream is read tensor by tensor; any other is read as a whole first.</param>
    /// <param name="file">How messages name the source.</param>
    /// <exception cref="CheckpointException">The bytes are not a sound safetensors file.</exception>
    public static SafetensorsFile Read(Stream stream, string file = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek) return Read(StreamBytes.ReadToEnd(stream), file);
        long length = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[LengthBytes];
        if (length >= LengthBytes) StreamBytes.ReadExactly(stream, prefix, file);
        var header = new byte[HeaderLength(prefix, length, file)];
        StreamBytes.ReadExactly(stream, header, file);
        SafetensorsHeader.Entry[] entries = SafetensorsHeader.Check(header, length - LengthBytes - header.Length, file);

        var tensors = new StoredTensor[entries.Length];
        // The entries are in the order of their bytes and without gaps: reading them one after the other reads the payload.
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] data = entries[i].Length == 0 ? [] : GC.AllocateUninitializedArray<byte>((int)entries[i].Length);
            StreamBytes.ReadExactly(stream, data, file);
            tensors[i] = SafetensorsHeader.Tensor(header, entries[i], data, file);
        }

        return new SafetensorsFile(tensors, SafetensorsHeader.Metadata(header));
    }

    /// <summary>Reads from memory; the tensors are views of it, without a copy.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="file">How messages name the source.</param>
    /// <exception cref="CheckpointException">The bytes are not a sound safetensors file.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> bytes, string file = "memory")
    {
        ReadOnlySpan<byte> prefix = bytes.Span[..Math.Min(LengthBytes, bytes.Length)];
        int headerLength = HeaderLength(prefix, bytes.Length, file);
        ReadOnlySpan<byte> header = bytes.Span.Slice(LengthBytes, headerLength);
        ReadOnlyMemory<byte> payload = bytes[(LengthBytes + headerLength)..];
        SafetensorsHeader.Entry[] entries = SafetensorsHeader.Check(header, payload.Length, file);

        var tensors = new StoredTensor[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            tensors[i] = SafetensorsHeader.Tensor(header, entries[i], payload.Slice((int)entries[i].Begin, (int)entries[i].Length), file);
        }

        return new SafetensorsFile(tensors, SafetensorsHeader.Metadata(header));
    }

    /// <summary>Writes a file; whenever the process or the machine stops, the old file or the new one is there.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes to the stream's position.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ReadOnlyMemory<byte> header = SafetensorsHeader.Write(tensors, Metadata);
        if (header.Length > SafetensorsHeader.MaximumLength)
        {
            throw new InvalidOperationException(
                $"SafetensorsFile.Write: the header would have {header.Length} bytes; "
                + $"the format allows {SafetensorsHeader.MaximumLength}. Shorten names or metadata.");
        }

        Span<byte> prefix = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header.Span);
        foreach (StoredTensor tensor in tensors) stream.Write(tensor.Data.Span);
    }

    private static int HeaderLength(ReadOnlySpan<byte> prefix, long length, string file)
    {
        if (length < LengthBytes)
        {
            throw new CheckpointException(
                file, null, $"{length} bytes; a safetensors file begins with a header length of {LengthBytes} bytes.");
        }

        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (header > (ulong)(length - LengthBytes) || header > SafetensorsHeader.MaximumLength)
        {
            throw new CheckpointException(file, null,
                $"the header is said to have {header} bytes; "
                + $"{length - LengthBytes} follow, and the format allows {SafetensorsHeader.MaximumLength}.");
        }

        return (int)header;
    }
}
