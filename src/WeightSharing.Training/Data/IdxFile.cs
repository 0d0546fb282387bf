using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>An n-dimensional array in the idx format of MNIST (yann.lecun.com/exdb/mnist), plain or compressed by gzip.</summary>
/// <remarks>
/// Layout: two zero bytes, a byte for the element type, a byte for the number of dimensions, the extents as 32-bit numbers, the elements in
/// row-major order; everything big-endian. Everything is checked before memory of the announced size is taken.
/// </remarks>
public sealed class IdxFile
{
    private const int Block = 1 << 20;
    private readonly byte[] data;
    private readonly byte type;
    private readonly string source;

    private IdxFile(string source, byte type, Shape shape, byte[] data) => (this.source, this.type, Shape, this.data) = (source, type, shape, data);

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements in the file.</summary>
    public Type ElementType => TypeOf(type).Type!;

    /// <summary>Reads a file, compressed or not.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message has file, position and rule.</exception>
    public static IdxFile Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a stream, compressed or not.</summary>
    /// <param name="stream">The stream, to its end.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="InvalidDataException">The data is damaged; the message has name, position and rule.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var head = new byte[2];
        int got = stream.ReadAtLeast(head, 2, throwOnEndOfStream: false);
        using var whole = new Rejoined(head.AsMemory(0, got), stream);
        if (got < 2 || head[0] != 0x1F || head[1] != 0x8B) return ReadPlain(whole, name);
        using var plain = new GZipStream(whole, CompressionMode.Decompress);
        return ReadPlain(plain, $"{name} (decompressed)");
    }

    /// <summary>The elements as a tensor of <typeparamref name="T"/>.</summary>
    /// <exception cref="OverflowException">
    /// An element lies outside the range of <typeparamref name="T"/>; the message has its position.
    /// </exception>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged, INumber<T>
    {
        var values = new T[Shape.Count];
        int size = TypeOf(type).Size;
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = data.AsSpan(i * size, size);
            try
            {
                values[i] = type switch
                {
                    0x08 => T.CreateChecked(at[0]),
                    0x09 => T.CreateChecked((sbyte)at[0]),
                    0x0B => T.CreateChecked(BinaryPrimitives.ReadInt16BigEndian(at)),
                    0x0C => T.CreateChecked(BinaryPrimitives.ReadInt32BigEndian(at)),
                    0x0D => T.CreateChecked(BinaryPrimitives.ReadSingleBigEndian(at)),
                    _ => T.CreateChecked(BinaryPrimitives.ReadDoubleBigEndian(at)),
                };
            }
            catch (OverflowException exception)
            {
                throw new OverflowException($"{source}: element {i} of {Shape} does not fit into {typeof(T).Name}; read it as a wider type.", exception);
            }
        }

        return Tensor.Wrap(values, Shape);
    }

    private static IdxFile ReadPlain(Stream stream, string name)
    {
        byte[] head = Take(stream, 4, name, 0, "the header is 4 bytes: two zeros, element type, number of dimensions");
        if (head[0] != 0 || head[1] != 0) throw Damaged(name, 0, $"bytes {head[0]:X2} {head[1]:X2}; an idx file begins with two zero bytes");
        (Type? type, int size) = TypeOf(head[2]);
        if (type is null) throw Damaged(name, 2, $"element type 0x{head[2]:X2}; expected 08 (byte), 09 (signed byte), 0B (int16), 0C (int32), 0D (float) or 0E (double)");
        if (head[3] is 0 or > Shape.MaximumRank) throw Damaged(name, 3, $"{head[3]} dimensions; expected 1 to {Shape.MaximumRank}");
        int rank = head[3], start = 4 + 4 * rank;
        byte[] sizes = Take(stream, 4 * rank, name, 4, $"{rank} extents of 4 bytes each");
        var extents = new int[rank];
        long bytes = size;
        for (int i = 0; i < rank; i++)
        {
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(sizes.AsSpan(4 * i));
            // Each product is looked at, so it cannot overflow: both factors are below 2³¹ · 2³².
            bytes = extent == 0 ? 0 : bytes * extent;
            if (extent > int.MaxValue || bytes > Array.MaxLength) throw Damaged(name, 4 + 4 * i, $"extent {extent} of dimension {i} makes {bytes} bytes or more; at most {Array.MaxLength} can be read");
            extents[i] = (int)extent;
        }

        var shape = new Shape(extents);
        byte[] data = Take(stream, checked(shape.Count * size), name, start, $"shape {shape} of {type.Name} needs {shape.Count * size} bytes from there");
        return Read(stream, new byte[1], name, start + data.Length) == 0
            ? new IdxFile(name, head[2], shape, data)
            : throw Damaged(name, start + data.Length, $"more bytes follow; shape {shape} of {type.Name} ends there");
    }

    // In blocks: a file that announces more than it holds costs no more memory than it holds.
    private static byte[] Take(Stream stream, int count, string name, long position, string rule)
    {
        var data = new byte[Math.Min(count, Block)];
        for (int done = 0; done < count;)
        {
            if (done == data.Length) Array.Resize(ref data, (int)Math.Min(count, 2L * data.Length));
            int got = Read(stream, data.AsSpan(done), name, position + done);
            if (got == 0) throw Damaged(name, position + done, $"the file ends there; {rule}");
            done += got;
        }

        return data;
    }

    private static int Read(Stream stream, Span<byte> target, string name, long position)
    {
        try
        {
            return stream.Read(target);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{name}, byte {position}: the compressed data is damaged: {exception.Message}", exception);
        }
    }

    private static (Type? Type, int Size) TypeOf(byte code) => code switch
    {
        0x08 => (typeof(byte), 1),
        0x09 => (typeof(sbyte), 1),
        0x0B => (typeof(short), 2),
        0x0C => (typeof(int), 4),
        0x0D => (typeof(float), 4),
        0x0E => (typeof(double), 8),
        _ => (null, 0),
    };

    private static InvalidDataException Damaged(string name, long position, string problem) => new($"{name}, byte {position}: {problem}.");

    // The first bytes again, then the rest: streams that cannot seek are read as well.
    private sealed class Rejoined(ReadOnlyMemory<byte> head, Stream rest) : Stream
    {
        private int taken;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (taken == head.Length) return rest.Read(buffer);
            int count = Math.Min(buffer.Length, head.Length - taken);
            head.Span.Slice(taken, count).CopyTo(buffer);
            taken += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
