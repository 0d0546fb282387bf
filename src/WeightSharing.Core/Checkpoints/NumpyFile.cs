using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>NumPy's files: one array (.npy), or a zip archive of named arrays (.npz).</summary>
/// <remarks>
/// Versions 1.0 to 3.0, row-major and Fortran order, both byte orders, floating-point numbers of 2, 4 and 8 bytes, integers of 1 to 8, and
/// bool; pickled objects are refused. What is read stands in row-major little-endian order, and that is what is written. Everything a file
/// says is checked against its length before memory is taken for it. Source: numpy.lib.format.
/// </remarks>
public static class NumpyFile
{
    private const string Suffix = ".npy";
    private const int Alignment = 64;

    /// <summary>Reads an .npy file; the tensor's name is empty.</summary>
    /// <exception cref="CheckpointException">The file is not a sound array.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static StoredTensor Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads an .npy array from the stream's position to its end; the tensor's name is empty.</summary>
    /// <param name="stream">A stream that cannot seek is read as a whole first.</param>
    /// <param name="file">How messages name the source.</param>
    /// <exception cref="CheckpointException">The bytes are not a sound array.</exception>
    public static StoredTensor Read(Stream stream, string file = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek) return Read(StreamBytes.ReadToEnd(stream), file);
        return ReadArray(stream, stream.Length - stream.Position, "", file, null);
    }

    /// <summary>Reads an .npy array from memory; the tensor's name is empty.</summary>
    /// <exception cref="CheckpointException">The bytes are not a sound array.</exception>
    public static StoredTensor Read(ReadOnlyMemory<byte> bytes, string file = "memory")
    {
        using MemoryStream stream = Over(bytes);
        return Read(stream, file);
    }

    /// <summary>Reads the arrays of an .npz file, under their names without ".npy", in the archive's order.</summary>
    /// <exception cref="CheckpointException">The file is not a sound archive of arrays.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static IReadOnlyList<StoredTensor> ReadArchive(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ReadArchive(stream, path);
    }

    /// <summary>Reads the arrays of an .npz archive in memory.</summary>
    /// <exception cref="CheckpointException">The bytes are not a sound archive of arrays.</exception>
    public static IReadOnlyList<StoredTensor> ReadArchive(ReadOnlyMemory<byte> bytes, string file = "memory")
    {
        using MemoryStream stream = Over(bytes);
        return ReadArchive(stream, file);
    }

    /// <summary>Reads the arrays of an .npz archive, which is the whole stream.</summary>
    /// <param name="stream">A stream that cannot seek is read as a whole first.</param>
    /// <param name="file">How messages name the source.</param>
    /// <exception cref="CheckpointException">The bytes are not a sound archive of arrays.</exception>
    public static IReadOnlyList<StoredTensor> ReadArchive(Stream stream, string file = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek) return ReadArchive(StreamBytes.ReadToEnd(stream), file);
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<ZipMembers.Member> members = ZipMembers.Read(stream, file);
        foreach (ZipMembers.Member member in members)
        {
            if (!member.Name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                throw new CheckpointException(
                    file, member.Name, $"the member is no array; names in an .npz archive end with \"{Suffix}\".");
            }

            if (!names.Add(member.Name))
            {
                throw new CheckpointException(file, member.Name, "the archive has two members of this name; names must be unique.");
            }
        }

        var tensors = new List<StoredTensor>(members.Count);
        foreach (ZipMembers.Member member in members)
        {
            using Stream content = ZipMembers.Open(stream, member, file);
            tensors.Add(ReadArray(content, member.Length, member.Name[..^Suffix.Length], file, member.Name));
        }

        return tensors;
    }

    /// <summary>Writes an .npy file; whenever the process or the machine stops, the old file or the new one is there.</summary>
    /// <exception cref="ArgumentException">NumPy has no such element type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, StoredTensor tensor) => AtomicFile.Write(path, stream => Write(stream, tensor));

    /// <summary>Writes an .npy array, version 1.0, in row-major order.</summary>
    /// <exception cref="ArgumentException">NumPy has no such element type.</exception>
    public static void Write(Stream stream, StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        string header = NumpyHeader.Write(tensor);
        // Magic (6), version (2), length (2), header, line feed: together a multiple of 64.
        int padded = (10 + header.Length + 1 + Alignment - 1) / Alignment * Alignment - 10;
        Span<byte> prefix = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix[8..], checked((ushort)padded));
        stream.Write(prefix);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n"));
        stream.Write(tensor.Data.Span);
    }

    /// <summary>Writes an .npz file; whenever the process or the machine stops, the old file or the new one is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Arrays of different names.</param>
    /// <param name="compress">Whether the members are deflated, as by numpy.savez_compressed, or stored, as by numpy.savez.</param>
    /// <exception cref="ArgumentException">Two arrays have one name, or NumPy has not the element type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteArchive(string path, IEnumerable<StoredTensor> tensors, bool compress = false) =>
        AtomicFile.Write(path, stream => WriteArchive(stream, tensors, compress));

    /// <inheritdoc cref="WriteArchive(string, IEnumerable{StoredTensor}, bool)"/>
    public static void WriteArchive(Stream stream, IEnumerable<StoredTensor> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (StoredTensor tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException(
                    $"NumpyFile: two arrays are named {Quote(tensor.Name)}; names must be unique.", nameof(tensors));
            }

            CompressionLevel level = compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
            ZipArchiveEntry member = archive.CreateEntry(tensor.Name + Suffix, level);
            // The same arrays give the same bytes.
            member.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream target = member.Open();
            Write(target, tensor);
        }
    }

    private static StoredTensor ReadArray(Stream stream, long length, string name, string file, string? entry)
    {
        Span<byte> prefix = stackalloc byte[12];
        Span<byte> version1 = prefix[..10];
        if (length < version1.Length)
        {
            throw new CheckpointException(
                file, entry, $"{length} bytes; an array begins with {version1.Length} bytes of magic, version and length.");
        }

        StreamBytes.ReadExactly(stream, version1, file);
        if (prefix[0] != 0x93 || !prefix[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new CheckpointException(
                file, entry, $"the array begins with the bytes {Convert.ToHexString(prefix[..6])}; expected 934E554D5059 (\\x93NUMPY).");
        }

        (int major, int minor) = (prefix[6], prefix[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new CheckpointException(file, entry, $"version {major}.{minor} of the array format; expected 1.0, 2.0 or 3.0.");
        }

        int prefixLength = major == 1 ? 10 : 12;
        if (major > 1)
        {
            if (length < prefixLength)
            {
                throw new CheckpointException(
                    file, entry, $"{length} bytes; an array of version {major}.0 begins with {prefixLength} bytes.");
            }

            StreamBytes.ReadExactly(stream, prefix[10..], file);
        }

        long headerLength = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (headerLength > length - prefixLength || headerLength > NumpyHeader.MaximumLength)
        {
            throw new CheckpointException(file, entry,
                $"the array's header is said to have {headerLength} bytes; "
                + $"{length - prefixLength} follow, and at most {NumpyHeader.MaximumLength} are read.");
        }

        var header = new byte[(int)headerLength];
        StreamBytes.ReadExactly(stream, header, file);
        // Names of record fields are the only texts that could go beyond ASCII, and records are refused.
        NumpyHeader.Description description = NumpyHeader.Parse(Encoding.Latin1.GetString(header), file, entry);
        long payload = length - prefixLength - headerLength;
        if (description.ByteCount != payload)
        {
            string amount = description.ByteCount == long.MaxValue ? "more bytes than any file holds" : $"{description.ByteCount} bytes";
            throw new CheckpointException(file, entry,
                $"{payload} bytes follow the header, but {description.Type} {StoredTensor.Text(description.Shape)} needs {amount}.");
        }

        if (payload > Array.MaxLength)
        {
            throw new CheckpointException(file, entry, $"{payload} bytes are more than one array holds ({Array.MaxLength}).");
        }

        byte[] data = GC.AllocateUninitializedArray<byte>((int)payload);
        StreamBytes.ReadExactly(stream, data, file);
        int size = description.Type.Size();
        if (description.BigEndian) ReverseEach(data, size);
        if (description.Fortran && description.Shape.Length > 1) data = RowMajor(data, description.Shape, size);
        return new StoredTensor(name, description.Type, description.Shape, data);
    }

    private static void ReverseEach(Span<byte> data, int size)
    {
        for (int i = 0; size > 1 && i < data.Length; i += size) data.Slice(i, size).Reverse();
    }

    /// <summary>Elements whose first index runs fastest, put in the order in which the last does.</summary>
    private static byte[] RowMajor(ReadOnlySpan<byte> data, ReadOnlySpan<int> shape, int size)
    {
        byte[] result = GC.AllocateUninitializedArray<byte>(data.Length);
        Span<int> index = stackalloc int[shape.Length];
        Span<long> strides = stackalloc long[shape.Length];
        index.Clear();
        long stride = size;
        for (int i = 0; i < shape.Length && data.Length > 0; i++)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        long source = 0;
        for (int target = 0; target < result.Length; target += size)
        {
            data.Slice((int)source, size).CopyTo(result.AsSpan(target));
            for (int d = shape.Length - 1; d >= 0; d--)
            {
                source += strides[d];
                if (++index[d] < shape[d]) break;
                source -= strides[d] * shape[d];
                index[d] = 0;
            }
        }

        return result;
    }

    private static MemoryStream Over(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment)) segment = new ArraySegment<byte>(bytes.ToArray());
        return new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
    }
}
