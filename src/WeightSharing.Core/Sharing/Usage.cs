using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>One place where a parameter is used: by which weight handle, under which scope, at which site, how often.</summary>
/// <typeparam name="T">Element type of the parameter.</typeparam>
public sealed class Usage<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    internal Usage(in UsageKey<T> key) => Key = key;

    /// <summary>The handle through which the parameter is used; it knows the transform and the layer.</summary>
    public Weight<T> Weight => Key.Weight;

    /// <summary>The names of the <see cref="UsageScope"/>s around the use, joined by dots; empty outside any.</summary>
    public string Scope => Key.Path.ToString();

    /// <summary>Where in its layer's computation the parameter is used.</summary>
    public Site Site => Key.Site;

    /// <summary>How many places one use covers: output positions of a convolution, steps of a fused recurrence.</summary>
    public int Positions => Key.Positions;

    /// <summary>How often it was used so.</summary>
    public long Count { get; internal set; }

    /// <summary>What the weight would hold if every position had entries of its own.</summary>
    public long UnsharedCount => (long)Positions * Weight.EntryCount;

    /// <summary>
    /// This use's part of the parameter's gradient, of the parameter's shape, gathered while contributions were tracked since the gradient was
    /// last zeroed; null when there is none.
    /// </summary>
    public Tensor<T>? Gradient { get; internal set; }

    internal UsageKey<T> Key { get; }

    /// <summary>For example <c>decoder.weight (transposed) left t=3 ×676</c>.</summary>
    public override string ToString() => string.Join(' ', new[]
    {
        Weight.Name,
        Weight.Transform.Length > 0 ? $"({Weight.Transform})" : "",
        Scope,
        Site.ToString(),
        Positions == 1 ? "" : $"×{Positions}",
    }.Where(part => part.Length > 0));
}

/// <summary>What tells two usages apart.</summary>
internal readonly record struct UsageKey<T>(Weight<T> Weight, UsagePath Path, Site Site, int Positions)
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;
