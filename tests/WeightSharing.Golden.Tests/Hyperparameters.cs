using System.Globalization;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>
/// The hyperparameters of a case, parsed from text. Every one that a case states must be read: one that nobody reads was not honoured.
/// </summary>
internal sealed class Hyperparameters
{
    private const string Prefix = "hp.";
    private readonly Dictionary<string, string> texts;
    private readonly HashSet<string> read = [];

    public Hyperparameters(IReadOnlyDictionary<string, string> metadata) => texts = metadata
        .Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[Prefix.Length..], pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The names that no operation asked for.</summary>
    public IEnumerable<string> Unread => texts.Keys.Where(name => !read.Contains(name));

    /// <summary>As it stands, or null; Python's None is as if it were not there.</summary>
    public string? Text(string name)
    {
        read.Add(name);
        return texts.GetValueOrDefault(name) is { } text and not "None" ? text : null;
    }

    public string Text(string name, string missing) => Text(name) ?? missing;

    public int Integer(string name, int missing) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : missing;

    public int Integer(string name) => int.Parse(Required(name), CultureInfo.InvariantCulture);

    public double Real(string name, double missing) => Text(name) is { } text ? Number(text) : missing;

    public double Real(string name) => Number(Required(name));

    public bool Flag(string name, bool missing = false) => Text(name) switch
    {
        null => missing,
        "true" => true,
        "false" => false,
        var text => throw new FormatException($"hp.{name} is \"{text}\"; expected true or false."),
    };

    /// <summary>Comma-separated integers, or null; an empty text is an empty list.</summary>
    public int[]? List(string name) => Text(name)?
        .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();

    /// <summary>One number for both dimensions, or height and width.</summary>
    public Size2? Size(string name) => List(name) switch
    {
        null => null,
        [int both] => both,
        [int height, int width] => (height, width),
        var other => throw new FormatException($"hp.{name} has {other.Length} numbers; expected one, or height and width."),
    };

    /// <summary>Comma-separated real numbers, or null.</summary>
    public double[]? Reals(string name) => Text(name)?
        .Split(',').Select(Number).ToArray();

    // Python writes inf where the framework expects the word.
    private static double Number(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    public string Required(string name) => Text(name) ?? throw new FormatException($"hp.{name} is missing.");
}
