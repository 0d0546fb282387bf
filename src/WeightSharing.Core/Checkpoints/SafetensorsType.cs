namespace WeightSharing.Checkpoints;

/// <summary>The element types of stored tensors, under the names that safetensors gives them.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE 754 double precision.</summary>
    F64,

    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>IEEE 754 half precision.</summary>
    F16,

    /// <summary>The upper half of a single: 8 exponent bits, 8 significant bits.</summary>
    BF16,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    BOOL,
}

internal static class SafetensorsTypes
{
    /// <summary>Every type beside its name, as UTF-8.</summary>
    private static readonly (SafetensorsType Type, byte[] Name)[] Names =
        [.. Enum.GetValues<SafetensorsType>().Select(type => (type, System.Text.Encoding.UTF8.GetBytes(type.ToString())))];

    /// <summary>The names of all types, for messages.</summary>
    public static string All { get; } = string.Join(", ", Enum.GetNames<SafetensorsType>());

    /// <summary>Bytes an element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 or SafetensorsType.U64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 or SafetensorsType.U32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.I16 or SafetensorsType.U16 => 2,
        SafetensorsType.I8 or SafetensorsType.U8 or SafetensorsType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>The type under which values of <typeparamref name="T"/> are stored bit by bit, or null.</summary>
    public static SafetensorsType? Of<T>() => default(T) switch
    {
        double => SafetensorsType.F64,
        float => SafetensorsType.F32,
        Half => SafetensorsType.F16,
        long => SafetensorsType.I64,
        int => SafetensorsType.I32,
        short => SafetensorsType.I16,
        sbyte => SafetensorsType.I8,
        ulong => SafetensorsType.U64,
        uint => SafetensorsType.U32,
        ushort => SafetensorsType.U16,
        byte => SafetensorsType.U8,
        bool => SafetensorsType.BOOL,
        _ => null,
    };

    /// <summary>The type of this name in UTF-8; false for an unknown one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out SafetensorsType type)
    {
        foreach ((SafetensorsType candidate, byte[] text) in Names)
        {
            type = candidate;
            if (name.SequenceEqual(text)) return true;
        }

        type = default;
        return false;
    }
}
