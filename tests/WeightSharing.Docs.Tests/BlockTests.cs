namespace WeightSharing.Tests.Docs;

/// <summary>Every C# block of the README and of docs compiles, runs, and prints what the page shows.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class BlockTests
{
    private static readonly Dictionary<string, CodeBlock> All = DocumentTree.Pages
        .SelectMany(page => CodeBlock.Of(page, DocumentTree.Text(page))).ToDictionary(block => block.Id, StringComparer.Ordinal);

    public static TheoryData<string> Blocks => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Prints_what_the_page_shows(string id)
    {
        CodeBlock block = All[id];
        byte[] image = CodeRunner.Compile(CodeRunner.Assemble(block.Parts));
        if (!block.CompileOnly) AssertPrints(id, block.Output ?? "", CodeRunner.Run(image));
    }

    /// <summary>Compares whole outputs, and shows both when they differ.</summary>
    internal static void AssertPrints(string id, string expected, string actual)
    {
        (expected, actual) = (Lines(expected), Lines(actual));
        Assert.True(expected == actual, $"{id} prints\n{actual}\nand not, as it shows,\n{expected}");
    }

    // Pages are saved without blanks at the ends of lines.
    private static string Lines(string text) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
}
