using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Copies a model, as another element type or the same: every parameter, every weight handle and every module is met once and has one twin, however
/// many names it has. A module hands its shared parts to the copier in <see cref="Module{T}.CopyAs"/>; all else follows by name.
/// </summary>
/// <typeparam name="T">Element type of the original.</typeparam>
/// <typeparam name="TOther">Element type of the copy.</typeparam>
public sealed class ModuleCopier<T, TOther>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
{
    private readonly Dictionary<Parameter<T>, Parameter<TOther>> parameters = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Weight<T>, Weight<TOther>> handles = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Module<T>, Module<TOther>> modules = new(ReferenceEqualityComparer.Instance);

    internal ModuleCopier()
    {
    }

    /// <summary>The twin of a weight: the twin of its parameter through the same tyings.</summary>
    /// <param name="weight">A weight of the model, or null.</param>
    [return: NotNullIfNotNull(nameof(weight))]
    public Weight<TOther>? Copy(Weight<T>? weight)
    {
        if (weight is null) return null;
        if (!parameters.TryGetValue(weight.Parameter, out Parameter<TOther>? twin))
        {
            parameters[weight.Parameter] = twin = weight.Parameter.CopyAs<TOther>();
        }

        return weight.CopyAs(twin);
    }

    /// <summary>The twin of a layer.</summary>
    /// <param name="layer">A layer of the model, or null.</param>
    [return: NotNullIfNotNull(nameof(layer))]
    public Layer<TOther>? Copy(Layer<T>? layer) => layer is null ? null : Copy<Layer<TOther>>(layer);

    /// <summary>The twin of a module, whose class is known.</summary>
    /// <typeparam name="TModule">Class of the twin, for example <c>Dense&lt;TOther&gt;</c>.</typeparam>
    /// <exception cref="InvalidOperationException">The module's copy is of another class.</exception>
    public TModule Copy<TModule>(Module<T> module)
        where TModule : Module<TOther>
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!modules.TryGetValue(module, out Module<TOther>? twin))
        {
            twin = module.MakeCopy(this);
            Link(module, twin);
        }

        return twin as TModule ?? throw new InvalidOperationException(
            $"Copy: the copy of {module.GetType().Name} is a {twin.GetType().Name}, not a {typeof(TModule).Name}; CopyAs must make a module of the same class.");
    }

    /// <summary>The whole copy, verified: the same names share in the same way.</summary>
    internal Module<TOther> CopyModel(Module<T> root)
    {
        Module<TOther> copy = Copy<Module<TOther>>(root);
        // Canonical names: what was registered first in the original is first in the copy, in whatever order it was made.
        foreach ((Module<T> module, Module<TOther> twin) in modules) twin.TakePlace(module, modules);
        foreach ((Parameter<T> parameter, Parameter<TOther> twin) in parameters)
        {
            if (parameter.FirstHandle is { } first && handles.TryGetValue(first, out Weight<TOther>? handle)) twin.FirstHandle = handle;
            twin.Ledger.TakeNames(parameter.Ledger, weight => handles.GetValueOrDefault(weight));
        }

        IReadOnlyList<SharingDifference> differences = SharingGraph.Of(copy).DifferencesFrom(SharingGraph.Of(root));
        return differences.Count == 0 ? copy : throw new InvalidOperationException(
            $"Copy of {root.GetType().Name}: the copy shares otherwise: {differences[0]}. CopyAs of the module that holds it must pass the shared weight or module through the copier.");
    }

    /// <summary>Pairs a module with its copy: what CopyAs did not take from the copier is matched by name, and gets its values.</summary>
    private void Link(Module<T> module, Module<TOther> twin)
    {
        modules[module] = twin;
        RequireSameNames(module, twin, "weights", module.OwnWeights.Select(pair => (pair.Name, pair.Weight.Shape)), twin.OwnWeights.Select(pair => (pair.Name, pair.Weight.Shape)));
        RequireSameNames(module, twin, "buffers", module.OwnBuffers.Select(pair => (pair.Name, pair.Buffer.Shape)), twin.OwnBuffers.Select(pair => (pair.Name, pair.Buffer.Shape)));
        RequireSameNames(module, twin, "counters", module.OwnCounters.Select(pair => (pair.Name, pair.Counter.Shape)), twin.OwnCounters.Select(pair => (pair.Name, pair.Counter.Shape)));
        RequireSameNames(module, twin, "children", module.Children.Select(pair => (pair.Name, default(Shape))), twin.Children.Select(pair => (pair.Name, default(Shape))));
        for (int i = 0; i < module.OwnWeights.Count; i++) Link(module.OwnWeights[i].Weight, twin.OwnWeights[i].Weight);
        for (int i = 0; i < module.OwnBuffers.Count; i++) twin.OwnBuffers[i].Buffer.CopyFrom(module.OwnBuffers[i].Buffer.Detach().To<TOther>());
        for (int i = 0; i < module.OwnCounters.Count; i++) twin.OwnCounters[i].Counter.CopyFrom(module.OwnCounters[i].Counter);
        for (int i = 0; i < module.Children.Count; i++)
        {
            (string name, Module<T> child) = module.Children[i];
            Module<TOther> childTwin = twin.Children[i].Module;
            if (!modules.TryGetValue(child, out Module<TOther>? known)) Link(child, childTwin);
            else if (known != childTwin) throw NotShared(module, $"the child {name}");
        }

        module.GiveState(twin);
    }

    private void Link(Weight<T> weight, Weight<TOther> twin)
    {
        handles[weight] = twin;
        if (parameters.TryGetValue(weight.Parameter, out Parameter<TOther>? known))
        {
            if (known != twin.Parameter) throw NotShared((Module<T>)weight.Owner!, $"the weight {weight.LocalName}");
            return;
        }

        if (weight.Parameter.Shape != twin.Parameter.Shape)
        {
            throw new InvalidOperationException(
                $"Copy of {weight.Name}: the copy has {twin.Parameter.Shape} free values, the original {weight.Parameter.Shape}; CopyAs must give the copy's constructor the same tying, or copier.Copy(weight).");
        }

        parameters[weight.Parameter] = twin.Parameter;
        twin.Parameter.IsFrozen = weight.Parameter.IsFrozen;
        if (weight.Parameter.IsInitialized) twin.Parameter.Set(weight.Parameter.Value.Detach().To<TOther>());
    }

    private static void RequireSameNames(
        Module<T> module, Module<TOther> twin, string what, IEnumerable<(string Name, Shape Shape)> original, IEnumerable<(string Name, Shape Shape)> copy)
    {
        (string Name, Shape Shape)[] left = [.. original], right = [.. copy];
        if (left.SequenceEqual(right)) return;
        static string List((string Name, Shape Shape)[] names) =>
            names.Length == 0 ? "none" : string.Join(", ", names.Select(pair => pair.Shape.Rank == 0 ? pair.Name : $"{pair.Name} {pair.Shape}"));
        throw new InvalidOperationException(
            $"Copy of {module.GetType().Name}: its {what} are {List(left)}; its copy's, a {twin.GetType().Name}, are {List(right)}. CopyAs must make a module with the same settings.");
    }

    private static InvalidOperationException NotShared(Module<T> module, string part) => new(
        $"Copy of {module.GetType().Name}: {part} is shared with another module; its copy has one of its own. CopyAs must pass it through copier.Copy.");
}
