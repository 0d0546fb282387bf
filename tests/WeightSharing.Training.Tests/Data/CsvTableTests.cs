using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class CsvTableTests
{
    [Fact]
    public void Numbers_and_labels_become_tensors()
    {
        CsvTable table = CsvTable.Parse("length,width,kind\n1.5,-2e1,rose\r\n3,4,\"lily\"\n\n 5 ,6,rose");
        Assert.Equal(["length", "width", "kind"], table.Columns);
        Assert.Equal(3, table.RowCount);
        Tensor<double> numbers = table.Numbers<double>("width", "length");
        Assert.Equal(new Shape(3, 2), numbers.Shape);
        Assert.Equal([-20, 1.5, 4, 3, 6, 5], numbers.ToArray());
        (Tensor<int> labels, IReadOnlyList<string> classes) = table.Labels("kind");
        Assert.Equal(["lily", "rose"], classes);
        Assert.Equal([1, 0, 1], labels.ToArray());
    }

    [Fact]
    public void Without_a_header_columns_have_numbers_and_the_separator_is_free()
    {
        CsvTable table = CsvTable.Parse("\uFEFF1;2\n3;4\n", separator: ';', header: false);
        Assert.Equal(["0", "1"], table.Columns);
        Assert.Equal([1f, 2, 3, 4], table.Numbers<float>().ToArray());
    }

    [Fact]
    public void Any_text_survives_quoting() =>
        Gen.String[Gen.Char["a\",\n é"], 1, 6].Array[2].Array[1, 5].Sample(rows =>
        {
            string text = string.Join('\n', rows.Select(row => string.Join(',', row.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))));
            CsvTable table = CsvTable.Parse(text, header: false);
            Assert.Equal(rows.SelectMany(row => row), Enumerable.Range(0, table.RowCount).SelectMany(i => new[] { table[i, 0], table[i, 1] }));
        });

    [Fact]
    public void Damage_is_an_error_with_file_line_and_rule()
    {
        Damaged("CSV: has no lines; expected a header.", () => CsvTable.Parse("\n\n"));
        Damaged("CSV, line 3: 1 cells; line 1 has 2, and all lines must have as many.", () => CsvTable.Parse("a,b\n1,2\n3\n"));
        Damaged("CSV, line 2: a quotation mark is opened and never closed.", () => CsvTable.Parse("a,b\n1,\"2\n3"));
        Damaged("CSV, line 2: a quotation mark inside a cell; such a cell is quoted as a whole, with the mark doubled.", () => CsvTable.Parse("a,b\n1,2\"3\""));
        Damaged("CSV, line 2: \"x\" after a closing quotation mark; expected , or the end of the line.", () => CsvTable.Parse("a,b\n1,\"2\"x"));
        Damaged("CSV, line 1: two columns are named \"a\"; names must differ.", () => CsvTable.Parse("a,a\n1,2"));
        // The quoted line break counts as a line.
        Damaged("CSV, line 4, column b: \"two\"; expected a finite number such as -1.5e3.", () => CsvTable.Parse("a,b\n\"1\n\",2\n3,two").Numbers<float>("b"));
        Damaged("CSV, line 2, column a: \"NaN\"; expected a finite number such as -1.5e3.", () => CsvTable.Parse("a\nNaN").Numbers<float>());
        Assert.StartsWith("CSV: no column is named \"c\"; there are a, b.", Assert.Throws<ArgumentException>(() => CsvTable.Parse("a,b\n1,2").Numbers<float>("c")).Message, StringComparison.Ordinal);
    }

    private static void Damaged(string expected, Func<object> read) => Assert.Equal(expected, Assert.Throws<InvalidDataException>(read).Message);
}
