using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace WeightSharing.Checkpoints;

/// <summary>
/// Reads the members of a zip archive, stored or deflated. The base library's reader takes memory for what a damaged directory says before
/// looking whether it is there; here lengths, places and overlaps are checked first.
/// </summary>
/// <remarks>Source: PKWARE's APPNOTE 6.3, sections 4.3 (structure) and 4.5.3 (64-bit lengths). One disk; no encryption.</remarks>
internal static class ZipMembers
{
    private const int EndLength = 22, LocatorLength = 20, End64Length = 56, CentralLength = 46, LocalLength = 30;
    private const uint EndSignature = 0x06054B50, LocatorSignature = 0x07064B50, End64Signature = 0x06064B50;
    private const uint CentralSignature = 0x02014B50, LocalSignature = 0x04034B50;

    /// <summary>One member: its packed bytes lie at <c>Begin</c> to <c>Begin + Packed</c>.</summary>
    internal sealed record Member(string Name, bool Deflated, uint Checksum, long HeaderBegin, long Packed, long Length)
    {
        /// <summary>Where the packed bytes begin; known once the member's own header was read.</summary>
        public long Begin { get; set; }
    }

    /// <summary>The members in the directory's order, each checked to lie in the archive and apart from the others.</summary>
    /// <exception cref="CheckpointException">The archive is damaged, encrypted or packed by another method.</exception>
    public static List<Member> Read(Stream stream, string file)
    {
        (long begin, long length, long count) = FindDirectory(stream, file);
        // Every member has a header in the directory and one of its own.
        if (count > length / CentralLength || count > stream.Length / (CentralLength + LocalLength))
        {
            throw new CheckpointException(
                file, null, $"the archive's directory is said to have {count} members in {length} bytes; each takes {CentralLength}.");
        }

        byte[] directory = ReadAt(stream, begin, checked((int)length), file);
        var members = new List<Member>((int)count);
        ReadOnlySpan<byte> rest = directory;
        for (long i = 0; i < count; i++) members.Add(ReadCentral(ref rest, file));
        if (!rest.IsEmpty)
        {
            throw new CheckpointException(file, null, $"{rest.Length} bytes follow the {count} members of the archive's directory.");
        }

        long free = 0;
        foreach (Member member in members.OrderBy(member => member.HeaderBegin))
        {
            if (member.HeaderBegin < free)
            {
                throw new CheckpointException(
                    file, member.Name, $"the member begins at byte {member.HeaderBegin}, inside the one before, which ends at {free}.");
            }

            byte[] local = ReadAt(stream, member.HeaderBegin, LocalLength, file);
            if (U32(local, 0) != LocalSignature)
            {
                throw new CheckpointException(file, member.Name, $"no member begins at byte {member.HeaderBegin}.");
            }

            member.Begin = member.HeaderBegin + LocalLength + U16(local, 26) + U16(local, 28);
            if (member.Packed < 0 || member.Packed > begin - member.Begin)
            {
                throw new CheckpointException(
                    file, member.Name, $"{member.Packed} packed bytes from byte {member.Begin} on; the directory begins at {begin}.");
            }

            free = member.Begin + member.Packed;
        }

        return members;
    }

    /// <summary>
    /// The unpacked bytes, as a stream. They were unpacked to nowhere first: they have the length and the checksum that the archive states.
    /// </summary>
    /// <exception cref="CheckpointException">They have not.</exception>
    public static Stream Open(Stream stream, Member member, string file)
    {
        if (member.Packed > Array.MaxLength || member.Length > Array.MaxLength)
        {
            throw new CheckpointException(
                file, member.Name, $"{Math.Max(member.Packed, member.Length)} bytes are more than one array holds ({Array.MaxLength}).");
        }

        byte[] packed = ReadAt(stream, member.Begin, (int)member.Packed, file);
        try
        {
            long length = packed.Length;
            uint checksum = Crc32.Append(Crc32.Initial, packed);
            if (member.Deflated) (length, checksum) = Measure(packed, member.Length);
            if (length != member.Length)
            {
                string found = length > member.Length ? "more" : $"{length}";
                throw new CheckpointException(file, member.Name, $"the member unpacks to {found} bytes; the archive says {member.Length}.");
            }

            if (checksum != member.Checksum)
            {
                throw new CheckpointException(
                    file, member.Name, $"the member's checksum is {checksum:X8}; the archive says {member.Checksum:X8}.");
            }

            var content = new MemoryStream(packed);
            return member.Deflated ? new DeflateStream(content, CompressionMode.Decompress) : content;
        }
        catch (InvalidDataException damage)
        {
            throw new CheckpointException(file, member.Name, $"the packed bytes are damaged: {damage.Message}", damage);
        }
    }

