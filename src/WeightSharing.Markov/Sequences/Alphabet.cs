namespace WeightSharing.Markov;

/// <summary>The symbols of sequences, numbered 0 … V − 1, and characters that stand for an unknown symbol, numbered V.</summary>
public sealed class Alphabet
{
    private readonly Dictionary<char, int> codes = [];
    private readonly char unknown;

    private Alphabet(string symbols, string unknowns, bool ignoreCase, params ReadOnlySpan<(char Character, char Symbol)> aliases)
    {
        if (symbols.Length == 0) throw new ArgumentException("Alphabet: there must be at least one symbol.", nameof(symbols));
        (Symbols, unknown) = (symbols, unknowns.Length > 0 ? unknowns[0] : '?');
        for (int code = 0; code < symbols.Length; code++) Add(symbols[code], code);
        foreach (char character in unknowns) Add(character, symbols.Length);
        foreach ((char character, char symbol) in aliases) Add(character, codes[symbol]);

        void Add(char character, int code)
        {
            if (!codes.TryAdd(character, code)) throw new ArgumentException($"Alphabet: the character '{character}' is given twice.", nameof(symbols));
            char other = char.IsUpper(character) ? char.ToLowerInvariant(character) : char.ToUpperInvariant(character);
            if (ignoreCase && other != character) codes.TryAdd(other, code);
        }
    }

    /// <summary>A, C, G, T (U counts as T); N and the other IUPAC codes are unknown.</summary>
    public static Alphabet Dna { get; } = new("ACGT", "NRYSWKMBDHV", true, ('U', 'T'));

    /// <summary>A, C, G, U (T counts as U); N and the other IUPAC codes are unknown.</summary>
    public static Alphabet Rna { get; } = new("ACGU", "NRYSWKMBDHV", true, ('T', 'U'));

    /// <summary>The twenty amino acids in the order of their one-letter codes; X, B, Z, J, U, O and * are unknown.</summary>
    public static Alphabet Protein { get; } = new("ACDEFGHIKLMNPQRSTVWY", "XBZJUO*", true);

    /// <summary>The symbols in order.</summary>
    public string Symbols { get; }

    /// <summary>V, the number of symbols.</summary>
    public int Count => Symbols.Length;

    /// <summary>An alphabet of your own.</summary>
    /// <param name="symbols">One character a symbol.</param>
    /// <param name="unknowns">Characters that stand for an unknown symbol.</param>
    /// <param name="ignoreCase">Letters of both cases are one.</param>
    /// <exception cref="ArgumentException">No symbol, or a character twice.</exception>
    public static Alphabet Of(string symbols, string unknowns = "", bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        ArgumentNullException.ThrowIfNull(unknowns);
        return new Alphabet(symbols, unknowns, ignoreCase);
    }

    /// <summary>The numbers of a sequence's symbols; V for an unknown one.</summary>
    /// <exception cref="ArgumentException">A character is not in the alphabet.</exception>
    public int[] Encode(string sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var encoded = new int[sequence.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = codes.TryGetValue(sequence[i], out int code)
                ? code
                : throw new ArgumentException($"Alphabet {Symbols}: character '{sequence[i]}' at position {i}; remove gaps, or give the characters for unknown symbols.", nameof(sequence));
        }

        return encoded;
    }

    /// <summary>The characters of numbers.</summary>
    public string Decode(ReadOnlySpan<int> codes)
    {
        var text = new char[codes.Length];
        for (int i = 0; i < text.Length; i++) text[i] = codes[i] == Count ? unknown : Symbols[codes[i]];
        return new string(text);
    }

    /// <summary>True when the alphabet has a number for the character.</summary>
    public bool Contains(char character) => codes.ContainsKey(character);
}
