namespace WeightSharing.Tests.Docs;

/// <summary>The rules by which pages are read and programs put together.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class CodeBlockTests
{
    [Fact]
    public void The_next_fence_is_the_output_when_it_is_text()
    {
        IReadOnlyList<CodeBlock> blocks = CodeBlock.Of(
            "p.md", "```csharp\na();\n```\nprints\n```text\n1\n2\n```\n```csharp\nb();\n```\n```sh\nls\n```\n```text\nno\n```");
        Assert.Equal(["p.md:1", "p.md:9"], blocks.Select(block => block.Id));
        Assert.Equal(["1\n2", null], blocks.Select(block => block.Output));
    }

    [Fact]
    public void Comments_above_a_fence_give_code_that_runs_before()
    {
        IReadOnlyList<CodeBlock> blocks = CodeBlock.Of(
            "p.md",
            "<!-- with: int a = 1;\nint b = 2; -->\n```csharp\nc();\n```\n\ntext\n\n"
            + "<!-- continues -->\n<!-- compile only: slow -->\n\n```csharp\nd();\n```");
        Assert.Equal(["int a = 1;\nint b = 2;", "c();"], blocks[0].Parts);
        Assert.Equal(["int a = 1;\nint b = 2;", "c();", "d();"], blocks[1].Parts);
        Assert.Equal([false, true], blocks.Select(block => block.CompileOnly));
    }

    [Fact]
    public void Pictures_that_a_block_writes_are_named_above_it()
    {
        IReadOnlyList<CodeBlock> blocks = CodeBlock.Of("p.md", "<!-- writes: a.svg b.svg -->\n```csharp\na();\n```\n```csharp\nb();\n```");
        Assert.Equal([["a.svg", "b.svg"], []], blocks.Select(block => block.Pictures));
        string[] files = [];
        CodeRunner.Run(CodeRunner.Compile("System.IO.File.WriteAllText(\"a.svg\", \"\");"), folder => files = [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path))]);
        Assert.Equal(["a.svg"], files);
    }

    [Fact]
    public void Numbers_of_the_size_of_rounding_are_equal_and_no_others()
    {
        foreach (string printed in new[] { "error 2.2e-16, 3.0", "error 0.0e00, 3.0", "error -9.9e-12, 3.0", "error 1e-300, 3.0", "error 0.0e+00, 3.0" }) BlockTests.AssertPrints("p.md:1", "error 1.1e-15, 3.0", printed);
        foreach (string printed in new[] { "error 1.1e-11, 3.0", "error 1.1e-15, 3.1", "error 0, 3.0", "error 1.1e15, 3.0" })
        {
            Assert.Contains(printed, Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => BlockTests.AssertPrints("p.md:1", "error 1.1e-15, 3.0", printed)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_fence_without_end_and_a_block_that_continues_nothing_are_errors()
    {
        Assert.Throws<FormatException>(() => CodeBlock.Of("p.md", "```csharp\na();"));
        Assert.Throws<FormatException>(() => CodeBlock.Of("p.md", "<!-- continues -->\n```csharp\na();\n```"));
    }

    [Fact]
    public void Only_the_last_part_prints_the_output_and_types_come_last()
    {
        string[] parts = ["class A { public int X = 1; }\nvar a = new A(); Console.WriteLine(\"before\");", "Console.WriteLine(a.X);"];
        Assert.Equal("1\n", CodeRunner.Run(CodeRunner.Compile(CodeRunner.Assemble(parts))));
    }

    [Fact]
    public void Standard_usings_are_given_only_to_a_block_without_its_own()
    {
        Assert.Contains("using WeightSharing.Tensors;", CodeRunner.Assemble(["f();"]), StringComparison.Ordinal);
        Assert.DoesNotContain("WeightSharing", CodeRunner.Assemble(["using System.Numerics;\nf();"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_that_does_not_compile_warns_or_throws_fails()
    {
        Assert.Contains("CS0103", ErrorOf("f();"), StringComparison.Ordinal);
        Assert.Contains("CS0219", ErrorOf("int x = 1;"), StringComparison.Ordinal);
        byte[] thrower = CodeRunner.Compile("throw new ArithmeticException();");
        Assert.Throws<ArithmeticException>(() => CodeRunner.Run(thrower));
    }

    private static string ErrorOf(string program) => Assert.Throws<InvalidOperationException>(() => CodeRunner.Compile(program)).Message;
}