    /// <summary>Length (or one more than <paramref name="limit"/>) and checksum of what deflated bytes unpack to.</summary>
    private static (long Length, uint Checksum) Measure(byte[] packed, long limit)
    {
        Span<byte> scratch = stackalloc byte[1 << 14];
        long length = 0;
        uint checksum = Crc32.Initial;
        using var inflated = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        for (int read; length <= limit && (read = inflated.Read(scratch)) > 0; length += read)
        {
            checksum = Crc32.Append(checksum, scratch[..read]);
        }

        return (length, checksum);
    }

    /// <summary>The directory is named by a record at the end, behind which only a comment of 64 KiB at most may stand.</summary>
    private static (long Begin, long Length, long Count) FindDirectory(Stream stream, string file)
    {
        int window = (int)Math.Min(stream.Length, EndLength + ushort.MaxValue);
        byte[] tail = ReadAt(stream, stream.Length - window, window, file);
        int at = window - EndLength;
        while (at >= 0 && !(U32(tail, at) == EndSignature && at + EndLength + U16(tail, at + 20) == window)) at--;
        if (at < 0) throw new CheckpointException(file, null, "not a zip archive: it has no end record, or was cut off.");

        long end = stream.Length - window + at, begin = U32(tail, at + 16), length = U32(tail, at + 12), count = U16(tail, at + 10);
        bool wide = begin == uint.MaxValue || length == uint.MaxValue || count == ushort.MaxValue;
        if (wide && at >= LocatorLength && U32(tail, at - LocatorLength) == LocatorSignature)
        {
            long place = I64(tail, at - LocatorLength + 8);
            byte[] record = ReadAt(stream, place, End64Length, file);
            if (U32(record, 0) != End64Signature)
            {
                throw new CheckpointException(file, null, $"the archive has no 64-bit end record at byte {place}.");
            }

            (count, length, begin, end) = (I64(record, 32), I64(record, 40), I64(record, 48), place);
        }

        if (begin < 0 || length < 0 || count < 0 || begin > end || length != end - begin || length > Array.MaxLength)
        {
            throw new CheckpointException(
                file, null, $"the archive's directory is said to have {length} bytes from byte {begin} on; its end record is at {end}.");
        }

        return (begin, length, count);
    }

    private static Member ReadCentral(ref ReadOnlySpan<byte> rest, string file)
    {
        bool sound = rest.Length >= CentralLength && U32(rest, 0) == CentralSignature;
        int nameLength = sound ? U16(rest, 28) : 0, extraLength = sound ? U16(rest, 30) : 0;
        int total = CentralLength + nameLength + extraLength + (sound ? U16(rest, 32) : 0);
        if (!sound || rest.Length < total)
        {
            throw new CheckpointException(file, null, "the archive's directory breaks off, or holds something other than members.");
        }

        // NumPy writes names in ASCII or, flagged, in UTF-8.
        string name = Encoding.UTF8.GetString(rest.Slice(CentralLength, nameLength));
        int flags = U16(rest, 8), method = U16(rest, 10);
        if ((flags & 1) != 0) throw new CheckpointException(file, name, "the member is encrypted.");
        if (method is not (0 or 8))
        {
            throw new CheckpointException(file, name, $"the member is packed by method {method}; expected 0 (stored) or 8 (deflated).");
        }

        long packed = U32(rest, 20), length = U32(rest, 24), begin = U32(rest, 42);
        ReadOnlySpan<byte> extra = rest.Slice(CentralLength + nameLength, extraLength);
        for (; extra.Length >= 4; extra = extra[Math.Min(extra.Length, 4 + U16(extra, 2))..])
        {
            if (U16(extra, 0) != 1) continue;
            // The 64-bit values of those that did not fit, in this order.
            ReadOnlySpan<byte> wide = extra[4..Math.Min(extra.Length, 4 + U16(extra, 2))];
            TakeWide(ref length, ref wide);
            TakeWide(ref packed, ref wide);
            TakeWide(ref begin, ref wide);
        }

        uint checksum = U32(rest, 16);
        rest = rest[total..];
        return new Member(name, method == 8, checksum, begin, packed, length);
    }

    private static void TakeWide(ref long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue || wide.Length < 8) return;
        value = I64(wide, 0);
        wide = wide[8..];
    }

    private static byte[] ReadAt(Stream stream, long position, int length, string file)
    {
        if (position < 0 || position > stream.Length - length)
        {
            throw new CheckpointException(
                file, null, $"{length} bytes are said to be at byte {position}; the archive has {stream.Length}.");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        stream.Position = position;
        StreamBytes.ReadExactly(stream, bytes, file);
        return bytes;
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
