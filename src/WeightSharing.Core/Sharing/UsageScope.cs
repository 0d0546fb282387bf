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
    private readonly Site formerSite;

    private UsageScope(SharingAmbient ambient, string? name, Site site)
    {
        this.ambient = ambient;
        (former, formerSite) = (ambient.Path, ambient.Site);
        // A site around another scope becomes a part of the path: usages keep the order in which the scopes were entered.
        if (formerSite.Kind is not null) ambient.Path = ambient.Path.Child(formerSite.ToString());
        if (name is not null) ambient.Path = ambient.Path.Child(name);
        ambient.Site = site;
    }

    /// <summary>Begins a scope on this thread; dispose to leave it.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static UsageScope Enter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new UsageScope(SharingAmbient.Current, name, default);
    }

    /// <summary>
    /// Begins a scope on this thread in which every use that has no site of its own is noted at <paramref name="site"/>: how a container numbers the
    /// applications of a layer that knows nothing of them.
    /// </summary>
    /// <exception cref="ArgumentException">The site has no kind.</exception>
    public static UsageScope Enter(Site site) => site.Kind is null
        ? throw new ArgumentException("UsageScope.Enter: a site without a kind; use Site.Step, Site.Depth or another.", nameof(site))
        : new UsageScope(SharingAmbient.Current, null, site);

    /// <summary>Leaves the scope.</summary>
    public void Dispose()
    {
        if (ambient is not null) (ambient.Path, ambient.Site) = (former, formerSite);
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

    /// <summary>The site of uses that have none of their own; without a kind outside any scope of a site.</summary>
    public Site Site;

    /// <summary>True while uses are not noted at all.</summary>
    public bool Off;

    /// <summary>True while each use's share of the gradient is kept.</summary>
    public bool Tracking;

    public static SharingAmbient Current => current ??= new SharingAmbient();

    /// <summary>What tells a use made here and now from others.</summary>
    public UsageKey<T> Key<T>(Weight<T> weight, Site site, int positions)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (Site.Kind is null) return new UsageKey<T>(weight, Path, site, positions);
        return site.Kind is null ? new UsageKey<T>(weight, Path, Site, positions) : new UsageKey<T>(weight, Path.Child(Site.ToString()), site, positions);
    }
}
