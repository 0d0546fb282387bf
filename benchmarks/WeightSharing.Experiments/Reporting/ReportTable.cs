namespace WeightSharing.Experiments.Reporting;

/// <summary>A table, for the terminal and the page alike. The first column reads from the left, the others from the right.</summary>
/// <param name="Title">Above the table.</param>
/// <param name="Columns">Column heads.</param>
/// <param name="Rows">Cells, one for each column.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
