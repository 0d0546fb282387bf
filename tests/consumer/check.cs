// Checks for run.sh:
//   check.cs packages FOLDER        every package has what a package of the family must have
//   check.cs results EXPECTED FILE  two runs of the consumer printed the same, numbers to the golden tolerance
using System.Globalization;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;

return args switch
{
    ["packages", string folder] => Report(Packages(folder)),
    ["results", string expected, string actual] => Report(Results(File.ReadAllLines(expected), File.ReadAllLines(actual))),
    _ => Report(["usage: packages FOLDER | results EXPECTED FILE"]),
};

static int Report(IEnumerable<string> problems)
{
    int count = 0;
    foreach (string problem in problems)
    {
        Console.Error.WriteLine(problem);
        count++;
    }

    return count == 0 ? 0 : 1;
}

static IEnumerable<string> Packages(string folder)
{
    string[] packages = Directory.GetFiles(folder, "*.nupkg");
    if (packages.Length < 2) yield return $"{folder} holds {packages.Length} packages; expected the whole family.";
    foreach (string package in packages)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        string file = Path.GetFileName(package);
        using Stream nuspec = zip.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().First();
        string Text(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";
        string id = Text("id");
        if (Text("license") != "MIT") yield return $"{file}: licence '{Text("license")}', expected MIT.";
        if (Text("icon") != "icon.png" || zip.GetEntry("icon.png") is null) yield return $"{file}: no icon.";
        if (Text("readme") != "README.md" || zip.GetEntry("README.md") is null) yield return $"{file}: no readme.";
        if (Text("description").Length < 20) yield return $"{file}: no description.";
        if (id == "WeightSharing")
        {
            int dependencies = metadata.Descendants().Count(element => element.Name.LocalName == "dependency");
            if (dependencies != packages.Length - 1) yield return $"{file}: depends on {dependencies} packages; expected all {packages.Length - 1} others.";
            continue;
        }

        if (zip.GetEntry($"lib/net10.0/{id}.dll") is null) yield return $"{file}: no assembly.";
        if (zip.GetEntry($"lib/net10.0/{id}.xml") is null) yield return $"{file}: no documentation.";
        if (zip.Entries.Any(entry => entry.FullName.StartsWith("runtimes/", StringComparison.Ordinal))) yield return $"{file}: native files.";
        string symbols = Path.ChangeExtension(package, ".snupkg");
        if (!File.Exists(symbols)) yield return $"{file}: no symbols.";
        else if (!HasEmbeddedSources(symbols)) yield return $"{file}: the symbols have no sources.";
    }
}

static bool HasEmbeddedSources(string symbols)
{
    var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    using ZipArchive zip = ZipFile.OpenRead(symbols);
    using Stream packed = zip.Entries.Single(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal)).Open();
    using var pdb = new MemoryStream();
    packed.CopyTo(pdb);
    pdb.Position = 0;
    using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(pdb);
    MetadataReader reader = provider.GetMetadataReader();
    return reader.Documents.All(document => reader.GetCustomDebugInformation(document)
        .Any(handle => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind) == embeddedSource));
}

static IEnumerable<string> Results(string[] expected, string[] actual)
{
    if (expected.Length != actual.Length) yield return $"{actual.Length} lines, expected {expected.Length}.";
    for (int i = 0; i < Math.Min(expected.Length, actual.Length); i++)
    {
        double tolerance = expected[i].StartsWith("float ", StringComparison.Ordinal) ? 1e-5
            : expected[i].StartsWith("double ", StringComparison.Ordinal) ? 1e-10 : 0;
        if (tolerance == 0 ? actual[i] != expected[i] : !Near(expected[i].Split(' '), actual[i].Split(' '), tolerance))
        {
            yield return $"line {i + 1}: {actual[i]}\n  expected {expected[i]}";
        }
    }
}

// The golden set's measure: max|a − b| ≤ tolerance·(1 + max|b|).
static bool Near(string[] expected, string[] actual, double tolerance)
{
    if (!expected.Take(2).SequenceEqual(actual.Take(2)) || expected.Length != actual.Length) return false;
    double[] a = [.. actual.Skip(2).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
    double[] b = [.. expected.Skip(2).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
    double scale = b.Max(Math.Abs);
    return a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * (1 + scale));
}
