using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WeightSharing.Peers.Onnx;

/// <summary>Writes messages in the protocol buffers' wire format: numbered fields of whole numbers, floats, bytes and messages.</summary>
/// <remarks>protobuf.dev, "Encoding".</remarks>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> stream = new();

    /// <summary>A whole number.</summary>
    public ProtobufWriter Number(int field, long value)
    {
        Key(field, 0);
        Variable((ulong)value);
        return this;
    }

    /// <summary>A float.</summary>
    public ProtobufWriter Float(int field, float value)
    {
        Key(field, 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        stream.Write(bytes);
        return this;
    }

    /// <summary>Bytes.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, 2);
        Variable((ulong)value.Length);
        stream.Write(value);
        return this;
    }

    /// <summary>A text.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message within the message.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value.ToArray());

    /// <summary>What was written.</summary>
    public byte[] ToArray() => stream.WrittenSpan.ToArray();

    private void Key(int field, int wireType) => Variable((ulong)(field << 3 | wireType));

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7) stream.Write([(byte)(value | 0x80)]);
        stream.Write([(byte)value]);
    }
}
