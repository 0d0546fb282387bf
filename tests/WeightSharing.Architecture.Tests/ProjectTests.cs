namespace WeightSharing.Tests.Architecture;

/// <summary>Which assembly may reference which: every layer assembly stands on the core, and on its unshared baseline where it converts from or compares with it.</summary>
public sealed class ProjectTests
{
    private const string Core = "WeightSharing.Core";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Core] = [],
        ["WeightSharing.Dense"] = [Core],
        ["WeightSharing.LocallyConnected"] = [Core],
        ["WeightSharing.Conv2d"] = [Core, "WeightSharing.LocallyConnected"],
        ["WeightSharing.Rnn"] = [Core, "WeightSharing.Dense"],
        ["WeightSharing.Siamese"] = [Core],
        ["WeightSharing.Gnn"] = [Core],
        ["WeightSharing.Symmetry"] = [Core, "WeightSharing.Conv2d"],
        ["WeightSharing.Depth"] = [Core, "WeightSharing.Conv2d", "WeightSharing.Dense"],
        ["WeightSharing.Markov"] = [Core],
        ["WeightSharing.Training"] = [Core],
        ["WeightSharing.Analysis"] =
        [
            Core, "WeightSharing.Conv2d", "WeightSharing.Dense", "WeightSharing.Depth", "WeightSharing.Gnn", "WeightSharing.LocallyConnected", "WeightSharing.Markov",
            "WeightSharing.Rnn", "WeightSharing.Siamese", "WeightSharing.Symmetry",
        ],
    };

    [Fact]
    public void Every_library_references_only_what_the_design_allows()
    {
        foreach (string project in SourceTree.Projects("src"))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            if (name == "WeightSharing") continue;
            Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{name} has no rule here; say what it may reference.");
            Assert.Empty(SourceTree.References(project).Except(allowed!));
        }
    }

    [Fact]
    public void The_meta_package_references_every_library_and_has_no_code()
    {
        string meta = Path.Combine(SourceTree.Root, "src", "WeightSharing", "WeightSharing.csproj");
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), SourceTree.References(meta));
        Assert.Empty(SourceTree.Files("src/WeightSharing"));
    }

    [Fact]
    public void Every_library_has_a_test_project_and_both_are_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(SourceTree.Root, "WeightSharing.sln"));
        foreach (string name in Allowed.Keys)
        {
            Assert.True(File.Exists(Path.Combine(SourceTree.Root, "tests", $"{name}.Tests", $"{name}.Tests.csproj")), $"{name} has no test project.");
            Assert.Contains($"\"{name}\"", solution, StringComparison.Ordinal);
            Assert.Contains($"\"{name}.Tests\"", solution, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_project_pins_a_version_of_its_own()
    {
        foreach (string project in SourceTree.Projects("src").Concat(SourceTree.Projects("tests")).Concat(SourceTree.Projects("benchmarks")))
        {
            // The consumers stand for users: they build from the packed files alone, outside central package management.
            if (project.Contains($"{Path.DirectorySeparatorChar}consumer{Path.DirectorySeparatorChar}", StringComparison.Ordinal)) continue;
            Assert.DoesNotMatch("PackageReference[^>]*Version=", File.ReadAllText(project));
        }
    }
}
