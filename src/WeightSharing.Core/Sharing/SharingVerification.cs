using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>Measured facts about the sharing of a model.</summary>
/// <param name="ParameterCount">Parameters, each counted once.</param>
/// <param name="BufferCount">Different buffers behind them; equal to the number of parameters with values when sharing is whole.</param>
/// <param name="NameCount">Names; all different.</param>
/// <param name="AliasCount">Names beyond the first of each parameter.</param>
/// <param name="TiedNameCount">Names that see their parameter through a tying.</param>
/// <param name="WithoutValues">Canonical names of parameters that have no values yet.</param>
/// <param name="LargestResidual">The largest ‖w − Project(w)‖₂ over the tied names; 0 when every tie holds.</param>
/// <param name="LargestResidualName">The name where it occurs; empty when nothing is tied.</param>
/// <param name="ForeignUses">Uses of the model's parameters through handles that are not registered in it: by another model, or not at all.</param>
/// <param name="Differences">What is otherwise than expected; empty when nothing was expected.</param>
public sealed record SharingVerification(
    int ParameterCount, int BufferCount, int NameCount, int AliasCount, int TiedNameCount, IReadOnlyList<string> WithoutValues,
    double LargestResidual, string LargestResidualName, IReadOnlyList<string> ForeignUses, IReadOnlyList<SharingDifference> Differences)
{
    /// <summary>True when every parameter has a buffer of its own, every tie holds exactly, and nothing differs from what was expected.</summary>
    public bool Holds => BufferCount == ParameterCount - WithoutValues.Count && LargestResidual == 0 && Differences.Count == 0;

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expected">The sharing as it should be, or null.</param>
    /// <exception cref="ArgumentException">Two parameters of the model share a name.</exception>
    public static SharingVerification Of<T>(IParameterized<T> model, SharingGraph? expected = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ParameterSet<T> set = model.Parameters;
        var buffers = new HashSet<Storage>(ReferenceEqualityComparer.Instance);
        var withoutValues = new List<string>();
        foreach (Parameter<T> parameter in set)
        {
            if (parameter.IsInitialized) buffers.Add(parameter.Value.Storage);
            else withoutValues.Add(set.NamesOf(parameter)[0]);
        }

        (string Name, Weight<T> Weight)[] tied = [.. set.Named.Where(pair => pair.Weight.Transforms.Length > 0)];
        (double Residual, string Name) worst = (0, "");
        foreach ((string name, Weight<T> weight) in tied.Where(pair => pair.Weight.Parameter.IsInitialized))
        {
            double residual = weight.Residual();
            if (worst.Name.Length == 0 || residual > worst.Residual || double.IsNaN(residual)) worst = (residual, name);
        }

        // A layer may use its weight through a further tying: the handle is another, the owner the same.
        var owners = new HashSet<IWeightOwner?>(set.Named.Select(pair => pair.Weight.Owner), ReferenceEqualityComparer.Instance);
        string[] foreign = [.. set.SelectMany(parameter => parameter.Ledger.Usages)
            .Where(usage => usage.Weight.Owner is null || !owners.Contains(usage.Weight.Owner)).Select(usage => usage.ToString())];
        return new SharingVerification(
            set.Count, buffers.Count, set.Named.Count, set.Named.Count - set.Count, tied.Length, withoutValues, worst.Residual, worst.Name, foreign,
            expected is null ? [] : SharingGraph.Of(model).DifferencesFrom(expected));
    }

    /// <summary>The facts in a few lines.</summary>
    public override string ToString()
    {
        var lines = new List<string>
        {
            $"{ParameterCount} parameters in {BufferCount} buffers under {NameCount} names ({AliasCount} aliases, {TiedNameCount} tied)",
            TiedNameCount == 0 ? "nothing is tied" : $"largest residual of a tying {LargestResidual:G3} ({LargestResidualName})",
        };
        if (WithoutValues.Count > 0) lines.Add($"without values: {string.Join(", ", WithoutValues)}");
        if (ForeignUses.Count > 0) lines.Add($"used from outside: {string.Join("; ", ForeignUses)}");
        lines.AddRange(Differences.Select(difference => difference.ToString()));
        return string.Join('\n', lines);
    }
}
