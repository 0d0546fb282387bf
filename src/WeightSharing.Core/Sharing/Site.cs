namespace WeightSharing.Sharing;

/// <summary>Where in a computation a parameter is used: a kind and a number, such as time step 12 or hop 2. Text is made only when read.</summary>
/// <param name="Kind">What is counted: "t", "hop", "depth", "head", "g" for elements of a group; null for a use without a number.</param>
/// <param name="Index">Which one.</param>
public readonly record struct Site(string? Kind, int Index)
{
    /// <summary>Time step <paramref name="t"/>.</summary>
    public static Site Step(int t) => new("t", t);

    /// <summary>Hop <paramref name="k"/> of a graph.</summary>
    public static Site Hop(int k) => new("hop", k);

    /// <summary>Application <paramref name="k"/> of a repeated layer.</summary>
    public static Site Depth(int k) => new("depth", k);

    /// <summary>Head <paramref name="k"/> of an attention.</summary>
    public static Site Head(int k) => new("head", k);

    /// <summary>Element <paramref name="g"/> of a group.</summary>
    public static Site Element(int g) => new("g", g);

    /// <summary>For example <c>t=12</c>; empty for a use without a number.</summary>
    public override string ToString() => Kind is null ? "" : $"{Kind}={Index}";
}
