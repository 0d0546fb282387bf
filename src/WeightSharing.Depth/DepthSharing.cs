namespace WeightSharing.Layers;

/// <summary>Which steps of a <see cref="LayerStack{T}"/> use which layer.</summary>
/// <remarks>Lan et al., "ALBERT", 2020; Takase and Kiyono, "Lessons on parameter sharing across layers in transformers", 2021.</remarks>
public sealed class DepthSharing
{
    private readonly Func<int, int, int> layerOf;

    private DepthSharing(string name, Func<int, int, int> layerOf) => (Name, this.layerOf) = (name, layerOf);

    /// <summary>The pattern's name.</summary>
    public string Name { get; }

    /// <summary>One layer for all steps: 0 0 0 0 0 0.</summary>
    public static DepthSharing All { get; } = new("all", (_, _) => 0);

    /// <summary>A layer for each step, the unshared baseline: 0 1 2 3 4 5.</summary>
    public static DepthSharing None { get; } = new("none", (step, _) => step);

    /// <summary>So many groups of steps in a row, each with its layer, as even as can be; 2 of 6 steps: 0 0 0 1 1 1. The groups of ALBERT.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one group.</exception>
    public static DepthSharing Groups(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new DepthSharing($"{count} groups", (step, depth) => (int)((long)step * Math.Min(count, depth) / depth));
    }

    /// <summary>So many layers in turn, again and again; 2 of 6 steps: 0 1 0 1 0 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one layer.</exception>
    public static DepthSharing Cyclic(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new DepthSharing($"cycle of {count}", (step, _) => step % count);
    }

    /// <summary>Every k-th step, from the first on, uses one layer; those between have their own; 2 of 6 steps: 0 1 0 2 0 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public static DepthSharing Every(int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        return new DepthSharing($"every {k}", (step, _) => step % k == 0 ? 0 : step - step / k);
    }

    /// <summary>The layer of each step, written out, numbered from 0.</summary>
    /// <exception cref="ArgumentException">A negative number, or a number left out.</exception>
    public static DepthSharing Of(params int[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Numbering(layers, layers.Length);
        int[] own = [.. layers];
        return new DepthSharing("given", (step, depth) => depth == own.Length
            ? own[step]
            : throw new ArgumentException($"DepthSharing: the pattern has {own.Length} steps, the stack {depth}; they must be equal."));
    }

    /// <summary>The layer of each of so many steps.</summary>
    public IReadOnlyList<int> LayersOf(int depth)
    {
        int[] layers = [.. Enumerable.Range(0, depth).Select(step => layerOf(step, depth))];
        Numbering(layers, depth);
        return layers;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static void Numbering(int[] layers, int depth)
    {
        int count = layers.Length == 0 ? 0 : layers.Max() + 1;
        int missing = Enumerable.Range(0, count).FirstOrDefault(layer => !layers.Contains(layer), -1);
        if (layers.Any(layer => layer < 0) || missing >= 0)
        {
            throw new ArgumentException($"DepthSharing: layers {string.Join(", ", layers)} for {depth} steps; number them from 0 without gaps{(missing >= 0 ? $" ({missing} is missing)" : "")}.");
        }
    }
}
