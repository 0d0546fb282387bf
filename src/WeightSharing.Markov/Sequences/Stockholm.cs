using System.Text;

namespace WeightSharing.Markov;

/// <summary>A multiple alignment: rows of equal length, with annotations.</summary>
/// <param name="Rows">Names and aligned sequences in order; gaps are - or .</param>
/// <param name="File">#=GF: feature → text of the whole alignment, repeated lines joined by line breaks.</param>
/// <param name="Columns">#=GC: feature → one character a column.</param>
public sealed record MultipleAlignment(
    IReadOnlyList<NamedSequence> Rows, IReadOnlyDictionary<string, string> File, IReadOnlyDictionary<string, string> Columns)
{
    /// <summary>The pairwise alignment that two rows imply: columns in which both have gaps are left out.</summary>
    /// <param name="first">A row.</param>
    /// <param name="second">Another.</param>
    public (string X, string Y) Pair(int first, int second)
    {
        StringBuilder x = new(), y = new();
        foreach ((char a, char b) in Rows[first].Sequence.Zip(Rows[second].Sequence))
        {
            bool gapA = a is '-' or '.', gapB = b is '-' or '.';
            if (gapA && gapB) continue;
            x.Append(gapA ? '-' : a);
            y.Append(gapB ? '-' : b);
        }

        return (x.ToString(), y.ToString());
    }
}

/// <summary>Stockholm 1.0, the format of Pfam and Rfam: a header, rows that may be continued in blocks, #=GF and #=GC annotations, and // at the end.</summary>
public static class Stockholm
{
    /// <summary>Reads all alignments of a file.</summary>
    /// <exception cref="FormatException">The text is not Stockholm; the message names file and line.</exception>
    public static IReadOnlyList<MultipleAlignment> Read(string path)
    {
        using StreamReader reader = File.OpenText(path);
        return Read(reader, path);
    }

    /// <summary>Reads all alignments of a text.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="FormatException">The text is not Stockholm; the message names the line.</exception>
    public static IReadOnlyList<MultipleAlignment> Read(TextReader reader, string name = "Stockholm")
    {
        ArgumentNullException.ThrowIfNull(reader);
        var all = new List<MultipleAlignment>();
        Builder? open = null;
        int number = 0, opened = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            line = line.TrimEnd();
            if (line.Length == 0) continue;
            if (line.StartsWith("# STOCKHOLM", StringComparison.Ordinal))
            {
                if (open is not null) throw Error("a header inside an alignment; end the one before with //");
                if (line.Trim() != "# STOCKHOLM 1.0") throw Error($"{line}; only version 1.0 is read");
                (open, opened) = (new Builder(), number);
                continue;
            }

            if (open is null) throw Error("expected the header # STOCKHOLM 1.0");
            if (line == "//")
            {
                all.Add(open.Build(name, number));
                open = null;
                continue;
            }

            string? problem = open.Add(line, number);
            if (problem is not null) throw Error(problem);
        }

        return open is null ? all : throw new FormatException($"{name}, line {number}: the alignment that begins at line {opened} does not end with //.");

        FormatException Error(string what) => new($"{name}, line {number}: {what}.");
    }

    private sealed class Builder
    {
        private readonly Dictionary<string, (StringBuilder Text, int Line)> rows = [];
        private readonly List<string> order = [];
        private readonly Dictionary<string, string> file = [];
        private readonly Dictionary<string, StringBuilder> columns = [];

        public string? Add(string line, int number)
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "#=GF":
                    if (words.Length < 2) return "#=GF without a feature";
                    string text = line[(line.IndexOf(words[1], 4, StringComparison.Ordinal) + words[1].Length)..].Trim();
                    file[words[1]] = file.TryGetValue(words[1], out string? before) ? $"{before}\n{text}" : text;
                    return null;
                case "#=GC":
                    if (words.Length != 3) return "#=GC needs a feature and one character a column";
                    if (!columns.TryGetValue(words[1], out StringBuilder? column)) columns[words[1]] = column = new StringBuilder();
                    column.Append(words[2]);
                    return null;
                case var word when word[0] == '#':
                    return null;
            }

            if (words.Length != 2) return $"a row is a name and a sequence, here are {words.Length} words";
            foreach (char character in words[1])
            {
                if (!char.IsAsciiLetter(character) && character is not ('-' or '.' or '*' or '~')) return $"the character '{character}' is not a sequence's";
            }

            if (!rows.TryGetValue(words[0], out (StringBuilder Text, int Line) row))
            {
                rows[words[0]] = row = (new StringBuilder(), number);
                order.Add(words[0]);
            }

            row.Text.Append(words[1]);
            rows[words[0]] = (row.Text, number);
            return null;
        }

        public MultipleAlignment Build(string name, int number)
        {
            if (order.Count == 0) throw new FormatException($"{name}, line {number}: an alignment without rows.");
            int length = rows[order[0]].Text.Length;
            foreach (string row in order)
            {
                if (rows[row].Text.Length != length)
                {
                    throw new FormatException($"{name}, line {rows[row].Line}: the row {row} has {rows[row].Text.Length} columns, {order[0]} has {length}; rows must be equally long.");
                }
            }

            foreach ((string feature, StringBuilder text) in columns)
            {
                if (text.Length != length) throw new FormatException($"{name}, line {number}: #=GC {feature} has {text.Length} columns, the rows have {length}.");
            }

            return new MultipleAlignment(
                [.. order.Select(row => new NamedSequence(row, "", rows[row].Text.ToString()))], file, columns.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
        }
    }
}
