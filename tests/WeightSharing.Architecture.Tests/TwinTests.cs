namespace WeightSharing.Tests.Architecture;

/// <summary>One stem everywhere: what is in src has its tests under the same folder and stem.</summary>
public sealed class TwinTests
{
    [Fact]
    public void Every_operation_and_every_layer_has_a_test_file_of_its_stem()
    {
        string[] missing = [.. SourceTree.Files("src")
            .Where(file => file.Folder is "Operations" or "Layers" or "")
            .Where(file => !File.Exists(TestOf(file)))
            .Select(file => file.Path)];
        Assert.True(missing.Length == 0, $"Without a test file of the same stem: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_test_file_of_an_operation_or_layer_has_its_source()
    {
        foreach (SourceFile test in SourceTree.Files("tests").Where(file => file.Folder is "Operations" or "Layers"))
        {
            // The golden operations are runners, not tests of one source file each.
            if (!Directory.Exists(Path.Combine(SourceTree.Root, "src", test.Assembly[..^".Tests".Length]))) continue;
            string stem = test.Stem.EndsWith("Tests", StringComparison.Ordinal) ? test.Stem[..^"Tests".Length] : test.Stem;
            string source = Path.Combine(SourceTree.Root, "src", test.Assembly[..^".Tests".Length], test.Folder, stem + ".cs");
            Assert.True(File.Exists(source), $"{test.Path} tests nothing: there is no {stem}.cs in src.");
        }
    }

    private static string TestOf(SourceFile file) =>
        Path.Combine(SourceTree.Root, "tests", $"{file.Assembly}.Tests", file.Folder, $"{file.Stem}Tests.cs");
}
