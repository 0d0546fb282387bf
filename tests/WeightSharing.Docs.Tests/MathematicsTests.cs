using System.Text.RegularExpressions;

namespace WeightSharing.Tests.Docs;

/// <summary>The table at the head of docs/mathematics.md says what the programs below it print, which the tests of blocks run.</summary>
public sealed partial class MathematicsTests
{
    private const string Page = "docs/mathematics.md";

    public static TheoryData<string> Claims => [.. Rows.Select(row => row.Section)];

    private static IReadOnlyList<(string Section, string[] Numbers)> Rows { get; } =
        [.. Row().Matches(DocumentTree.Text(Page)).Select(row => (row.Groups[1].Value, Number().Matches(row.Groups[2].Value).Select(number => number.Value).ToArray()))];

    [Fact]
    public void Every_section_has_a_row()
    {
        string[] sections = [.. DocumentTree.Text(Page).Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => Anchor(line[3..]))];
        Assert.True(sections.Length >= 9);
        Assert.Equal(sections, Rows.Select(row => row.Section));
    }

    [Theory]
    [MemberData(nameof(Claims))]
    public void Its_numbers_are_printed_in_its_section(string section)
    {
        string[] numbers = Rows.Single(row => row.Section == section).Numbers;
        Assert.NotEmpty(numbers);
        string text = DocumentTree.Text(Page).Split("\n## ").Single(part => Anchor(part.Split('\n')[0]) == section);
        string output = Output().Match(text).Groups[1].Value;
        string[] printed = [.. Number().Matches(output).Select(number => number.Value)];
        Assert.All(numbers, number => Assert.Contains(number, printed));
    }

    private static string Anchor(string heading) => heading.ToLowerInvariant().Replace(' ', '-');

    // | [claim](#section) | checked by | measured |
    [GeneratedRegex(@"(?m)^\| \[[^\]]+\]\(#([^)]+)\) \|[^|]*\| ([^|]+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"```text\n((?:.|\n)*?)\n```")]
    private static partial Regex Output();

    [GeneratedRegex(@"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?")]
    private static partial Regex Number();
}
