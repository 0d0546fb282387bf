namespace WeightSharing.Experiments.Reporting;

/// <summary>A part of a report page.</summary>
internal abstract record ReportBlock;

/// <summary>The head of a section.</summary>
internal sealed record Heading(string Text) : ReportBlock;

/// <summary>Plain text.</summary>
internal sealed record Paragraph(string Text) : ReportBlock;

/// <summary>The sentence to take away, set off from the rest.</summary>
internal sealed record Finding(string Text) : ReportBlock;

/// <summary>A table.</summary>
internal sealed record TableBlock(ReportTable Table) : ReportBlock;

/// <summary>Text as it is, in a fixed pitch.</summary>
internal sealed record Verbatim(string Text) : ReportBlock;

/// <summary>A picture.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Caption">What it shows; also its text for those who do not see it.</param>
/// <param name="Draw">Draws it as PNG in the colours of a theme.</param>
internal sealed record Figure(string Name, string Caption, Func<PlotTheme, byte[]> Draw) : ReportBlock;
