using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Characters;

/// <summary>A text as numbers of its characters: the first nine tenths to learn from, the rest to measure.</summary>
internal sealed class CharacterText
{
    private const string Large = "text/tinyshakespeare_200k.txt", Small = "text/sonnets.txt";

    private readonly char[] alphabet;

    private CharacterText(string text, bool isLarge)
    {
        alphabet = [.. text.Distinct().Order()];
        Dictionary<char, int> numbers = alphabet.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[] all = [.. text.Select(character => numbers[character])];
        int split = all.Length * 9 / 10;
        (Training, Validation, IsLarge) = (all[..split], all[split..], isLarge);
    }

    /// <summary>Whose text it is.</summary>
    public string Credit => IsLarge
        ? "William Shakespeare (public domain); the first 200 kB of the Tiny Shakespeare text of A. Karpathy's char-rnn."
        : "William Shakespeare, Sonnets (public domain).";

    /// <summary>True for the text of 200 kB, which is read from a folder; false for the embedded poems.</summary>
    public bool IsLarge { get; }

    /// <summary>Characters to learn from.</summary>
    public int[] Training { get; }

    /// <summary>Characters that follow them.</summary>
    public int[] Validation { get; }

    /// <summary>Number of different characters.</summary>
    public int Symbols => alphabet.Length;

    /// <summary>The text of 200 kB where there is one, else the embedded poems.</summary>
    public static CharacterText Load(DataSource data)
    {
        bool large = data.Has(Large);
        using var reader = new StreamReader(data.Open(large ? Large : Small));
        return new CharacterText(reader.ReadToEnd().ReplaceLineEndings("\n"), large);
    }

    /// <summary>The character of a number.</summary>
    public char Character(int number) => alphabet[number];

    /// <summary>The number of a character; 0 when the text does not have it.</summary>
    public int Number(char character) => Math.Max(0, Array.IndexOf(alphabet, character));

    /// <summary>Symbols cut into as many streams of equal length: stream n at its step t is [t, n].</summary>
    public static Tensor<int> Streams(int[] symbols, int streams)
    {
        int length = symbols.Length / streams;
        var values = new int[length * streams];
        for (int n = 0; n < streams; n++)
        {
            for (int t = 0; t < length; t++) values[t * streams + n] = symbols[n * length + t];
        }

        return Tensor.From(values, [length, streams]);
    }
}
