using System.Text.RegularExpressions;

namespace WeightSharing.Tests.Architecture;

/// <summary>The repository's source as text: what the rules of the architecture are read from.</summary>
internal static partial class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>All C# files below a folder of the repository, without build outputs, by path relative to the repository, with forward slashes.</summary>
    public static IReadOnlyList<SourceFile> Files(string folder) => [.. Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))))];

    public static IReadOnlyList<string> Projects(string folder) => [.. Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public static string[] References(string project) => [.. ProjectReference().Matches(File.ReadAllText(project))
        .Select(match => Path.GetFileNameWithoutExtension(match.Groups[1].Value.Replace('\\', '/'))).Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WeightSharing.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No WeightSharing.sln above {AppContext.BaseDirectory}: run the tests from a clone of the repository.");
    }

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}

/// <summary>One source file.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The assembly's folder under src, for example <c>WeightSharing.Core</c>.</summary>
    public string Assembly => Path.Split('/')[1];

    /// <summary>The folder below the assembly's, for example <c>Kernels</c>; empty at its top.</summary>
    public string Folder => Path.Split('/') is { Length: > 3 } parts ? parts[2] : "";

    public string Stem => System.IO.Path.GetFileName(Path).Split('.')[0];

    public string? Namespace => NamespaceLine().Match(Text) is { Success: true } match ? match.Groups[1].Value : null;

    public IEnumerable<string> Imports => UsingLine().Matches(Text).Select(match => match.Groups[1].Value);

    /// <summary>The text without comments and string literals.</summary>
    public string Code => Noise().Replace(Text, " ");

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?([\w.]+)[^;]*;", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$?@?"(?:\\.|""|[^"\\])*"|'(?:\\.|[^'\\])'""", RegexOptions.Singleline)]
    private static partial Regex Noise();
}
