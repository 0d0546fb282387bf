using System.Collections;
using System.Numerics;

namespace WeightSharing.Sharing;

/// <summary>Has parameters: a module, or anything that a report or an optimizer is to see.</summary>
/// <typeparam name="T">Element type.</typeparam>
public interface IParameterized<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Each parameter once, with all its names.</summary>
    ParameterSet<T> Parameters { get; }
}

/// <summary>Parameters by identity: each once, in the order of its first name, with every name under which it is reachable.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class ParameterSet<T> : IReadOnlyList<Parameter<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Parameter<T>> parameters = [];
    private readonly Dictionary<Parameter<T>, List<Weight<T>>> handles = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Weight<T>> byName = new(StringComparer.Ordinal);

    /// <summary>The parameters behind named handles.</summary>
    /// <exception cref="ArgumentException">Two parameters under one name; the message prints both.</exception>
    public ParameterSet(IEnumerable<(string Name, Weight<T> Weight)> named)
    {
        ArgumentNullException.ThrowIfNull(named);
        foreach ((string name, Weight<T> weight) in named)
        {
            if (byName.TryGetValue(name, out Weight<T>? former))
            {
                if (ReferenceEquals(former.Parameter, weight.Parameter)) continue;
                throw new ArgumentException($"ParameterSet: two parameters under the name {name}: {former.Parameter} and {weight.Parameter}; each name must mean one parameter.");
            }

            byName[name] = weight;
            if (!handles.TryGetValue(weight.Parameter, out List<Weight<T>>? list))
            {
                handles[weight.Parameter] = list = [];
                parameters.Add(weight.Parameter);
            }

            list.Add(weight);
            names.Add((name, weight));
        }
    }

    private readonly List<(string Name, Weight<T> Weight)> names = [];

    /// <summary>The number of parameters; one with several names counts once.</summary>
    public int Count => parameters.Count;

    /// <summary>The number of free values of all parameters together.</summary>
    public long FreeCount => parameters.Sum(parameter => (long)parameter.Count);

    /// <summary>Every name with the weight that it means, in order.</summary>
    public IReadOnlyList<(string Name, Weight<T> Weight)> Named => names;

    /// <inheritdoc/>
    public Parameter<T> this[int index] => parameters[index];

    /// <summary>The weight of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the names.</exception>
    public Weight<T> this[string name] => byName.TryGetValue(name, out Weight<T>? weight)
        ? weight
        : throw new KeyNotFoundException($"ParameterSet: no parameter is named {name}; there are {string.Join(", ", names.Select(pair => pair.Name))}.");

    /// <summary>All names of a parameter, the canonical one first.</summary>
    /// <exception cref="ArgumentException">The parameter does not belong to the set.</exception>
    public IReadOnlyList<string> NamesOf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return handles.ContainsKey(parameter)
            ? [.. names.Where(pair => ReferenceEquals(pair.Weight.Parameter, parameter)).Select(pair => pair.Name)]
            : throw new ArgumentException($"ParameterSet: {parameter} does not belong to the set.", nameof(parameter));
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGradient()
    {
        foreach (Parameter<T> parameter in parameters) parameter.ZeroGradient();
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter<T>> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
