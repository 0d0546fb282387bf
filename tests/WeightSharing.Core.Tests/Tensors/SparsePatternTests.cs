using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class SparsePatternTests
{
    private static readonly Gen<(int Rows, int Columns, int[] RowIndices, int[] ColumnIndices)> Entries =
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8], Gen.Int[0, 40]).SelectMany((rows, columns, count) => Gen.Select(
            Gen.Int[0, rows - 1].Array[count], Gen.Int[0, columns - 1].Array[count], (r, c) => (rows, columns, r, c)));

    [Fact]
    public void Entries_in_any_order_become_ascending_rows_without_repeats() => Entries.Sample(given =>
    {
        SparsePattern pattern = SparsePattern.FromEntries(given.Rows, given.Columns, given.RowIndices, given.ColumnIndices, out int[] places);
        (int, int)[] wanted = [.. given.RowIndices.Zip(given.ColumnIndices).Distinct().Order()];
        Assert.Equal(wanted, pattern.RowIndices.ToArray().Zip(pattern.ColumnIndices.ToArray()));
        for (int i = 0; i < places.Length; i++) Assert.Equal((given.RowIndices[i], given.ColumnIndices[i]), wanted[places[i]]);
        Assert.Equal(pattern.ColumnIndices.ToArray(), SparsePattern.FromRows(given.Columns, pattern.RowStarts, pattern.ColumnIndices).ColumnIndices.ToArray());
    });

    [Fact]
    public void Transposing_twice_is_the_identity() => Entries.Sample(given =>
    {
        SparsePattern pattern = SparsePattern.FromEntries(given.Rows, given.Columns, given.RowIndices, given.ColumnIndices, out _);
        SparsePattern once = pattern.Transpose(), twice = once.Transpose();
        Assert.Equal((pattern.Rows, pattern.Columns), (once.Columns, once.Rows));
        Assert.Equal(pattern.RowStarts.ToArray(), twice.RowStarts.ToArray());
        Assert.Equal(pattern.ColumnIndices.ToArray(), twice.ColumnIndices.ToArray());
        Assert.Equal(pattern.RowIndices.ToArray().Zip(pattern.ColumnIndices.ToArray()).Order(), once.ColumnIndices.ToArray().Zip(once.RowIndices.ToArray()).Order());
    });

    [Fact]
    public void Empty_patterns_exist()
    {
        SparsePattern pattern = SparsePattern.FromEntries(0, 3, [], [], out _);
        Assert.Equal((0, 3, 0), (pattern.Rows, pattern.Columns, pattern.Count));
        Assert.Equal("[0, 3] with 0 entries", pattern.ToString());
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("SparsePattern: entry 1 at row 0, column 3 lies outside [2, 3].", () => SparsePattern.FromEntries(2, 3, [1, 0], [0, 3], out _));
        Expect.Throws<ArgumentOutOfRangeException>("SparsePattern: entry 0 at row -1, column 0 lies outside [2, 3].", () => SparsePattern.FromEntries(2, 3, [-1], [0], out _));
        Expect.Throws<ArgumentException>("SparsePattern: 2 rows and 1 columns; each entry needs both.", () => SparsePattern.FromEntries(2, 3, [0, 1], [0], out _));
        Expect.Throws<ArgumentException>("SparsePattern: row 0 has column 1 after 1; the columns of a row must ascend.", () => SparsePattern.FromRows(3, [0, 2], [1, 1]));
        Expect.Throws<ArgumentException>("SparsePattern: 1 columns; the rows have 2 entries.", () => SparsePattern.FromRows(3, [0, 2], [1]));
        Expect.Throws<ArgumentOutOfRangeException>("SparsePattern: entry 0 at row 0, column 3 lies outside [1, 3].", () => SparsePattern.FromRows(3, [0, 1], [3]));
    }
}
