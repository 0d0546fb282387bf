using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>A matrix with few entries: a pattern, and a value for each of its entries. Gradients flow to the values.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class SparseMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A matrix with these values at the pattern's entries.</summary>
    /// <param name="pattern">Where the entries are.</param>
    /// <param name="values">[entries], in the pattern's order; shared, not copied.</param>
    /// <exception cref="ArgumentException">The values are not one for each entry.</exception>
    public SparseMatrix(SparsePattern pattern, Tensor<T> values)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Shape != pattern.Count) throw new ArgumentException($"SparseMatrix: values {values.Shape} for {pattern}; there must be one for each entry.", nameof(values));
        (Pattern, Values) = (pattern, values);
    }

    /// <summary>Where the entries are.</summary>
    public SparsePattern Pattern { get; }

    /// <summary>[entries].</summary>
    public Tensor<T> Values { get; }

    /// <summary>[rows, columns].</summary>
    public Shape Shape => [Pattern.Rows, Pattern.Columns];

    /// <summary>A matrix from entries in any order; entries in one place add up.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="rowIndices">The row of each entry.</param>
    /// <param name="columnIndices">The column of each entry.</param>
    /// <param name="values">The value of each entry.</param>
    /// <exception cref="ArgumentException">The numbers of rows, columns and values differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An entry lies outside.</exception>
    public static SparseMatrix<T> FromEntries(
        int rows, int columns, ReadOnlySpan<int> rowIndices, ReadOnlySpan<int> columnIndices, ReadOnlySpan<T> values)
    {
        if (values.Length != rowIndices.Length)
        {
            throw new ArgumentException($"SparseMatrix: {values.Length} values for {rowIndices.Length} entries; there must be one for each.", nameof(values));
        }

        SparsePattern pattern = SparsePattern.FromEntries(rows, columns, rowIndices, columnIndices, out int[] places);
        var sums = new T[pattern.Count];
        for (int i = 0; i < places.Length; i++) sums[places[i]] += values[i];
        return new SparseMatrix<T>(pattern, Tensor.From(sums, [sums.Length]));
    }

    /// <summary>The entries of a dense matrix that are not zero.</summary>
    /// <exception cref="ArgumentException">The tensor is no matrix.</exception>
    public static SparseMatrix<T> FromDense(Tensor<T> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Rank != 2) throw new ArgumentException($"SparseMatrix: the tensor {matrix.Shape} is no matrix.", nameof(matrix));
        int rows = matrix.Shape[0], columns = matrix.Shape[1];
        T[] dense = matrix.ToArray();
        var starts = new int[rows + 1];
        List<int> places = [];
        List<T> values = [];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (dense[row * columns + column] == T.Zero) continue;
                places.Add(column);
                values.Add(dense[row * columns + column]);
            }

            starts[row + 1] = values.Count;
        }

        return new SparseMatrix<T>(SparsePattern.FromRows(columns, starts, places.ToArray()), Tensor.From(values.ToArray(), [values.Count]));
    }

    /// <summary>Other values in the same places, such as after dropout.</summary>
    /// <exception cref="ArgumentException">The values are not one for each entry.</exception>
    public SparseMatrix<T> WithValues(Tensor<T> values) => new(Pattern, values);

    /// <summary>The matrix with all its zeros, [rows, columns]; differentiable.</summary>
    /// <exception cref="OverflowException">The dense matrix has too many elements.</exception>
    public Tensor<T> ToDense()
    {
        int columns = Pattern.Columns;
        _ = checked(Pattern.Rows * columns);
        ReadOnlySpan<int> row = Pattern.RowIndices, column = Pattern.ColumnIndices;
        var places = new int[Pattern.Count];
        for (int e = 0; e < places.Length; e++) places[e] = row[e] * columns + column[e];
        Shape flat = Pattern.Rows * columns;
        return Values.TakeAdjoint(flat, flat, places.Length, 0, places, null, "ToDense").Reshape(Shape);
    }

    /// <summary>Rows and columns exchanged; differentiable.</summary>
    public SparseMatrix<T> Transpose()
    {
        (SparsePattern pattern, int[] order) = Pattern.Transposed();
        return new SparseMatrix<T>(pattern, Values.Take(Values.Shape, Values.Shape, 0, order, null, "Transpose"));
    }

    /// <summary>The pattern's size.</summary>
    public override string ToString() => $"SparseMatrix<{typeof(T).Name}> {Pattern}";
}
