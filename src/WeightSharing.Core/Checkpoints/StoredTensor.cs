using System.Numerics;
using System.Runtime.InteropServices;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>A named tensor as it stands in a file: element type, shape, and row-major little-endian bytes.</summary>
/// <remarks>
/// <see cref="CopyTo{T}"/> gives values only where every one is represented exactly; <see cref="RoundTo{T}"/> and <see cref="Rounded{T}"/>
/// round to nearest, ties to even, and say so by their names.
/// </remarks>
public sealed class StoredTensor
{
    private readonly int[] shape;

    /// <summary>A tensor over these bytes, which are not copied.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Extents, outermost first; empty for a scalar.</param>
    /// <param name="data">Row-major little-endian elements.</param>
    /// <exception cref="ArgumentException">An extent is negative, or the bytes are not as many as type and shape need.</exception>
    public StoredTensor(string name, SafetensorsType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(name);
        long bytes = ByteCount(type, shape);
        if (bytes != data.Length)
        {
            throw new ArgumentException(
                $"StoredTensor {Quote(name)}: {data.Length} bytes for {type} {Text(shape)}, which needs {bytes}.", nameof(data));
        }

        Name = name;
        Type = type;
        Data = data;
        this.shape = shape.ToArray();
    }

    /// <summary>Name in the file.</summary>
    public string Name { get; }

    /// <summary>Element type.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Extents, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => shape;

    /// <summary>The number of elements.</summary>
    public int Count => Data.Length == 0 ? 0 : Data.Length / Type.Size();

    /// <summary>Row-major little-endian elements.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>A tensor that holds a copy of <paramref name="values"/>, stored under their own type.</summary>
    /// <typeparam name="T">A number of 1 to 8 bytes as in <see cref="SafetensorsType"/>, or bool.</typeparam>
    /// <exception cref="ArgumentException">
    /// The number of values is not the shape's, or no stored type has the bits of <typeparamref name="T"/>.
    /// </exception>
    public static StoredTensor From<T>(string name, ReadOnlySpan<int> shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        SafetensorsType type = SafetensorsTypes.Of<T>()
            ?? throw new ArgumentException(
                $"StoredTensor.From: no stored type has the bits of {typeof(T).Name}; expected one of {SafetensorsTypes.All}.");
        return new StoredTensor(name, type, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>
    /// A tensor that holds <paramref name="values"/> rounded to a floating-point <paramref name="type"/>: to nearest, ties to even.
    /// </summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's, or the type is no floating-point type.</exception>
    public static StoredTensor Rounded<T>(SafetensorsType type, string name, ReadOnlySpan<int> shape, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var bytes = new byte[checked(values.Length * type.Size())];
        switch (type)
        {
            case SafetensorsType.F64: Convert(values, MemoryMarshal.Cast<byte, double>(bytes.AsSpan())); break;
            case SafetensorsType.F32: Convert(values, MemoryMarshal.Cast<byte, float>(bytes.AsSpan())); break;
            case SafetensorsType.F16: Convert(values, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())); break;
            case SafetensorsType.BF16:
                Span<ushort> target = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
                for (int i = 0; i < values.Length; i++) target[i] = Brain16.FromDouble(double.CreateChecked(values[i]));
                break;
            default:
                throw new ArgumentException(
                    $"StoredTensor.Rounded: {type} is no floating-point type; expected F64, F32, F16 or BF16.", nameof(type));
        }

        return new StoredTensor(name, type, shape, bytes);
    }

    /// <summary>Copies the elements where <typeparamref name="T"/> represents every value of the stored type.</summary>
    /// <exception cref="ArgumentException">The target's length is not <see cref="Count"/>.</exception>
    /// <exception cref="CheckpointException">The stored type has values that <typeparamref name="T"/> has not.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        if (Type != SafetensorsTypes.Of<T>() && !Includes<T>(Type))
        {
            throw new CheckpointException(
                $"Entry {Quote(Name)} is stored as {Type}, whose values {typeof(T).Name} does not all represent; "
                + $"RoundTo<{typeof(T).Name}> rounds or checks them.");
        }

        RoundTo(destination);
    }

