using System.Text.RegularExpressions;

namespace WeightSharing.Tests.Docs;

/// <summary>Every program of docs/examples compiles, runs, and prints what the comment at its end says.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class ExampleTests
{
    public static TheoryData<string> Examples => [.. DocumentTree.Examples];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Prints_what_its_comment_says(string path)
    {
        string program = DocumentTree.Text(path);
        Match comment = Printed().Match(program);
        Assert.True(comment.Success, $"{path} has no comment '// Prints:' at its end.");
        string expected = string.Join('\n', comment.Groups[1].Value.Split('\n').Select(line => line.Length > 3 ? line[3..] : ""));
        BlockTests.AssertPrints(path, expected, CodeRunner.Run(CodeRunner.Compile(program)));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Says_how_to_run_it_inside_and_outside_the_repository(string path)
    {
        string program = DocumentTree.Text(path);
        Assert.Contains($"dotnet run {path}", program, StringComparison.Ordinal);
        Assert.Contains("#:project ../../src/WeightSharing\n", program, StringComparison.Ordinal);
        Assert.Contains("#:package WeightSharing@", program, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_five() => Assert.True(DocumentTree.Examples.Count >= 5, string.Join(", ", DocumentTree.Examples));

    [GeneratedRegex(@"\n// Prints:\n((?://[^\n]*\n?)+)\z")]
    private static partial Regex Printed();
}
