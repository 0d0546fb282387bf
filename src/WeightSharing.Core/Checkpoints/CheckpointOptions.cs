using WeightSharing.Sharing;

namespace WeightSharing.Checkpoints;

/// <summary>How a model is saved.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Element type in the file: F64, F32, F16 or BF16, rounded to nearest; null is the model's own. Counters are always I64.</summary>
    public SafetensorsType? StoredType { get; init; }

    /// <summary>Writes the values of a shared parameter under each of its names, for readers that know no aliases; otherwise once.</summary>
    public bool RepeatAliases { get; init; }

    /// <summary>Texts of the caller's to keep in the file.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>How a model is loaded.</summary>
public sealed record CheckpointLoadOptions
{
    /// <summary>True (the default): names that are missing in the file, or in the model, are an error. False: they are listed in the result.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Names in the file → names in the model; a name that is not a key goes on to <see cref="Rename"/>.</summary>
    public IReadOnlyDictionary<string, string>? Renames { get; init; }

    /// <summary>Name in the file → name in the model; null leaves the entry out. Null instead of a function keeps all names.</summary>
    public Func<string, string?>? Rename { get; init; }

    /// <summary>
    /// How far stored values may be from tied ones, ‖w − Project(w)‖₂ ≤ tolerance·‖w‖₂, and values under two names of one parameter from each other,
    /// max |a − b| ≤ tolerance·max |a|.
    /// </summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>True: a weight that is not tied in the file is projected, however far it is; the result tells how far.</summary>
    public bool AcceptUntied { get; init; }
}

/// <summary>What loading found.</summary>
/// <param name="Missing">Names of the model, the canonical one of each parameter, for which the file has nothing; they kept their values.</param>
/// <param name="Unexpected">Names in the file, as renamed, that the model has not.</param>
/// <param name="Residuals">For every tied name that was loaded ‖w − Project(w)‖₂ of the stored values.</param>
/// <param name="SharingDifferences">What the model shares otherwise than the file says; empty when they agree, or the file says nothing.</param>
public sealed record CheckpointLoadResult(
    IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<(string Name, double Residual)> Residuals,
    IReadOnlyList<SharingDifference> SharingDifferences);
