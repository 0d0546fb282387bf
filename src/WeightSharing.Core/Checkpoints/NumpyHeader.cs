using System.Globalization;
using System.Text;
using static WeightSharing.Checkpoints.CheckpointException;

namespace WeightSharing.Checkpoints;

/// <summary>
/// The header of an .npy array: a Python dictionary such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>, of which
/// exactly this form is read, never evaluated.
/// </summary>
internal struct NumpyHeader
{
    /// <summary>The longest header; NumPy itself refuses more than 10 000 bytes unless told otherwise.</summary>
    public const int MaximumLength = 1 << 16;

    private readonly string text;
    private readonly string file;
    private readonly string? entry;
    private int at;

    private NumpyHeader(string text, string file, string? entry) => (this.text, this.file, this.entry) = (text, file, entry);

    /// <summary>What a header says.</summary>
    public readonly record struct Description(SafetensorsType Type, bool BigEndian, bool Fortran, int[] Shape)
    {
        /// <summary>The bytes of the elements.</summary>
        public long ByteCount => StoredTensor.ByteCount(Type, Shape);
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="CheckpointException">The text is not of the form above, or the element type is not a plain number.</exception>
    public static Description Parse(string text, string file, string? entry) => new NumpyHeader(text, file, entry).Dictionary();

    /// <summary>Writes the header of an array in row-major order, without the padding.</summary>
    public static string Write(StoredTensor tensor)
    {
        string code = tensor.Type switch
        {
            SafetensorsType.F64 => "<f8",
            SafetensorsType.F32 => "<f4",
            SafetensorsType.F16 => "<f2",
            SafetensorsType.I64 => "<i8",
            SafetensorsType.I32 => "<i4",
            SafetensorsType.I16 => "<i2",
            SafetensorsType.I8 => "|i1",
            SafetensorsType.U64 => "<u8",
            SafetensorsType.U32 => "<u4",
            SafetensorsType.U16 => "<u2",
            SafetensorsType.U8 => "|u1",
            SafetensorsType.BOOL => "|b1",
            _ => throw new ArgumentException(
                $"NumpyFile: entry {Quote(tensor.Name)} is stored as {tensor.Type}, which NumPy does not have; convert it to F32 first.",
                nameof(tensor)),
        };
        var shape = new StringBuilder();
        foreach (int extent in tensor.Shape) shape.Append(CultureInfo.InvariantCulture, $"{extent}, ");
        // Python writes a tuple of one element with a trailing comma.
        string tuple = tensor.Shape.Length == 1 ? $"({tensor.Shape[0]},)" : $"({shape.ToString().TrimEnd(',', ' ')})";
        return $"{{'descr': '{code}', 'fortran_order': False, 'shape': {tuple}, }}";
    }

    private Description Dictionary()
    {
        (SafetensorsType Type, bool BigEndian)? type = null;
        bool? fortran = null;
        int[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Text();
            Expect(':');
            switch (key)
            {
                case "descr" when type is null: type = ElementType(); break;
                case "fortran_order" when fortran is null: fortran = Truth(); break;
                case "shape" when shape is null: shape = Tuple(); break;
                default:
                    throw Broken($"unexpected key {Quote(key)}; expected descr, fortran_order and shape, each once");
            }

            if (Accept(',')) continue;
            Expect('}');
            break;
        }

        Blanks();
        if (at < text.Length) throw Broken("nothing but blanks may follow the dictionary");
        if (type is not { } element || fortran is not { } order || shape is null)
        {
            throw Broken("descr, fortran_order and shape must all be there");
        }

        return new Description(element.Type, element.BigEndian, order, shape);
    }

    private (SafetensorsType Type, bool BigEndian) ElementType()
    {
        Blanks();
        if (at < text.Length && text[at] == '[')
        {
            throw Unsupported("arrays of records are not supported; expected a plain number type such as '<f4'");
        }

        string code = Text();
        SafetensorsType? type = code.Length < 2 ? null : code[1..] switch
        {
            "f8" => SafetensorsType.F64,
            "f4" => SafetensorsType.F32,
            "f2" => SafetensorsType.F16,
            "i8" => SafetensorsType.I64,
            "i4" => SafetensorsType.I32,
            "i2" => SafetensorsType.I16,
            "i1" => SafetensorsType.I8,
            "u8" => SafetensorsType.U64,
            "u4" => SafetensorsType.U32,
            "u2" => SafetensorsType.U16,
            "u1" => SafetensorsType.U8,
            "b1" => SafetensorsType.BOOL,
            _ => null,
        };
        // '=' is the writer's own order, and '|' none at all: both say nothing about several bytes.
        if (type is { } known && (code[0] is '<' or '>' || (code[0] == '|' && known.Size() == 1))) return (known, code[0] == '>');
        string? kind = code.TrimStart('<', '>', '|', '=') switch
        {
            ['U', ..] => "texts", ['S' or 'a', ..] => "texts of bytes", ['O', ..] => "Python objects", ['c', ..] => "complex numbers", ['M' or 'm', ..] => "dates",
            ['V', ..] => "raw bytes", _ => null,
        };
        throw Unsupported(
            $"element type {Quote(code)}{(kind is null ? "" : $", {kind},")} is not supported; "
            + "expected < or > with f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, or |b1");
    }

    private bool Truth()
    {
        Blanks();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (!text.AsSpan(at).StartsWith(word, StringComparison.Ordinal)) continue;
            at += word.Length;
            return value;
        }

        throw Broken("fortran_order must be True or False");
    }

    private int[] Tuple()
    {
        Span<int> extents = stackalloc int[SafetensorsHeader.MaximumRank];
        int rank = 0;
        Expect('(');
        while (!Accept(')'))
        {
            if (rank == extents.Length) throw Broken($"the shape has more than {SafetensorsHeader.MaximumRank} dimensions");
            Blanks();
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            if (!int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out extents[rank]))
            {
                at = start;
                throw Broken($"extent {rank} of the shape must be an integer from 0 to {int.MaxValue}");
            }

            rank++;
            if (Accept(',')) continue;
            Expect(')');
            break;
        }

        return extents[..rank].ToArray();
    }

    private string Text()
    {
        Blanks();
        char quote = at < text.Length ? text[at] : '\0';
        int end = quote is '\'' or '"' ? text.IndexOf(quote, at + 1) : -1;
        if (end < 0) throw Broken("expected a text in quotation marks");
        string result = text[(at + 1)..end];
        at = end + 1;
        return result;
    }

    private bool Accept(char symbol)
    {
        Blanks();
        if (at == text.Length || text[at] != symbol) return false;
        at++;
        return true;
    }

    private void Expect(char symbol)
    {
        if (!Accept(symbol)) throw Broken($"expected '{symbol}'");
    }

    private void Blanks()
    {
        while (at < text.Length && (text[at] is ' ' or '\t' or '\n' or '\r')) at++;
    }

    /// <summary>A header that is well formed, of an array that no tensor can hold.</summary>
    private readonly CheckpointException Unsupported(string rule) => new(file, entry, $"{rule}.");

    private readonly CheckpointException Broken(string rule) =>
        new(file, entry, $"the array's header breaks off at {Quote(text[Math.Min(at, text.Length)..])}: {rule}.");
}
