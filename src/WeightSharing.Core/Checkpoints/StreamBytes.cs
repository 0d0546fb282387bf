namespace WeightSharing.Checkpoints;

/// <summary>Reads of streams whose length is known or not.</summary>
internal static class StreamBytes
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="CheckpointException">The stream ends before.</exception>
    public static void ReadExactly(Stream stream, Span<byte> buffer, string file)
    {
        int read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (read < buffer.Length)
        {
            throw new CheckpointException(file, null, $"the data ends after {read} of {buffer.Length} bytes that belong there.");
        }
    }

    /// <summary>All that follows, of a stream that does not tell how much that is; takes twice the memory of what arrives.</summary>
    public static byte[] ReadToEnd(Stream stream)
    {
        var chunks = new List<(byte[] Bytes, int Length)>();
        int total = 0;
        for (int read = ChunkLength; read == ChunkLength;)
        {
            var chunk = new byte[ChunkLength];
            read = stream.ReadAtLeast(chunk, ChunkLength, throwOnEndOfStream: false);
            chunks.Add((chunk, read));
            total = checked(total + read);
        }

        var all = new byte[total];
        int at = 0;
        foreach ((byte[] bytes, int length) in chunks)
        {
            bytes.AsSpan(0, length).CopyTo(all.AsSpan(at));
            at += length;
        }

        return all;
    }
}
