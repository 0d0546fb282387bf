using System.Collections.Concurrent;

namespace WeightSharing.Sharing;

/// <summary>Names the uses of parameters that happen inside it, on this thread; scopes nest.</summary>
/// <example><code>
/// using (UsageScope.Enter("left")) a = encoder.Forward(x1);
/// using (UsageScope.Enter("right")) b = encoder.Forward(x2);
/// </code></example>
public readonly struct UsageScope : IDisposable
{
    private readonly SharingAmbient ambient;
    private readonly UsagePath former;

    private UsageScope(SharingAmbient ambient, string name)
    {
        this.ambient = ambient;
        former = ambient.Path;
        ambient.Path = former.Child(name);
    }

    /// <summary>Begins a scope on this thread; dispose to leave it.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static UsageScope Enter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new UsageScope(SharingAmbient.Current, name);
    }

    /// <summary>Leaves the scope.</summary>
    public void Dispose()
    {
        if (ambient is not null) ambient.Path = former;
    }
}

/// <summary>The names of the scopes around a use. Equal paths are one object, so that a ledger compares references.</summary>
internal sealed class UsagePath(UsagePath? parent, string name)
{
    private readonly ConcurrentDictionary<string, UsagePath> children = new(concurrencyLevel: 1, capacity: 3);

    /// <summary>The path of code in no scope.</summary>
    public static UsagePath Root { get; } = new(null, "");

    public UsagePath Child(string childName) => children.GetOrAdd(childName, static (name, above) => new UsagePath(above, name), this);

    public override string ToString() => parent is null ? name : parent.ToString() is { Length: > 0 } above ? $"{above}.{name}" : name;
}

/// <summary>What holds for the uses of parameters on one thread.</summary>
internal sealed class SharingAmbient
{
    [ThreadStatic]
    private static SharingAmbient? current;

    /// <summary>The scopes around the running code.</summary>
    public UsagePath Path = UsagePath.Root;

    /// <summary>True while uses are not noted at all.</summary>
    public bool Off;

    /// <summary>True while each use's share of the gradient is kept.</summary>
    public bool Tracking;

    public static SharingAmbient Current => current ??= new SharingAmbient();
}
