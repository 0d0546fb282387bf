using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Checkpoints;

public sealed class NumpyFileTests
{
    public static TheoryData<SafetensorsType> Types => [.. Enum.GetValues<SafetensorsType>().Where(type => type != SafetensorsType.BF16)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_is_read_back(SafetensorsType type)
    {
        byte[] data = [.. Enumerable.Range(0, 6 * Size(type)).Select(i => (byte)(type == SafetensorsType.BOOL ? i & 1 : i * 7))];
        foreach (int[] shape in new[] { new[] { 2, 3 }, [6], [1, 6, 1] })
        {
            var written = new StoredTensor("x", type, shape, data);
            StoredTensor read = NumpyFile.Read(Bytes(written));
            Assert.Equal(type, read.Type);
            Assert.Equal(data, read.Data.ToArray());
            Assert.Equal(shape, read.Shape.ToArray());
        }
    }

    [Fact]
    public void The_bytes_are_those_that_numpy_saves()
    {
        byte[] bytes = Bytes(StoredTensor.From<float>("x", [3], [1, 2, 3]));
        Assert.Equal(128 + 12, bytes.Length);
        Assert.Equal("934E554D50590100" + "7600", Convert.ToHexString(bytes[..10]));
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".PadRight(117) + "\n";
        Assert.Equal(header, Encoding.ASCII.GetString(bytes, 10, 118));
        Assert.Contains("'shape': (), }", Encoding.ASCII.GetString(Bytes(StoredTensor.From<double>("x", [], [1]))));
        Assert.Contains("'shape': (1, 2), }", Encoding.ASCII.GetString(Bytes(StoredTensor.From<double>("x", [1, 2], [1, 2]))));
    }

    [Theory]
    [InlineData(1, "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }", "010002000300040005000600")]
    [InlineData(2, "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }", "010002000300040005000600")]
    [InlineData(3, "{\"shape\":(2,3),\"descr\":\"<i2\",\"fortran_order\":False}", "010002000300040005000600")]
    [InlineData(1, "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }", "000100020003000400050006")]
    [InlineData(1, "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", "010004000200050003000600")]
    [InlineData(1, "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", "000100040002000500030006")]
    public void Versions_byte_orders_and_index_orders_are_read(int version, string header, string payload)
    {
        StoredTensor read = NumpyFile.Read(Raw(version, header, Convert.FromHexString(payload)));
        Assert.Equal([1, 2, 3, 4, 5, 6], read.ToArray<int>());
        Assert.Equal([2, 3], read.Shape.ToArray());
    }

    [Fact]
    public void Fortran_order_of_three_dimensions_and_of_nothing()
    {
        // Element [i, j, k] of shape [2, 3, 4] is 100·i + 10·j + k, written with i running fastest.
        int[] two = [0, 1], three = [0, 1, 2], four = [0, 1, 2, 3];
        byte[] data = [.. from k in four from j in three from i in two select (byte)(100 * i + 10 * j + k)];
        byte[] expected = [.. from i in two from j in three from k in four select (byte)(100 * i + 10 * j + k)];
        Assert.Equal(expected, NumpyFile.Read(Raw(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4)}", data)).Data.ToArray());
        Assert.Equal(0, NumpyFile.Read(Raw(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 0, 4)}", [])).Count);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "8 bytes follow the header, but F32 [3] needs 12 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8, "8 bytes follow the header, but F32 [1] needs 4 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 9), }", 8, "more bytes than any file holds")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648,), }", 8, "must be an integer from 0 to 2147483647")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "extent 0 of the shape must be")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 8, "lie.npy: element type \"|O\", Python objects, is not supported; expected")]
    [InlineData("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", 24, "lie.npy: element type \"<U3\", texts, is not supported")]
    [InlineData("{'descr': '|S3', 'fortran_order': False, 'shape': (2,), }", 6, "lie.npy: element type \"|S3\", texts of bytes, is not supported")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", 16, "lie.npy: element type \"<c8\", complex numbers, is not supported")]
    [InlineData("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (2,), }", 16, "lie.npy: element type \"<M8[s]\", dates, is not supported")]
    [InlineData("{'descr': '|V3', 'fortran_order': False, 'shape': (2,), }", 6, "lie.npy: element type \"|V3\", raw bytes, is not supported")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': (2,), }", 8, "element type \"|f4\" is not supported")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8, "arrays of records are not supported")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", 8, "fortran_order must be True or False")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, "unexpected key \"descr\"")]
    [InlineData("{'descr': '<f4', 'shape': (2,), }", 8, "must all be there")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + exit()", 8, "nothing but blanks may follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", 8, "expected '}'")]
    [InlineData("__import__('os')", 8, "expected '{'")]
    [InlineData("", 8, "expected '{'")]
    public void A_lying_header_is_one_clear_exception(string header, int payload, string message)
    {
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => NumpyFile.Read(Raw(1, header, new byte[payload]), "lie.npy"));
        Assert.Contains(message, thrown.Message);
        Assert.Equal("lie.npy", thrown.File);
    }

    [Fact]
    public void Magic_version_and_length_are_checked()
    {
        byte[] sound = Raw(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", new byte[2]);
        Assert.Contains("begins with the bytes 004E554D5059; expected 934E554D5059", Message([0, .. sound[1..]]));
        Assert.Contains("version 4.0 of the array format; expected 1.0, 2.0 or 3.0", Message([.. sound[..6], 4, .. sound[7..]]));
        Assert.Contains("the array's header is said to have 65535 bytes", Message([.. sound[..8], 255, 255, .. sound[10..]]));
        Assert.Contains("5 bytes; an array begins with 10 bytes", Message(sound[..5]));

        static string Message(byte[] bytes) => Assert.Throws<CheckpointException>(() => NumpyFile.Read(bytes)).Message;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archives_are_read_back(bool compress)
    {
        StoredTensor[] written =
            [StoredTensor.From<double>("layer.0/weight", [2, 2], [1, 2, 3, 4]), StoredTensor.From<long>("steps", [], [9])];
        byte[] bytes = Archive(written, compress);
        Assert.Equal(bytes, Archive(written, compress));
        using var oneWay = new SafetensorsFileTests.OneWay(bytes);
        foreach (IReadOnlyList<StoredTensor> read in new[] { NumpyFile.ReadArchive(bytes), NumpyFile.ReadArchive(oneWay) })
        {
            Assert.Equal(["layer.0/weight: F64 [2, 2]", "steps: I64 []"], read.Select(tensor => tensor.ToString()));
            Assert.Equal([1.0, 2, 3, 4], read[0].ToArray<double>());
        }
    }

    [Fact]
    public void Files_are_written_and_read()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            NumpyFile.Write(path, StoredTensor.From<int>("x", [1], [5]));
            Assert.Equal([5], NumpyFile.Read(path).ToArray<int>());
            NumpyFile.WriteArchive(path, [StoredTensor.From<int>("x", [1], [6])]);
            Assert.Equal([6], Assert.Single(NumpyFile.ReadArchive(path)).ToArray<int>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_flipped_bit_in_an_archive_is_found_by_its_checksum()
    {
        byte[] bytes = Archive([StoredTensor.From<byte>("x", [1000], new byte[1000])], compress: false);
        bytes[600] ^= 1;
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => NumpyFile.ReadArchive(bytes));
        Assert.Contains("entry \"x.npy\": the member's checksum is", thrown.Message);
    }

    [Fact]
    public void A_bomb_is_refused_before_memory_is_taken_for_it()
    {
        // The member really unpacks to 64 MiB of zeros; its array says that it has 2 elements.
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream member = archive.CreateEntry("x.npy", CompressionLevel.Fastest).Open())
        {
            member.Write(Raw(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", []));
            for (int i = 0; i < 64; i++) member.Write(new byte[1 << 20]);
        }

        byte[] bytes = stream.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => NumpyFile.ReadArchive(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * bytes.Length + (1 << 17));
        Assert.Contains("U8 [2] needs 2 bytes", thrown.Message);
    }

    [Fact]
    public void Only_arrays_under_unique_names_belong_in_an_archive()
    {
        StoredTensor x = StoredTensor.From<int>("x", [1], [5]);
        Assert.Throws<ArgumentException>(() => Archive([x, x], compress: false));
        Assert.Throws<ArgumentException>(() => Bytes(StoredTensor.Rounded<float>(SafetensorsType.BF16, "x", [1], [1f])));
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true)) archive.CreateEntry("readme.txt");
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => NumpyFile.ReadArchive(stream.ToArray()));
        Assert.Contains("entry \"readme.txt\": the member is no array", thrown.Message);
        Assert.Contains("not a zip archive", Assert.Throws<CheckpointException>(() => NumpyFile.ReadArchive(new byte[100])).Message);
    }

    internal static byte[] Bytes(StoredTensor tensor)
    {
        using var stream = new MemoryStream();
        NumpyFile.Write(stream, tensor);
        return stream.ToArray();
    }

    internal static byte[] Archive(StoredTensor[] tensors, bool compress)
    {
        using var stream = new MemoryStream();
        NumpyFile.WriteArchive(stream, tensors, compress);
        return stream.ToArray();
    }

    internal static byte[] Raw(int version, string header, byte[] payload)
    {
        byte[] text = Encoding.ASCII.GetBytes(header), length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. payload];
    }

    private static int Size(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 or SafetensorsType.U64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 or SafetensorsType.U32 => 4,
        SafetensorsType.F16 or SafetensorsType.I16 or SafetensorsType.U16 => 2,
        _ => 1,
    };
}
