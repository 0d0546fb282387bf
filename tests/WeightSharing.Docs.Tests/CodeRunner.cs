using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace WeightSharing.Tests.Docs;

/// <summary>Compiles programs of the documents against the libraries that the tests were built with, and runs them in this process.</summary>
internal static class CodeRunner
{
    /// <summary>What a block is given when it has no <c>using</c> directives of its own.</summary>
    public static readonly string[] StandardUsings =
    [
        "WeightSharing.Analysis", "WeightSharing.Autograd", "WeightSharing.Checkpoints", "WeightSharing.Layers", "WeightSharing.Sharing", "WeightSharing.Symmetry",
        "WeightSharing.Tensors", "WeightSharing.Training",
    ];

    // What ImplicitUsings of the SDK gives every program.
    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    // Printed between what a block needs before it and the block itself: only what comes after is the block's output.
    private const char Separator = '\u001E';

    private static readonly CSharpParseOptions ParseOptions = new CSharpParseOptions(LanguageVersion.CSharp14)
        .WithFeatures([new KeyValuePair<string, string>("FileBasedProgram", "true")]);

    private static readonly Lazy<MetadataReference[]> References = new(() => [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>One program of several parts, each with directives, statements and types of its own.</summary>
    public static string Assemble(IReadOnlyList<string> parts)
    {
        CompilationUnitSyntax[] units = [.. parts.Select(part => CSharpSyntaxTree.ParseText(part, ParseOptions).GetCompilationUnitRoot())];
        IEnumerable<string> usings = units.SelectMany(unit => unit.Usings).Select(directive => directive.ToString().Trim()).Distinct();
        if (!usings.Any()) usings = StandardUsings.Select(name => $"using {name};");
        var statements = new List<string>();
        for (int i = 0; i < units.Length; i++)
        {
            if (i > 0 && i == units.Length - 1) statements.Add($"System.Console.Write('\\u{(int)Separator:X4}');");
            statements.AddRange(units[i].Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString().Trim('\n')));
        }

        IEnumerable<string> types = units.SelectMany(unit => unit.Members)
            .Where(member => member is not GlobalStatementSyntax).Select(type => type.ToFullString().Trim('\n'));
        return string.Join('\n', [.. usings, .. statements, .. types]);
    }

    /// <summary>Compiles a program; warnings are errors.</summary>
    /// <exception cref="InvalidOperationException">The program does not compile; the message lists why, and the program.</exception>
    public static byte[] Compile(string program)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(program, ParseOptions);
        string globalUsings = string.Concat(ImplicitUsings.Select(name => $"global using {name};\n"));
        SyntaxTree implicitUsings = CSharpSyntaxTree.ParseText(globalUsings, ParseOptions);
        bool hasStatements = tree.GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax);
        OutputKind kind = hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var options = new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable);
        CSharpCompilation compilation = CSharpCompilation.Create("Block", [tree, implicitUsings], References.Value, options);
        using var image = new MemoryStream();
        Diagnostic[] problems = [.. compilation.Emit(image).Diagnostics.Where(problem => problem.Severity >= DiagnosticSeverity.Warning)];
        return problems.Length == 0
            ? image.ToArray()
            : throw new InvalidOperationException($"{string.Join('\n', problems.AsEnumerable())}\nin\n{Numbered(program)}");
    }

    /// <summary>Runs a compiled program in an empty folder and returns what it printed; of a program with parts, what the last one printed.</summary>
    /// <param name="image">The program.</param>
    /// <param name="look">Called at the end with the folder, which is then deleted.</param>
    public static string Run(byte[] image, Action<string>? look = null)
    {
        TextWriter console = Console.Out;
        string folder = Directory.GetCurrentDirectory();
        DirectoryInfo empty = Directory.CreateTempSubdirectory("docs-");
        var context = new AssemblyLoadContext("block", isCollectible: true);
        using var printed = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        try
        {
            Directory.SetCurrentDirectory(empty.FullName);
            Console.SetOut(printed);
            using var stream = new MemoryStream(image);
            MethodInfo? main = context.LoadFromStream(stream).EntryPoint;
            main?.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
            look?.Invoke(empty.FullName);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(folder);
            empty.Delete(recursive: true);
            context.Unload();
        }

        return printed.ToString().Split(Separator)[^1];
    }

    private static string Numbered(string program) => string.Join('\n', program.Split('\n').Select((line, i) => $"{i + 1,4}  {line}"));
}
