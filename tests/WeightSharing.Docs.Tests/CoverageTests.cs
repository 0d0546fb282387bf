using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Docs;

/// <summary>Every layer and every operation has its place in docs.</summary>
public sealed class CoverageTests
{
    private static readonly Assembly[] Libraries = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "WeightSharing.*.dll")
        .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal)).Select(Assembly.LoadFrom)];

    [Fact]
    public void Every_layer_has_a_heading_on_a_page_of_docs_layers()
    {
        string headings = string.Join('\n', Pages("docs/layers/").Split('\n').Where(line => line.StartsWith('#')));
        string[] layers = [.. Libraries.SelectMany(library => library.GetExportedTypes())
            .Where(type => !type.IsAbstract && IsModule(type)).Select(type => type.Name.Split('`')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(layers.Length > 10, "The layers were not found.");
        string[] missing = [.. layers.Where(layer => !Regex.IsMatch(headings, $@"\b{layer}\b"))];
        Assert.True(missing.Length == 0, $"Without a heading in docs/layers: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_operation_is_named_on_a_page_of_docs_operations()
    {
        string pages = Pages("docs/operations/");
        // Members of extension blocks are public static methods of the class around them.
        IEnumerable<string> operations = typeof(Loss).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Operation", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed)
            .Append(typeof(Loss)).Append(typeof(Tensor))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Where(method => !method.Name.StartsWith("op_", StringComparison.Ordinal))
            .Select(method => method.Name).Distinct().Order(StringComparer.Ordinal);
        string[] missing = [.. operations.Where(operation => !Regex.IsMatch(pages, $@"`[^`\n]*\b{operation}\b[^`\n]*`"))];
        Assert.True(missing.Length == 0, $"Not named in docs/operations: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        foreach (string page in DocumentTree.Pages)
        {
            foreach (Match link in Regex.Matches(DocumentTree.Text(page), @"\]\(([^)#:\s]+)(?:#[^)]*)?\)"))
            {
                string target = Path.Combine(DocumentTree.Root, Path.GetDirectoryName(page)!, link.Groups[1].Value);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{page} links to {link.Groups[1].Value}, which does not exist.");
            }
        }
    }

    private static string Pages(string folder) => string.Join(
        '\n', DocumentTree.Pages.Where(page => page.StartsWith(folder, StringComparison.Ordinal)).Select(DocumentTree.Text));

    private static bool IsModule(Type type)
    {
        for (Type? above = type; above is not null; above = above.BaseType)
        {
            if (above.IsGenericType && above.GetGenericTypeDefinition() == typeof(Module<>)) return true;
        }

        return false;
    }
}
