using System.Collections.Immutable;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// Who shares with whom, without the values: for every parameter its names, and for every name the way from the free values to the full weight.
/// Comparable over time, over copies, and with what a file says.
/// </summary>
public sealed class SharingGraph : IEquatable<SharingGraph>
{
    private readonly Dictionary<string, (SharedParameter Parameter, SharedName Name)> byName = new(StringComparer.Ordinal);

    internal SharingGraph(IEnumerable<SharedParameter> parameters)
    {
        Parameters = [.. parameters];
        foreach (SharedParameter parameter in Parameters)
        {
            foreach (SharedName name in parameter.Names) byName.Add(name.Name, (parameter, name));
        }
    }

    /// <summary>The parameters in the order of their first names.</summary>
    public ImmutableArray<SharedParameter> Parameters { get; }

    /// <summary>The number of names.</summary>
    public int NameCount => byName.Count;

    /// <summary>The sharing of a model as it is now.</summary>
    public static SharingGraph Of<T>(IParameterized<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ParameterSet<T> set = model.Parameters;
        ILookup<Parameter<T>, SharedName> names = set.Named.ToLookup(
            pair => pair.Weight.Parameter, pair => new SharedName(pair.Name, pair.Weight.Shape, Describe(pair.Weight)));
        return new SharingGraph(set.Select(parameter => new SharedParameter(parameter.Shape, [.. names[parameter]])));
    }

    /// <summary>The parameter of this name and how the name sees it; false when there is none.</summary>
    public bool TryGet(string name, out SharedParameter parameter, out SharedName seen)
    {
        bool found = byName.TryGetValue(name, out (SharedParameter Parameter, SharedName Name) entry);
        (parameter, seen) = found ? entry : default;
        return found;
    }

    /// <summary>What is otherwise than in <paramref name="expected"/>; empty when the sharing is the same.</summary>
    public IReadOnlyList<SharingDifference> DifferencesFrom(SharingGraph expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var differences = new List<SharingDifference>();
        string[] common = [.. expected.byName.Keys.Where(byName.ContainsKey)];
        foreach (string name in expected.byName.Keys.Except(common)) differences.Add(new(SharingDifferenceKind.NameGone, [name], ""));
        foreach (string name in byName.Keys.Except(common)) differences.Add(new(SharingDifferenceKind.NameNew, [name], ""));
        foreach (string name in common)
        {
            SharedName now = byName[name].Name, then = expected.byName[name].Name;
            if (now.Shape != then.Shape || !now.Steps.SequenceEqual(then.Steps))
            {
                differences.Add(new(SharingDifferenceKind.OtherTying, [name], $"{then.Description}, now {now.Description}"));
            }
        }

        Separated(expected, this, common, SharingDifferenceKind.TieBroken, differences);
        Separated(this, expected, common, SharingDifferenceKind.TieNew, differences);
        return differences;
    }

    /// <inheritdoc/>
    public bool Equals(SharingGraph? other) => other is not null && DifferencesFrom(other).Count == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SharingGraph);

    /// <inheritdoc/>
    public override int GetHashCode() => NameCount;

    /// <summary>One line a parameter that is shared or tied.</summary>
    public override string ToString() => string.Join('\n', Parameters
        .Where(parameter => parameter.Names.Length > 1 || parameter.Names[0].Steps.Length > 0)
        .Select(parameter => string.Join(" = ", parameter.Names.Select(name => $"{name.Name} {name.Description}"))));

    /// <summary>Names that are one parameter in the one graph and several in the other.</summary>
    private static void Separated(
        SharingGraph together, SharingGraph apart, string[] common, SharingDifferenceKind kind, List<SharingDifference> differences)
    {
        var known = new HashSet<string>(common, StringComparer.Ordinal);
        foreach (SharedParameter parameter in together.Parameters)
        {
            IGrouping<string, string>[] parts = [.. parameter.Names.Select(name => name.Name).Where(known.Contains)
                .GroupBy(name => apart.byName[name].Parameter.Name, StringComparer.Ordinal)];
            if (parts.Length > 1) differences.Add(new(kind, [.. parts.Select(part => part.First())], $"{parts.Length} parameters"));
        }
    }

    private static ImmutableArray<SharingStep> Describe<T>(Weight<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ImmutableArray<SharingStep>.Builder steps = ImmutableArray.CreateBuilder<SharingStep>();
        foreach (WeightTransform transform in weight.Transforms) steps.Add(transform.Describe());
        return steps.ToImmutable();
    }
}

/// <summary>A parameter and all its names.</summary>
/// <param name="FreeShape">Shape of the free values.</param>
/// <param name="Names">At least one; the canonical one first.</param>
public readonly record struct SharedParameter(Shape FreeShape, ImmutableArray<SharedName> Names)
{
    /// <summary>The canonical name.</summary>
    public string Name => Names[0].Name;
}

/// <summary>A name and how it sees its parameter.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Shape">Shape of the full weight.</param>
/// <param name="Steps">From the free values to the full weight; none when they are the same.</param>
public readonly record struct SharedName(string Name, Shape Shape, ImmutableArray<SharingStep> Steps)
{
    /// <summary>For example <c>[16, 8, 9] (palindrome)</c>.</summary>
    public string Description => Steps.Length == 0 ? Shape.ToString() : $"{Shape} ({string.Join(", ", Steps.Select(step => step.Kind))})";
}

/// <summary>One step from free values to a full weight.</summary>
/// <param name="Kind">The tying's name, or <c>transposed</c>.</param>
/// <param name="FullShape">The trailing dimensions that the tying expands to.</param>
/// <param name="FreeCount">The free values behind them.</param>
/// <param name="Fingerprint">The tying's <see cref="Tying.Fingerprint"/>.</param>
public readonly record struct SharingStep(string Kind, Shape FullShape, int FreeCount, ulong Fingerprint)
{
    /// <summary>The last two dimensions exchanged, whatever they are.</summary>
    public static SharingStep Transposed { get; } = new("transposed", default, 0, 0);
}

/// <summary>In what two graphs differ.</summary>
public enum SharingDifferenceKind
{
    /// <summary>A name that is no longer there.</summary>
    NameGone,

    /// <summary>A name that was not there.</summary>
    NameNew,

    /// <summary>A name whose weight has another shape or another tying.</summary>
    OtherTying,

    /// <summary>Names that were one parameter and are several.</summary>
    TieBroken,

    /// <summary>Names that were several parameters and are one.</summary>
    TieNew,
}

/// <summary>One difference of two graphs.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Names">The names concerned, one of each parameter.</param>
/// <param name="Detail">What was and what is; may be empty.</param>
public sealed record SharingDifference(SharingDifferenceKind Kind, ImmutableArray<string> Names, string Detail)
{
    /// <summary>For example <c>TieBroken: 0.weight, 2.weight (2 parameters)</c>.</summary>
    public override string ToString() => $"{Kind}: {string.Join(", ", Names)}{(Detail.Length > 0 ? $" ({Detail})" : "")}";
}
