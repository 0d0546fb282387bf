using System.Globalization;
using System.Text;

namespace WeightSharing.Markov;

/// <summary>An alignment of two sequences: its columns, and the stretches of the sequences that it spans.</summary>
public sealed class PairAlignment
{
    internal PairAlignment(string x, string y, string states, int startX, int startY, double logProbability)
    {
        (States, StartX, StartY, LogProbability) = (states, startX, startY, logProbability);
        StringBuilder top = new(), bottom = new();
        var matches = new List<(int, int)>();
        (int i, int j) = (startX, startY);
        foreach (char state in states)
        {
            if (state == 'M') matches.Add((i, j));
            top.Append(state == 'Y' ? '-' : x[i++]);
            bottom.Append(state == 'X' ? '-' : y[j++]);
        }

        (AlignedX, AlignedY, EndX, EndY, Matches) = (top.ToString(), bottom.ToString(), i, j, matches);
    }

    /// <summary>One character a column: M for a matched pair, X for a symbol of x against a gap, Y for one of y.</summary>
    public string States { get; }

    /// <summary>The stretch of x with its gaps.</summary>
    public string AlignedX { get; }

    /// <summary>The stretch of y with its gaps.</summary>
    public string AlignedY { get; }

    /// <summary>First position of x in the alignment, from 0.</summary>
    public int StartX { get; }

    /// <summary>First position of y in the alignment, from 0.</summary>
    public int StartY { get; }

    /// <summary>The position behind the last of x.</summary>
    public int EndX { get; }

    /// <summary>The position behind the last of y.</summary>
    public int EndY { get; }

    /// <summary>ln P(x, y, alignment) for Viterbi; the expected number of right matches for a maximum expected accuracy alignment; not a number for a drawn one.</summary>
    public double LogProbability { get; }

    /// <summary>The matched pairs (i, j), positions from 0.</summary>
    public IReadOnlyList<(int X, int Y)> Matches { get; }

    /// <summary>The share of matched pairs that are the same character; 0 without any.</summary>
    public double Identity => Matches.Count == 0 ? 0 : AlignedX.Zip(AlignedY).Count(pair => pair.First == pair.Second) / (double)Matches.Count;

    /// <summary>The share of a reference's matched pairs that this alignment matches too; 1 for a reference without any.</summary>
    /// <exception cref="ArgumentException">The reference has two rows of different lengths.</exception>
    public double Agreement(string referenceX, string referenceY)
    {
        ArgumentNullException.ThrowIfNull(referenceX);
        ArgumentNullException.ThrowIfNull(referenceY);
        if (referenceX.Length != referenceY.Length) throw new ArgumentException($"Agreement: reference rows of {referenceX.Length} and {referenceY.Length} columns; they must be equal.");
        var own = Matches.ToHashSet();
        (int i, int j, int all, int both) = (0, 0, 0, 0);
        for (int column = 0; column < referenceX.Length; column++)
        {
            bool left = referenceX[column] is not ('-' or '.'), right = referenceY[column] is not ('-' or '.');
            if (left && right)
            {
                all++;
                if (own.Contains((i, j))) both++;
            }

            i += left ? 1 : 0;
            j += right ? 1 : 0;
        }

        return all == 0 ? 1 : both / (double)all;
    }

    /// <summary>Three lines a block, with positions from 1 and a bar between equal characters.</summary>
    public override string ToString() => ToString(60);

    /// <summary>As <see cref="ToString()"/>, with so many columns a block and with names.</summary>
    /// <param name="columns">Columns a block.</param>
    /// <param name="nameX">Name of x.</param>
    /// <param name="nameY">Name of y.</param>
    public string ToString(int columns, string nameX = "x", string nameY = "y")
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentNullException.ThrowIfNull(nameX);
        ArgumentNullException.ThrowIfNull(nameY);
        int name = Math.Max(nameX.Length, nameY.Length), digits = Math.Max(EndX, EndY).ToString(CultureInfo.InvariantCulture).Length;
        var text = new StringBuilder();
        (int i, int j) = (StartX, StartY);
        for (int at = 0; at < States.Length; at += columns)
        {
            int count = Math.Min(columns, States.Length - at);
            string top = AlignedX.Substring(at, count), bottom = AlignedY.Substring(at, count);
            if (at > 0) text.Append('\n');
            i = Line(nameX, top, i);
            text.Append(' ', name + digits + 2).Append(string.Concat(top.Zip(bottom, (a, b) => a == b ? '|' : a == '-' || b == '-' ? ' ' : '.')).TrimEnd()).Append('\n');
            j = Line(nameY, bottom, j);
        }

        return text.ToString();

        int Line(string label, string row, int position)
        {
            int symbols = row.Count(c => c != '-'), first = symbols == 0 ? position : position + 1;
            text.Append(CultureInfo.InvariantCulture, $"{label.PadRight(name)} {first.ToString(CultureInfo.InvariantCulture).PadLeft(digits)} {row} {position + symbols}\n");
            return position + symbols;
        }
    }
}
