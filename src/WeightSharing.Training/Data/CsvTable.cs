using System.Globalization;
using System.Numerics;
using System.Text;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// A table of text cells from comma-separated values (RFC 4180: quotes, doubled quotes, line breaks inside quotes), and its columns as
/// tensors.
/// </summary>
public sealed class CsvTable
{
    private readonly string source;
    private readonly List<(string[] Cells, int Line)> rows;

    private CsvTable(string source, string[] columns, List<(string[] Cells, int Line)> rows) => (this.source, Columns, this.rows) = (source, columns, rows);

    /// <summary>Names of the columns: of the header, or their numbers.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The number of rows without the header.</summary>
    public int RowCount => rows.Count;

    /// <summary>One cell.</summary>
    public string this[int row, int column] => rows[row].Cells[column];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="separator">Between cells.</param>
    /// <param name="header">The first line names the columns.</param>
    /// <exception cref="InvalidDataException">The file is damaged; the message has file, line and rule.</exception>
    public static CsvTable Read(string path, char separator = ',', bool header = true) => Parse(File.ReadAllText(path), path, separator, header);

    /// <summary>Reads text.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="separator">Between cells.</param>
    /// <param name="header">The first line names the columns.</param>
    /// <exception cref="InvalidDataException">The text is damaged; the message has name, line and rule.</exception>
    public static CsvTable Parse(string text, string name = "CSV", char separator = ',', bool header = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<(string[] Cells, int Line)> rows = [.. Rows(text, name, separator)];
        if (rows.Count == 0)
        {
            throw new InvalidDataException($"{name}: has no lines; expected {(header ? "a header" : "at least one row")}.");
        }

        int width = rows[0].Cells.Length;
        foreach ((string[] cells, int line) in rows)
        {
            if (cells.Length != width)
            {
                throw new InvalidDataException($"{name}, line {line}: {cells.Length} cells; line {rows[0].Line} has {width}, and all lines must have as many.");
            }
        }

        if (!header) return new CsvTable(name, [.. Enumerable.Range(0, width).Select(i => i.ToString(CultureInfo.InvariantCulture))], rows);
        string[] columns = rows[0].Cells;
        if (columns.GroupBy(column => column).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"{name}, line {rows[0].Line}: two columns are named \"{twice.Key}\"; names must differ.");
        }

        return new CsvTable(name, columns, rows[1..]);
    }

    /// <summary>Columns of finite numbers as [rows, columns]; none stands for all.</summary>
    /// <exception cref="ArgumentException">There is no such column; the message lists them.</exception>
    /// <exception cref="InvalidDataException">A cell is no finite number; the message has file, line, column and cell.</exception>
    public Tensor<T> Numbers<T>(params ReadOnlySpan<string> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] which = columns.Length == 0 ? [.. Enumerable.Range(0, Columns.Count)] : [.. columns.ToArray().Select(IndexOf)];
        var values = new T[rows.Count * which.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            for (int j = 0; j < which.Length; j++)
            {
                string cell = rows[i].Cells[which[j]];
                values[i * which.Length + j] = T.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && T.IsFinite(value)
                    ? value
                    : throw new InvalidDataException($"{source}, line {rows[i].Line}, column {Columns[which[j]]}: \"{cell}\"; expected a finite number such as -1.5e3.");
            }
        }

        return Tensor.Wrap(values, [rows.Count, which.Length]);
    }

    /// <summary>A column as class labels [rows]: the position of each cell's text among all different ones in ordinal order.</summary>
    /// <exception cref="ArgumentException">There is no such column; the message lists them.</exception>
    public (Tensor<int> Labels, IReadOnlyList<string> Classes) Labels(string column)
    {
        int which = IndexOf(column);
        string[] classes = [.. rows.Select(row => row.Cells[which]).Distinct().Order(StringComparer.Ordinal)];
        return (Tensor.Wrap(rows.Select(row => Array.BinarySearch(classes, row.Cells[which], StringComparer.Ordinal)).ToArray(), rows.Count), classes);
    }

    private int IndexOf(string column)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column) return i;
        }

        throw new ArgumentException($"{source}: no column is named \"{column}\"; there are {string.Join(", ", Columns)}.", nameof(column));
    }

    private static IEnumerable<(string[] Cells, int Line)> Rows(string text, string name, char separator)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        int at = text.StartsWith('\uFEFF') ? 1 : 0, line = 1, first = 1;
        bool closed = false;
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '"')
            {
                if (cell.Length > 0 || closed)
                {
                    throw new InvalidDataException($"{name}, line {line}: a quotation mark inside a cell; such a cell is quoted as a whole, with the mark doubled.");
                }

                (at, line) = Quoted(text, at + 1, line, name, cell);
                closed = true;
            }
            else if (c == separator)
            {
                EndCell();
            }
            else if (c is '\n' or '\r')
            {
                if (c == '\r' && at + 1 < text.Length && text[at + 1] == '\n') at++;
                // An empty line is no row.
                if (cells.Count > 0 || cell.Length > 0 || closed)
                {
                    EndCell();
                    yield return ([.. cells], first);
                    cells.Clear();
                }

                first = ++line;
            }
            else
            {
                if (closed)
                {
                    throw new InvalidDataException($"{name}, line {line}: \"{c}\" after a closing quotation mark; expected {separator} or the end of the line.");
                }

                cell.Append(c);
            }
        }

        if (cells.Count == 0 && cell.Length == 0 && !closed) yield break;
        EndCell();
        yield return ([.. cells], first);

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            closed = false;
        }
    }

    // Reads behind an opening mark up to the closing one; returns its position and line.
    private static (int At, int Line) Quoted(string text, int at, int line, string name, StringBuilder cell)
    {
        int opened = line;
        for (; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                if (at + 1 == text.Length || text[at + 1] != '"') return (at, line);
                at++;
            }
            else if (text[at] == '\n')
            {
                line++;
            }

            cell.Append(text[at]);
        }

        throw new InvalidDataException($"{name}, line {opened}: a quotation mark is opened and never closed.");
    }
}
