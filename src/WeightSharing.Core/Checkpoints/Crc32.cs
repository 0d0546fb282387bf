namespace WeightSharing.Checkpoints;

/// <summary>The checksum of zip archives: the remainder by the reflected polynomial 0xEDB88320 (ISO 3309).</summary>
internal static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of nothing; pass the result of one call to the next.</summary>
    public const uint Initial = 0;

    /// <summary>The checksum after these further bytes.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint remainder = ~checksum;
        foreach (byte value in bytes) remainder = Table[(byte)(remainder ^ value)] ^ (remainder >> 8);
        return ~remainder;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint remainder = i;
            for (int bit = 0; bit < 8; bit++) remainder = (remainder >> 1) ^ ((remainder & 1) * 0xEDB88320);
            table[i] = remainder;
        }

        return table;
    }
}
