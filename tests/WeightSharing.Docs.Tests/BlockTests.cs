using System.Text.RegularExpressions;

namespace WeightSharing.Tests.Docs;

/// <summary>Every C# block of the README and of docs compiles, runs, prints what the page shows, and draws the pictures that docs has.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class BlockTests
{
    // Set to 1, outputs and pictures are written into the pages as they are now, to be read over and committed.
    private const string Update = "WEIGHTSHARING_UPDATE_DOCS";

    private static readonly bool Updates = Environment.GetEnvironmentVariable(Update) == "1";

    private static readonly Dictionary<string, CodeBlock> All = DocumentTree.Pages
        .SelectMany(page => CodeBlock.Of(page, DocumentTree.Text(page))).ToDictionary(block => block.Id, StringComparer.Ordinal);

    public static TheoryData<string> Blocks => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Prints_what_the_page_shows(string id)
    {
        CodeBlock block = All[id];
        byte[] image = CodeRunner.Compile(CodeRunner.Assemble(block.Parts));
        if (block.CompileOnly) return;
        var pictures = new Dictionary<string, string>();
        string printed = CodeRunner.Run(image, folder =>
        {
            foreach (string name in block.Pictures) pictures[name] = File.ReadAllText(Path.Combine(folder, name)).ReplaceLineEndings("\n");
        });
        if (Updates) WriteOutput(block, printed);
        else AssertPrints(id, block.Output ?? "", printed);
        foreach ((string name, string drawn) in pictures)
        {
            string path = Path.Combine(DocumentTree.Root, "docs", "images", name);
            if (Updates) File.WriteAllText(path, drawn);
            Assert.True(File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == drawn, $"{id} draws another picture than docs/images/{name}; with {Update}=1 this test writes it there.");
        }
    }

    /// <summary>Compares whole outputs, and shows both when they differ. Numbers of the size of rounding are equal to each other: they differ from processor to processor.</summary>
    internal static void AssertPrints(string id, string expected, string actual)
    {
        (expected, actual) = (Lines(expected), Lines(actual));
        Assert.True(WithoutRounding(expected) == WithoutRounding(actual), $"{id} prints\n{actual}\nand not, as it shows,\n{expected}");
    }

    // A number in scientific notation below 1e-11 in size, or zero.
    private static string WithoutRounding(string text) => RoundingNumber().Replace(text, "0.0e00");

    // Pages are saved without blanks at the ends of lines.
    private static string Lines(string text) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => line.TrimEnd()));

    // The output fence that follows the block's code.
    private static void WriteOutput(CodeBlock block, string printed)
    {
        string path = Path.Combine(DocumentTree.Root, block.Id[..block.Id.LastIndexOf(':')]), text = File.ReadAllText(path).ReplaceLineEndings("\n");
        string code = $"```csharp\n{block.Parts[^1]}\n```\n";
        int after = text.IndexOf(code, StringComparison.Ordinal) + code.Length;
        if (block.Output is null)
        {
            Assert.Equal((block.Id, ""), (block.Id, printed));
            return;
        }

        int begin = text.IndexOf("```text\n", after, StringComparison.Ordinal) + "```text\n".Length, end = text.IndexOf("\n```", begin - 1, StringComparison.Ordinal);
        if (WithoutRounding(Lines(printed)) != WithoutRounding(Lines(block.Output))) File.WriteAllText(path, text[..begin] + Lines(printed) + text[end..]);
    }

    [GeneratedRegex(@"-?\b(?:\d(?:\.\d+)?e-(?:1[2-9]|[2-9]\d|\d{3})|0(?:\.0+)?e[+-]?0+)\b")]
    private static partial Regex RoundingNumber();
}
