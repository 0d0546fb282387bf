using System.Buffers.Binary;
using System.Text;
using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    private const string Sound =
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""";

    [Fact]
    public void What_is_written_is_read_back_from_memory_stream_and_file()
    {
        SafetensorsFile written = Example();
        byte[] bytes = Bytes(written);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        written.Write(path);
        try
        {
            Assert.Equal(bytes, File.ReadAllBytes(path));
            foreach (SafetensorsFile read in new[]
            {
                SafetensorsFile.Read(bytes), SafetensorsFile.Read(new MemoryStream(bytes)),
                SafetensorsFile.Read(new OneWay(bytes)), SafetensorsFile.Read(path),
            })
            {
                Assert.Equal(bytes, Bytes(read));
                Assert.Equal(written.Metadata, read.Metadata);
                Assert.Equal([1.5f, -2f], read["weight"].ToArray<float>());
                Assert.Equal([3L, -4L], read["größe \"1\""].ToArray<long>());
                Assert.Equal(0, read["empty"].Count);
                Assert.Equal([2, 0, 3], read["empty"].Shape.ToArray());
                Assert.Empty(read["scalar"].Shape.ToArray());
                Assert.False(read.TryGet("absent", out _));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_layout_is_the_formats_aligned_and_padded()
    {
        byte[] bytes = Bytes(Example());
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, header % 8);
        string json = Encoding.UTF8.GetString(bytes, 8, header);
        Assert.StartsWith(
            """{"__metadata__":{"author":"nobody","note":"line\nbreak"},"empty":{"dtype":"F64","shape":[2,0,3],"data_offsets":[0,0]},"""
            + """ "größe \"1\"":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"scalar":{"dtype":"F64","shape":[],""".TrimStart(),
            json);
        long begin = 0;
        foreach (StoredTensor tensor in SafetensorsFile.Read(bytes).Tensors)
        {
            Assert.Equal(0, begin % (tensor.Data.Length == 0 ? 1 : tensor.Data.Length / tensor.Count));
            begin += tensor.Data.Length;
        }

        Assert.Equal(bytes.Length, 8 + header + begin);
    }

    [Fact]
    public void Bytes_of_another_writer_are_read()
    {
        SafetensorsFile file = SafetensorsFile.Read(Raw(Sound + "   ", [0, 0, 128, 63, 0, 0, 0, 64, 7]));
        Assert.Equal([1f, 2f], file["a"].ToArray<float>());
        Assert.Equal([7], file["b"].ToArray<int>());
        Assert.Empty(SafetensorsFile.Read(Raw("{}", [])).Tensors);
    }

    public static TheoryData<string, int, string> Lies => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "the entries cover 8 bytes, but 9 follow" },
        {
            """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
            7, "\"a\": data_offsets [0, 8] lie outside the payload; expected 0 ≤ begin ≤ end ≤ 7"
        },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""", 9, "payload bytes 0 to 1 before it belong to no entry" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets [8, 0] lie outside" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "data_offsets [-8, 0] lie outside" },
        {
            """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""",
            8, "data_offsets are 99999999999999999999; expected [begin, end]"
        },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "data_offsets are 1 numbers" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "data_offsets are 8; expected [begin, end]" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":{}}}""", 8, "data_offsets are an object" },
        { """{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 8, "span 8 bytes, but F64 [2] needs 16 bytes" },
        { """{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is \"F99\"; expected one of F64, F32" },
        { """{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is 7; expected one of" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "extent 0 of the shape is -2" },
        { """{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "extent 0 of the shape is 2.0" },
        { """{"a":{"dtype":"F32","shape":[3000000000],"data_offsets":[0,8]}}""", 8, "extent 0 of the shape is 3000000000" },
        {
            """{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""",
            8, "needs more than any file holds"
        },
        { """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "shape is 2; expected a list" },
        { """{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", 8, "not the JSON of a safetensors file" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", 8, "the key \"data_offsets\" is missing" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "unexpected key \"dtype\"" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "unexpected key \"x\"" },
        { """{"a":7}""", 8, "the description is 7" },
        {
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            8, "\"a\": the header names this tensor twice"
        },
        {
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            8, "twice"
        },
        {
            """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            8, "\"b\": bytes 4 to 8 belong to entry \"a\" too"
        },
        { """{"__metadata__":{"k":"v","k":"w"}}""", 0, "the metadata has this key twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "\"__metadata__\" twice" },
        { """{"__metadata__":{"k":1}}""", 0, "metadata \"k\" is 1; expected a text" },
        { """{"__metadata__":[]}""", 0, "\"__metadata__\" is a list" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "half of a surrogate pair" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", 8, "not the JSON" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not the JSON" },
        { """ {}""", 0, "does not begin with '{'" },
        { "", 0, "does not begin with '{'" },
        { """[]""", 0, "does not begin with '{'" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lying_header_is_one_clear_exception(string header, int payload, string message)
    {
        byte[] bytes = Raw(header, new byte[payload]);
        foreach (Func<SafetensorsFile> read in new Func<SafetensorsFile>[]
        {
            () => SafetensorsFile.Read(bytes, "lie.safetensors"), () => SafetensorsFile.Read(new MemoryStream(bytes), "lie.safetensors"),
        })
        {
            CheckpointException thrown = Assert.Throws<CheckpointException>(read);
            Assert.Contains(message, thrown.Message);
            Assert.Equal("lie.safetensors", thrown.File);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(60)]
    public void A_truncated_file_is_refused(int length)
    {
        byte[] bytes = Raw(Sound, new byte[9])[..length];
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(bytes));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(new OneWay(bytes)));
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 40)]
    [InlineData(100_000_001ul)]
    public void A_gigantic_header_costs_nothing(ulong length)
    {
        byte[] bytes = Raw(Sound, new byte[9]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
        Assert.Contains($"the header is said to have {length} bytes; {bytes.Length - 8} follow", thrown.Message);
    }

    [Fact]
    public void Deep_nesting_ends_in_an_exception()
    {
        string deep = """{"a":""" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}";
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(Raw(deep, [])));
    }

    /// <summary>Many small empty entries make the largest header for the least payload.</summary>
    [Fact]
    public void A_lie_at_the_end_of_many_entries_costs_less_than_the_file_twice()
    {
        var header = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++) header.Append($"\"{i:x5}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}},");
        string entries = header.ToString();
        foreach (string lie in new[]
        {
            """ "end":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}}""",
            """ "00000":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""",
        })
        {
            byte[] bytes = Raw(entries + lie, []);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(new MemoryStream(bytes)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * bytes.Length);
        }
    }

    [Fact]
    public void Names_must_be_unique_and_not_the_metadatas()
    {
        StoredTensor tensor = StoredTensor.From<byte>("x", [1], [1]);
        Assert.Contains("\"x\" is taken", Assert.Throws<ArgumentException>(() => new SafetensorsFile([tensor, tensor])).Message);
        Assert.Throws<ArgumentException>(() => new SafetensorsFile([tensor.Renamed("__metadata__")]));
        var file = new SafetensorsFile([tensor]);
        Assert.Contains("No tensor is named \"y\" among the 1", Assert.Throws<CheckpointException>(() => file["y"]).Message);
    }

    internal static SafetensorsFile Example() => new(
    [
        StoredTensor.From<float>("weight", [2, 1], [1.5f, -2f]),
        StoredTensor.From<long>("größe \"1\"", [2], [3, -4]),
        StoredTensor.From<double>("empty", [2, 0, 3], []),
        StoredTensor.From<bool>("mask", [3], [true, false, true]),
        StoredTensor.From<Half>("half", [1], [(Half)0.5]),
        StoredTensor.From<double>("scalar", [], [Math.PI]),
    ],
    new Dictionary<string, string> { ["note"] = "line\nbreak", ["author"] = "nobody" });

    internal static byte[] Bytes(SafetensorsFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    internal static byte[] Raw(string header, byte[] payload)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. payload];
    }

    /// <summary>A stream that cannot seek and gives few bytes at a time, as a network does.</summary>
    internal sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
