using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// What must be remembered to go on exactly where training stopped, as named tensors and numbers: ready for a checkpoint.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>A snapshot: its tensors are copies that belong to no scope.</remarks>
public sealed class TrainingState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, Tensor<T>> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> counters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> numbers = new(StringComparer.Ordinal);

    /// <summary>Tensors, such as <c>0.weight/first</c>, by name.</summary>
    public IReadOnlyDictionary<string, Tensor<T>> Tensors => tensors;

    /// <summary>Counters, such as <c>0.weight/steps</c>, by name.</summary>
    public IReadOnlyDictionary<string, long> Counters => counters;

    /// <summary>Numbers, such as <c>learning_rate</c>, by name.</summary>
    public IReadOnlyDictionary<string, double> Numbers => numbers;

    /// <summary>Remembers a copy of a tensor.</summary>
    public void Set(string name, Tensor<T> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensors[name] = tensor.Copy().Keep();
    }

    /// <summary>Remembers a counter.</summary>
    public void Set(string name, long counter) => counters[name] = counter;

    /// <summary>Remembers a number.</summary>
    public void Set(string name, double number) => numbers[name] = number;

    /// <summary>A counter.</summary>
    /// <exception cref="ArgumentException">The state does not have it.</exception>
    public long Counter(string name) => counters.TryGetValue(name, out long value) ? value : throw Missing("counter", name);

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentException">The state does not have it.</exception>
    public double Number(string name) => numbers.TryGetValue(name, out double value) ? value : throw Missing("number", name);

    private static ArgumentException Missing(string kind, string name) =>
        new($"TrainingState: the {kind} {name} is missing; the state is not of this kind of optimizer, schedule or trainer.");
}
