namespace WeightSharing.Tests.Architecture;

/// <summary>Imports show the architecture: Checkpoints → Layers → Sharing → {Operations, Autograd, Tensors} → Kernels → nothing.</summary>
public sealed class ImportTests
{
    private static readonly string[] Ring = ["WeightSharing.Tensors", "WeightSharing.Autograd"];

    private static readonly Dictionary<string, (string Namespace, string[] Imports)> CoreFolders = new()
    {
        ["Kernels"] = ("WeightSharing.Kernels", []),
        ["Tensors"] = ("WeightSharing.Tensors", [.. Ring, "WeightSharing.Kernels"]),
        ["Autograd"] = ("WeightSharing.Autograd", [.. Ring, "WeightSharing.Kernels"]),
        ["Operations"] = ("WeightSharing.Tensors", [.. Ring, "WeightSharing.Kernels"]),
        ["Sharing"] = ("WeightSharing.Sharing", [.. Ring, "WeightSharing.Kernels"]),
        ["Layers"] = ("WeightSharing.Layers", [.. Ring, "WeightSharing.Sharing"]),
        ["Checkpoints"] = ("WeightSharing.Checkpoints", [.. Ring, "WeightSharing.Sharing", "WeightSharing.Layers"]),
    };

    private static readonly Dictionary<string, string> AssemblyNamespaces = new()
    {
        ["WeightSharing.Dense"] = "WeightSharing.Layers",
        ["WeightSharing.LocallyConnected"] = "WeightSharing.Layers",
        ["WeightSharing.Conv2d"] = "WeightSharing.Layers",
        ["WeightSharing.Rnn"] = "WeightSharing.Layers",
        ["WeightSharing.Siamese"] = "WeightSharing.Layers",
        ["WeightSharing.Gnn"] = "WeightSharing.Layers",
        ["WeightSharing.Symmetry"] = "WeightSharing.Symmetry",
        ["WeightSharing.Depth"] = "WeightSharing.Layers",
        ["WeightSharing.Markov"] = "WeightSharing.Markov",
        ["WeightSharing.Training"] = "WeightSharing.Training",
        ["WeightSharing.Analysis"] = "WeightSharing.Analysis",
    };

    [Fact]
    public void Core_folders_have_their_namespace_and_import_only_what_lies_below()
    {
        foreach (SourceFile file in SourceTree.Files("src/WeightSharing.Core"))
        {
            Assert.True(CoreFolders.TryGetValue(file.Folder, out (string Namespace, string[] Imports) rule), $"{file.Path}: the folder {file.Folder} has no rule here.");
            Assert.True(IsWithin(file.Namespace, rule.Namespace), $"{file.Path}: namespace {file.Namespace}, expected {rule.Namespace}.");
            foreach (string import in OurImports(file))
            {
                Assert.True(IsWithin(import, rule.Namespace) || rule.Imports.Any(allowed => IsWithin(import, allowed)),
                    $"{file.Path} imports {import}, which lies above {rule.Namespace}.");
            }
        }
    }

    [Fact]
    public void Other_assemblies_have_their_namespace_and_leave_the_kernels_alone()
    {
        foreach (SourceFile file in SourceTree.Files("src").Where(file => file.Assembly != "WeightSharing.Core"))
        {
            string expected = AssemblyNamespaces[file.Assembly] + (file.Folder == "Kernels" ? ".Kernels" : "");
            Assert.Equal((file.Path, expected), (file.Path, file.Namespace));
            // Kernels of an assembly's own stand on nothing, as the core's do.
            if (file.Folder == "Kernels") Assert.Empty(OurImports(file));
            Assert.DoesNotContain(OurImports(file), import => IsWithin(import, "WeightSharing.Kernels"));
        }
    }

    [Fact]
    public void Unsafe_code_and_intrinsics_live_in_kernel_folders_only()
    {
        foreach (SourceFile file in SourceTree.Files("src").Where(file => file.Folder != "Kernels"))
        {
            Assert.False(System.Text.RegularExpressions.Regex.IsMatch(file.Code, @"\bunsafe\b"), $"{file.Path} has unsafe code outside a Kernels folder.");
            Assert.False(file.Code.Contains("System.Runtime.Intrinsics", StringComparison.Ordinal), $"{file.Path} uses intrinsics outside a Kernels folder.");
        }
    }

    [Fact]
    public void Kernels_know_no_tensors()
    {
        foreach (SourceFile file in SourceTree.Files("src").Where(file => file.Folder == "Kernels"))
        {
            Assert.DoesNotMatch(@"\bTensor<", file.Code);
            Assert.DoesNotContain("WeightSharing.Tensors", file.Code, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_global_usings_and_no_switched_off_warnings()
    {
        foreach (SourceFile file in SourceTree.Files("src").Concat(SourceTree.Files("tests")).Concat(SourceTree.Files("benchmarks")))
        {
            Assert.DoesNotMatch(@"(?m)^global using", file.Code);
            Assert.DoesNotMatch(@"#pragma warning disable", file.Code);
            Assert.DoesNotMatch(@"NotImplementedException", file.Code);
        }
    }

    [Fact]
    public void Source_files_stay_readable()
    {
        foreach (SourceFile file in SourceTree.Files("src"))
        {
            Assert.True(file.Text.Count(c => c == '\n') <= 600, $"{file.Path} has more than 600 lines.");
        }
    }

    private static IEnumerable<string> OurImports(SourceFile file) => file.Imports.Where(import => IsWithin(import, "WeightSharing"));

    private static bool IsWithin(string? name, string root) =>
        name is not null && (name == root || name.StartsWith(root + ".", StringComparison.Ordinal));
}
