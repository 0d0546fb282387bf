using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// A part of a model: named weights, named buffers and named children, all registered explicitly. A child or a parameter may be registered in several
/// places; it stays one, with several names.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class Module<T> : IParameterized<T>, IModule, IWeightOwner
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(string Name, Weight<T> Weight)> weights = [];
    private readonly List<(string Name, Tensor<T> Buffer)> buffers = [];
    private readonly List<(string Name, Tensor<long> Counter)> counters = [];
    private readonly List<(string Name, Module<T> Module)> children = [];
    private Module<T>? parent;
    private string name = "";

    /// <summary>True while training: dropout drops, batch statistics are used. The initial mode.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Names from the root down, joined by dots; empty at the root. A module with several parents has the path of the first.</summary>
    public string Path => parent is null ? "" : parent.Path is { Length: > 0 } above ? $"{above}.{name}" : name;

    /// <summary>Each parameter of this module and its children once, with all its names.</summary>
    /// <exception cref="ArgumentException">Two parameters share a name.</exception>
    public ParameterSet<T> Parameters => new(NamedModules().SelectMany(
        pair => pair.Module.weights.Select(weight => (Join(pair.Name, weight.Name), weight.Weight))));

    /// <summary>The children in the order of registration.</summary>
    public IReadOnlyList<(string Name, Module<T> Module)> Children => children;

    /// <summary>Tensors that are saved with the model but not learned, such as running statistics, with their full names.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> Buffers => NamedModules().SelectMany(
        pair => pair.Module.buffers.Select(buffer => (Join(pair.Name, buffer.Name), buffer.Buffer)));

    /// <summary>Whole numbers that are saved with the model, such as the number of batches seen, with their full names.</summary>
    public IEnumerable<(string Name, Tensor<long> Counter)> Counters => NamedModules().SelectMany(
        pair => pair.Module.counters.Select(counter => (Join(pair.Name, counter.Name), counter.Counter)));

    internal List<(string Name, Weight<T> Weight)> OwnWeights => weights;

    internal List<(string Name, Tensor<T> Buffer)> OwnBuffers => buffers;

    internal List<(string Name, Tensor<long> Counter)> OwnCounters => counters;

    /// <summary>This module (under the empty name) and all below it, parents first, under every path by which they are reachable.</summary>
    public IEnumerable<(string Name, Module<T> Module)> NamedModules()
    {
        yield return ("", this);
        foreach ((string childName, Module<T> child) in children)
        {
            foreach ((string below, Module<T> module) in child.NamedModules()) yield return (Join(childName, below), module);
        }
    }

    /// <summary>
    /// Gives every parameter its first values and every random layer its key: what is drawn depends on the seed and the canonical name alone, not on
    /// the order.
    /// </summary>
    public void Initialize(long seed)
    {
        RandomKey key = RandomKey.Of(seed);
        ParameterSet<T> set = Parameters;
        foreach (Parameter<T> parameter in set) parameter.Initialize(key.Fork(set.NamesOf(parameter)[0]));
        // A shared module is met under several names; the first, canonical one decides.
        var seen = new HashSet<Module<T>>();
        foreach ((string path, Module<T> module) in NamedModules())
        {
            if (seen.Add(module)) module.OnInitialize(key.Fork(path));
        }
    }

    /// <summary>Training mode, for this module and all below.</summary>
    public void Train() => SetMode(training: true);

    /// <summary>Evaluation mode, for this module and all below.</summary>
    public void Evaluate() => SetMode(training: false);

    /// <summary>Stops (or restarts) the training of every parameter below this module.</summary>
    public void Freeze(bool frozen = true)
    {
        foreach (Parameter<T> parameter in Parameters) parameter.IsFrozen = frozen;
    }

    /// <summary>
    /// The same model with elements of another type (or of the same): a copy that shares nothing with this one and shares the same within itself.
    /// One parameter stays one, under all its names, with its tyings, frozen flag, buffers, mode and random keys; values are rounded to the other
    /// type. Its ledgers name the same usages, each counted zero times.
    /// </summary>
    /// <exception cref="NotSupportedException">A module does not say how it is copied.</exception>
    /// <exception cref="InvalidOperationException">A module's copy has other names or sharing than the module.</exception>
    public Module<TOther> To<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => new ModuleCopier<T, TOther>().CopyModel(this);

    /// <summary>
    /// Measures that the model's sharing is whole; and, where an earlier graph is given, what changed since.
    /// </summary>
    /// <param name="expected">The sharing as it should be: <see cref="SharingGraph.Of"/> of the model earlier on, or as a checkpoint holds it.</param>
    public SharingVerification Verify(SharingGraph? expected = null) => SharingVerification.Of(this, expected);

    IModule IModule.CopyModule() => To<T>();

    /// <summary>Registers a weight under a name of this module; use the handle that it returns.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty or has a dot.</exception>
    protected Weight<T> Register(string weightName, Weight<T> weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        CheckName(weightName);
        Weight<T> own = weight.OwnedBy(this, weightName);
        own.Parameter.FirstHandle ??= own;
        weights.Add((weightName, own));
        return own;
    }

    /// <summary>Registers a child under a name; returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty or has a dot, or the child contains this module.</exception>
    protected TModule Register<TModule>(string childName, TModule child)
        where TModule : Module<T>
    {
        ArgumentNullException.ThrowIfNull(child);
        CheckName(childName);
        if (child.NamedModules().Any(pair => pair.Module == this))
        {
            throw new ArgumentException($"Register: {child.GetType().Name} as {childName} contains the module that it would be registered in; a model must not contain itself.", nameof(child));
        }

        if (child.parent is null) (child.parent, child.name) = (this, childName);
        children.Add((childName, child));
        return child;
    }

    /// <summary>Registers a tensor that is saved with the model but not learned; returns it, outside any scope.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty or has a dot.</exception>
    protected Tensor<T> RegisterBuffer(string bufferName, Tensor<T> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        CheckName(bufferName);
        buffers.Add((bufferName, buffer.Keep()));
        return buffer;
    }

    /// <summary>Registers whole numbers that are saved with the model but not learned; returns them, outside any scope.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty or has a dot.</exception>
    protected Tensor<long> RegisterCounter(string counterName, Tensor<long> counter)
    {
        ArgumentNullException.ThrowIfNull(counter);
        CheckName(counterName);
        counters.Add((counterName, counter.Keep()));
        return counter;
    }

    /// <summary>
    /// A module of the same class and settings, for <see cref="To"/> and <c>Clone</c>. Weights and modules that this one was given, and that others may
    /// hold too, come from the copier; values, buffers, mode and frozen flags are filled in
    /// afterwards, by name; see also <see cref="CopyStateTo"/>.
    /// </summary>
    /// <example><code>
    /// protected override Module&lt;TOther&gt; CopyAs&lt;TOther&gt;(ModuleCopier&lt;T, TOther&gt; copier) =&gt; new Block&lt;TOther&gt;(channels, copier.Copy(inner));
    /// </code></example>
    /// <exception cref="NotSupportedException">The class does not override this method.</exception>
    protected virtual Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => throw new NotSupportedException(
            $"Copy: {GetType().Name} does not say how it is copied; override CopyAs in it: return a new {GetType().Name.Split('`')[0]}<TOther> with the same settings, its layers and shared weights through copier.Copy.");

    /// <summary>Gives the module's copy, of the same class, what is neither weight, buffer, counter nor child: random keys, for example.</summary>
    protected virtual void CopyStateTo<TOther>(Module<TOther> twin)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
    }

    /// <summary>Called by <see cref="Initialize"/> with a key of the module's own.</summary>
    protected virtual void OnInitialize(RandomKey key)
    {
    }

    internal Module<TOther> MakeCopy<TOther>(ModuleCopier<T, TOther> copier)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => CopyAs(copier);

    internal void GiveState<TOther>(Module<TOther> twin)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        twin.IsTraining = IsTraining;
        CopyStateTo(twin);
    }

    /// <summary>Takes the place in the model that the original has in its own, which its path follows from.</summary>
    internal void TakePlace<TOther>(Module<TOther> original, Dictionary<Module<TOther>, Module<T>> twins)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        if (original.parent is not null && twins.TryGetValue(original.parent, out Module<T>? above)) (parent, name) = (above, original.name);
    }

    private void SetMode(bool training)
    {
        foreach ((_, Module<T> module) in NamedModules()) module.IsTraining = training;
    }

    private void CheckName(string local)
    {
        ArgumentException.ThrowIfNullOrEmpty(local);
        if (local.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"Register: the name {local} has a dot; dots join the names of parents and children.");
        if (weights.Any(pair => pair.Name == local) || children.Any(pair => pair.Name == local) || buffers.Any(pair => pair.Name == local)
            || counters.Any(pair => pair.Name == local))
        {
            throw new ArgumentException($"Register: {GetType().Name} has something named {local} already; names within a module must differ.");
        }
    }

    private static string Join(string above, string below) => above.Length == 0 ? below : below.Length == 0 ? above : $"{above}.{below}";
}
