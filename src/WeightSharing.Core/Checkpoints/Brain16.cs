namespace WeightSharing.Checkpoints;

/// <summary>The 16-bit format with a single's exponent: the upper half of the bits of a single.</summary>
internal static class Brain16
{
    /// <summary>The value of these bits, exactly.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest value, ties to even.</summary>
    public static ushort FromDouble(double value)
    {
        if (double.IsNaN(value)) return (ushort)((BitConverter.SingleToUInt32Bits((float)value) >> 16) | 0x40);
        // Rounding to a single first and then to 16 bits could round twice. A single rounded to odd (cut off, and the last bit set when
        // anything was lost) keeps on which side of a tie the value lies, so that the second rounding is the only one
        // (Boldo & Melquiond 2005).
        float cut = (float)value;
        if (Math.Abs((double)cut) > Math.Abs(value)) cut = value > 0 ? MathF.BitDecrement(cut) : MathF.BitIncrement(cut);
        uint bits = BitConverter.SingleToUInt32Bits(cut);
        if (cut != value) bits |= 1;
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