    /// <summary>
    /// Copies the elements, rounded to nearest (ties to even) where <typeparamref name="T"/> is a floating-point type; integers that do not
    /// fit, and fractions for an integer type, are an error.
    /// </summary>
    /// <exception cref="ArgumentException">The target's length is not <see cref="Count"/>.</exception>
    /// <exception cref="CheckpointException">An integer type is asked of fractions, or does not hold one of the integers.</exception>
    public void RoundTo<T>(Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        CheckLength(destination.Length);
        if (Type == SafetensorsTypes.Of<T>())
        {
            Data.Span.CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }

        if (Type <= SafetensorsType.BF16 && typeof(T) != typeof(double) && typeof(T) != typeof(float) && typeof(T) != typeof(Half))
        {
            throw new CheckpointException(
                $"Entry {Quote(Name)} is stored as {Type}; fractions have no place in {typeof(T).Name}.");
        }

        try
        {
            switch (Type)
            {
                case SafetensorsType.F64: Convert(Elements<double>(), destination); break;
                case SafetensorsType.F32: Convert(Elements<float>(), destination); break;
                case SafetensorsType.F16: Convert(Elements<Half>(), destination); break;
                case SafetensorsType.BF16: Widen(Elements<ushort>(), destination); break;
                case SafetensorsType.I64: Convert(Elements<long>(), destination); break;
                case SafetensorsType.I32: Convert(Elements<int>(), destination); break;
                case SafetensorsType.I16: Convert(Elements<short>(), destination); break;
                case SafetensorsType.I8: Convert(Elements<sbyte>(), destination); break;
                case SafetensorsType.U64: Convert(Elements<ulong>(), destination); break;
                case SafetensorsType.U32: Convert(Elements<uint>(), destination); break;
                case SafetensorsType.U16: Convert(Elements<ushort>(), destination); break;
                case SafetensorsType.U8: Convert(Elements<byte>(), destination); break;
                default:
                    CheckBooleans();
                    Convert(Elements<byte>(), destination);
                    break;
            }
        }
        catch (OverflowException overflow)
        {
            throw new CheckpointException(
                $"Entry {Quote(Name)} is stored as {Type} and holds a value outside the range of {typeof(T).Name}.", overflow);
        }
    }

    /// <summary>Copies the elements of a <see cref="SafetensorsType.BOOL"/> tensor.</summary>
    /// <exception cref="ArgumentException">The target's length is not <see cref="Count"/>.</exception>
    /// <exception cref="CheckpointException">The stored type is another, or a byte is neither 0 nor 1.</exception>
    public void CopyTo(Span<bool> destination)
    {
        CheckLength(destination.Length);
        if (Type != SafetensorsType.BOOL)
        {
            throw new CheckpointException($"Entry {Quote(Name)} is stored as {Type}, not as BOOL.");
        }

        CheckBooleans();
        Data.Span.CopyTo(MemoryMarshal.AsBytes(destination));
    }

    /// <summary>The elements as <see cref="CopyTo{T}"/> gives them, in an array of their own.</summary>
    /// <exception cref="CheckpointException">The stored type has values that <typeparamref name="T"/> has not.</exception>
    public T[] ToArray<T>()
        where T : unmanaged, INumber<T>
    {
        var result = new T[Count];
        CopyTo<T>(result);
        return result;
    }

    /// <summary>The same bytes under another name.</summary>
    public StoredTensor Renamed(string name) => new(name, Type, shape, Data);

    /// <summary>For example <c>weight: F32 [64, 784]</c>.</summary>
    public override string ToString() => $"{Name}: {Type} {Text(shape)}";

    /// <summary>The bytes that a type and shape need; an extent of 0 empties the tensor, however large the others are.</summary>
    internal static long ByteCount(SafetensorsType type, ReadOnlySpan<int> shape)
    {
        long bytes = type.Size();
        foreach (int extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent);
            if (extent == 0) return 0;
            // Saturates: more than any file has, which is all that a caller needs to know.
            bytes = bytes > long.MaxValue / extent ? long.MaxValue : bytes * extent;
        }

        return bytes;
    }

    /// <summary>A shape for messages, such as <c>[64, 784]</c>.</summary>
    internal static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static bool Includes<T>(SafetensorsType type)
    {
        bool small = type is SafetensorsType.I16 or SafetensorsType.I8 or SafetensorsType.U16 or SafetensorsType.U8 or SafetensorsType.BOOL;
        return default(T) switch
        {
            double => small || type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16
                or SafetensorsType.I32 or SafetensorsType.U32,
            float => small || type is SafetensorsType.F16 or SafetensorsType.BF16,
            int => small,
            long => small || type is SafetensorsType.I32 or SafetensorsType.U32,
            _ => false,
        };
    }

    private ReadOnlySpan<TStored> Elements<TStored>()
        where TStored : unmanaged => MemoryMarshal.Cast<byte, TStored>(Data.Span);

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        for (int i = 0; i < source.Length; i++) destination[i] = TTo.CreateChecked(source[i]);
    }

    private static void Widen<T>(ReadOnlySpan<ushort> source, Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < source.Length; i++) destination[i] = T.CreateChecked(Brain16.ToSingle(source[i]));
    }

    private void CheckLength(int length)
    {
        if (length != Count)
        {
            throw new ArgumentException(
                $"StoredTensor {Quote(Name)}: target of {length} elements for {Type} {Text(shape)}, which has {Count}.");
        }
    }

    private void CheckBooleans()
    {
        int at = Data.Span.IndexOfAnyInRange((byte)2, byte.MaxValue);
        if (at >= 0)
        {
            throw new CheckpointException(
                $"Entry {Quote(Name)} is stored as BOOL, but element {at} is the byte {Data.Span[at]}; expected 0 or 1.");
        }
    }
}
