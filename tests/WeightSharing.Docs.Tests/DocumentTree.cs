namespace WeightSharing.Tests.Docs;

/// <summary>The repository's documents: the pages at its top and below docs, and the example programs.</summary>
internal static class DocumentTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the repository, with forward slashes.</summary>
    public static IReadOnlyList<string> Pages { get; } = [.. Directory.EnumerateFiles(Root, "*.md")
        .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
        .Select(Relative).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Examples { get; } = [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "examples"), "*.cs")
        .Select(Relative).Order(StringComparer.Ordinal)];

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WeightSharing.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No WeightSharing.sln above {AppContext.BaseDirectory}: run the tests from a clone of the repository.");
    }
}
