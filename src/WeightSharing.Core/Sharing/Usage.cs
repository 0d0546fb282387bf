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
    /// last zeroed; null when there is none. As with the gradient itself, its buffer serves again after that: copy it to keep it.
    /// </summary>
    public Tensor<T>? Gradient { get; internal set; }

    /// <summary>The buffer of the last gradient, for the next one.</summary>
    internal Tensor<T>? Spare { get; set; }

    /// <summary>At the first of uses over steps, the buffer of all their gradients, one after the other.</summary>
    internal StepGradients<T>? Steps { get; set; }

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

/// <summary>Gradients of uses over steps, [steps, ..], and each step's as a view of it.</summary>
internal sealed class StepGradients<T>
    where T : unmanaged
{
    public StepGradients(in Shape shape)
    {
        Block = Tensor<T>.Persistent(shape, "usage gradients");
        Rows = new Tensor<T>[shape[0]];
        Shape row = shape.Slice(1, shape.Rank);
        Span<int> strides = stackalloc int[Shape.MaximumRank];
        row.DenseStrides(strides);
        for (int t = 0; t < Rows.Length; t++) Rows[t] = Block.View(row, t * row.Count, strides[..row.Rank]);
    }

    public Tensor<T> Block { get; }

    public Tensor<T>[] Rows { get; }
}

/// <summary>What tells two usages apart.</summary>
internal readonly record struct UsageKey<T>(Weight<T> Weight, UsagePath Path, Site Site, int Positions)
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;
