using System.Text;

namespace WeightSharing.Markov;

/// <summary>A named sequence.</summary>
/// <param name="Name">The first word of its header.</param>
/// <param name="Description">The rest of the header.</param>
/// <param name="Sequence">Its characters, without white space.</param>
public sealed record NamedSequence(string Name, string Description, string Sequence);

/// <summary>FASTA: a header line that begins with &gt;, then lines of characters. Lines that begin with ; are comments.</summary>
public static class Fasta
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="alphabet">Checks every character when given; gaps (- and .) are let through.</param>
    /// <exception cref="FormatException">The text is not FASTA; the message names file and line.</exception>
    public static IReadOnlyList<NamedSequence> Read(string path, Alphabet? alphabet = null)
    {
        using StreamReader reader = File.OpenText(path);
        return Read(reader, path, alphabet);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="alphabet">Checks every character when given; gaps (- and .) are let through.</param>
    /// <exception cref="FormatException">The text is not FASTA; the message names the line.</exception>
    public static IReadOnlyList<NamedSequence> Read(TextReader reader, string name = "FASTA", Alphabet? alphabet = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var all = new List<NamedSequence>();
        string? header = null;
        int number = 0, headerLine = 0;
        var text = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            number++;
            line = line.Trim();
            if (line.Length == 0 || line[0] == ';') continue;
            if (line[0] == '>')
            {
                Finish();
                (header, headerLine) = (line[1..].Trim(), number);
                if (header.Length == 0) throw new FormatException($"{name}, line {number}: a header without a name.");
                continue;
            }

            if (header is null) throw new FormatException($"{name}, line {number}: text before the first header; a sequence begins with a line >name.");
            foreach (char character in line)
            {
                if (char.IsWhiteSpace(character)) continue;
                bool known = alphabet is null ? char.IsAsciiLetter(character) || character is '-' or '.' or '*' : alphabet.Contains(character) || character is '-' or '.';
                if (!known) throw new FormatException($"{name}, line {number}: the character '{character}' is not {(alphabet is null ? "a sequence's" : $"in the alphabet {alphabet.Symbols}")}.");
                text.Append(character);
            }
        }

        Finish();
        return all;

        void Finish()
        {
            if (header is null) return;
            if (text.Length == 0) throw new FormatException($"{name}, line {headerLine}: the sequence {header} is empty.");
            int space = header.IndexOfAny([' ', '\t']);
            all.Add(new NamedSequence(space < 0 ? header : header[..space], space < 0 ? "" : header[(space + 1)..].Trim(), text.ToString()));
            text.Clear();
        }
    }
}
