namespace WeightSharing.Tensors;

/// <summary>
/// Where the entries of a sparse matrix stand, row by row (compressed sparse rows): row i has the entries RowStarts[i] … RowStarts[i + 1] − 1,
/// in ascending columns, no place twice. Immutable, and safe for use from many threads.
/// </summary>
public sealed class SparsePattern
{
    private readonly int[] columnIndices;
    private SparsePattern? transposed;
    private int[]? transposedOrder, rowIndices;

    private SparsePattern(Segments rows, int columns, int[] columnIndices) => (RowSegments, Columns, this.columnIndices) = (rows, columns, columnIndices);

    /// <summary>Number of rows.</summary>
    public int Rows => RowSegments.Count;

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Number of entries.</summary>
    public int Count => columnIndices.Length;

    /// <summary>The first entry of each row, and the number of entries at the end: Rows + 1 numbers.</summary>
    public ReadOnlySpan<int> RowStarts => RowSegments.Starts;

    /// <summary>The column of each entry.</summary>
    public ReadOnlySpan<int> ColumnIndices => columnIndices;

    /// <summary>The row of each entry.</summary>
    public ReadOnlySpan<int> RowIndices => rowIndices ??= RowSegments.Owners();

    /// <summary>The entries of each row, for sums over them.</summary>
    public Segments RowSegments { get; }

    internal int[] ColumnArray => columnIndices;

    /// <summary>A pattern from its parts, which are copied.</summary>
    /// <param name="columns">Number of columns.</param>
    /// <param name="rowStarts">The first entry of each row, and the number of entries at the end.</param>
    /// <param name="columnIndices">The column of each entry, ascending within a row.</param>
    /// <exception cref="ArgumentException">The starts do not ascend from 0 to the number of entries, or the columns of a row do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column lies outside.</exception>
    public static SparsePattern FromRows(int columns, ReadOnlySpan<int> rowStarts, ReadOnlySpan<int> columnIndices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Segments rows = Segments.FromStarts(rowStarts);
        if (rows.Total != columnIndices.Length)
        {
            throw new ArgumentException($"SparsePattern: {columnIndices.Length} columns; the rows have {rows.Total} entries.", nameof(columnIndices));
        }

        for (int row = 0; row < rows.Count; row++)
        {
            for (int e = rowStarts[row]; e < rowStarts[row + 1]; e++)
            {
                CheckPlace(row, columnIndices[e], rows.Count, columns, e);
                if (e > rowStarts[row] && columnIndices[e] <= columnIndices[e - 1])
                {
                    throw new ArgumentException(
                        $"SparsePattern: row {row} has column {columnIndices[e]} after {columnIndices[e - 1]}; the columns of a row must ascend.", nameof(columnIndices));
                }
            }
        }

        return new SparsePattern(rows, columns, columnIndices.ToArray());
    }

    /// <summary>A pattern from entries in any order.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="rowIndices">The row of each entry.</param>
    /// <param name="columnIndices">The column of each entry.</param>
    /// <param name="places">For each given entry, where it stands in the pattern; entries in one place share it.</param>
    /// <exception cref="ArgumentException">There are more rows than columns given, or fewer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An entry lies outside.</exception>
    public static SparsePattern FromEntries(
        int rows, int columns, ReadOnlySpan<int> rowIndices, ReadOnlySpan<int> columnIndices, out int[] places)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (rowIndices.Length != columnIndices.Length)
        {
            throw new ArgumentException($"SparsePattern: {rowIndices.Length} rows and {columnIndices.Length} columns; each entry needs both.", nameof(columnIndices));
        }

        for (int i = 0; i < rowIndices.Length; i++) CheckPlace(rowIndices[i], columnIndices[i], rows, columns, i);

        // Two stable counting sorts, by column and then by row: linear in the entries.
        int[] byColumn = Sorted(columnIndices, columns, Enumerated(columnIndices.Length));
        int[] byPlace = Sorted(rowIndices, rows, byColumn);
        places = new int[rowIndices.Length];
        var starts = new int[rows + 1];
        var kept = new int[rowIndices.Length];
        int count = 0;
        for (int i = 0; i < byPlace.Length; i++)
        {
            int entry = byPlace[i];
            bool repeats = i > 0 && rowIndices[byPlace[i - 1]] == rowIndices[entry] && columnIndices[byPlace[i - 1]] == columnIndices[entry];
            if (!repeats)
            {
                kept[count++] = columnIndices[entry];
                starts[rowIndices[entry] + 1]++;
            }

            places[entry] = count - 1;
        }

        for (int row = 0; row < rows; row++) starts[row + 1] += starts[row];
        return new SparsePattern(Segments.FromStarts(starts), columns, kept[..count]);
    }

    /// <summary>Rows and columns exchanged.</summary>
    public SparsePattern Transpose() => Transposed().Pattern;

    /// <summary>Rows × columns, and the number of entries.</summary>
    public override string ToString() => $"[{Rows}, {Columns}] with {Count} entries";

    /// <summary>The transposed pattern, and for each of its entries the number of the entry here.</summary>
    internal (SparsePattern Pattern, int[] Order) Transposed()
    {
        if (Volatile.Read(ref transposed) is { } known) return (known, transposedOrder!);
        int[] order = Sorted(columnIndices, Columns, Enumerated(Count));
        var starts = new int[Columns + 1];
        foreach (int column in columnIndices) starts[column + 1]++;
        for (int column = 0; column < Columns; column++) starts[column + 1] += starts[column];
        ReadOnlySpan<int> rows = RowIndices;
        var rowOf = new int[Count];
        for (int e = 0; e < rowOf.Length; e++) rowOf[e] = rows[order[e]];
        transposedOrder = order;
        var result = new SparsePattern(Segments.FromStarts(starts), Rows, rowOf);
        Volatile.Write(ref transposed, result);
        return (result, order);
    }

    private static int[] Enumerated(int count)
    {
        var numbers = new int[count];
        for (int i = 0; i < count; i++) numbers[i] = i;
        return numbers;
    }

    // The items in the order of their keys, equal keys in the order in which they came.
    private static int[] Sorted(ReadOnlySpan<int> keys, int keyCount, int[] items)
    {
        var next = new int[keyCount + 1];
        foreach (int key in keys) next[key + 1]++;
        for (int key = 0; key < keyCount; key++) next[key + 1] += next[key];
        var sorted = new int[items.Length];
        foreach (int item in items) sorted[next[keys[item]]++] = item;
        return sorted;
    }

    private static void CheckPlace(int row, int column, int rows, int columns, int entry)
    {
        if ((uint)row >= (uint)rows || (uint)column >= (uint)columns)
        {
            throw new ArgumentOutOfRangeException(
                nameof(entry), $"SparsePattern: entry {entry} at row {row}, column {column} lies outside [{rows}, {columns}].");
        }
    }
}
