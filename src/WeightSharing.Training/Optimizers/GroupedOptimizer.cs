using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Parameters with hyperparameters of their own.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <typeparam name="TSettings">The optimizer's hyperparameters, such as <see cref="AdamSettings"/>.</typeparam>
/// <param name="Parameters">Parameters of the optimizer's set, each in one group at most.</param>
/// <param name="Settings">Their hyperparameters.</param>
/// <param name="LearningRateScale">Multiplies the optimizer's learning rate.</param>
/// <example>Normalisation weights without decay, all others with it:
/// <code>
/// var optimizer = new AdamW&lt;float&gt;(model.Parameters, 1e-3, new AdamSettings { WeightDecay = 0.1 },
///     new ParameterGroup&lt;float, AdamSettings&gt;(norms, new AdamSettings()));
/// </code></example>
public sealed record ParameterGroup<T, TSettings>(IEnumerable<Parameter<T>> Parameters, TSettings Settings, double LearningRateScale = 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TSettings : class;

/// <summary>An optimizer whose hyperparameters may differ from group to group; parameters in no group have the optimizer's own.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <typeparam name="TSettings">The hyperparameters.</typeparam>
public abstract class GroupedOptimizer<T, TSettings> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TSettings : class
{
    private readonly Dictionary<Parameter<T>, Slot> slots = new(ReferenceEqualityComparer.Instance);

    /// <summary>An optimizer with groups.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate or scale is negative, infinite or NaN.</exception>
    /// <exception cref="ArgumentException">
    /// A parameter is in two groups, or in a group but not in the set; the message has all its names.
    /// </exception>
    protected GroupedOptimizer(ParameterSet<T> parameters, double learningRate, TSettings settings, ReadOnlySpan<ParameterGroup<T, TSettings>> groups)
        : base(parameters, learningRate)
    {
        ArgumentNullException.ThrowIfNull(settings);
        for (int i = 0; i < groups.Length; i++)
        {
            double scale = Hyperparameter.NotNegative(groups[i].LearningRateScale, Name, $"learning rate scale of group {i}");
            foreach (Parameter<T> parameter in groups[i].Parameters) Assign(parameter, new Slot(groups[i].Settings, scale, i));
        }

        foreach (Parameter<T> parameter in parameters) slots.TryAdd(parameter, new Slot(settings, 1, -1));
    }

    /// <summary>The hyperparameters that hold for a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter does not belong to the optimizer.</exception>
    public TSettings SettingsOf(Parameter<T> parameter)
    {
        _ = Parameters.NamesOf(parameter);
        return slots[parameter].Settings;
    }

    /// <inheritdoc/>
    protected sealed override void Update(Parameter<T> parameter)
    {
        Slot slot = slots[parameter];
        slot.Steps++;
        Update(parameter, slot);
    }

    /// <summary>Changes one parameter by its settings and state.</summary>
    protected abstract void Update(Parameter<T> parameter, Slot slot);

    /// <inheritdoc/>
    protected sealed override void Save(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (Parameter<T> parameter in Parameters)
        {
            Slot slot = slots[parameter];
            if (slot.Steps == 0) continue;
            string name = Parameters.NamesOf(parameter)[0];
            state.Set($"{name}/steps", slot.Steps);
            foreach ((string what, Tensor<T> tensor) in slot.Tensors) state.Set($"{name}/{what}", tensor);
        }
    }

    /// <inheritdoc/>
    protected sealed override void Load(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Parameter<T>> byName = Parameters.ToDictionary(parameter => Parameters.NamesOf(parameter)[0], StringComparer.Ordinal);
        // Everything is looked at before anything is changed.
        foreach ((string name, Tensor<T> tensor) in state.Tensors)
        {
            if (byName.TryGetValue(ParameterOf(name), out Parameter<T>? parameter) && tensor.Shape == parameter.Shape) continue;
            throw new ArgumentException(
                $"{Name}: the state {name} {tensor.Shape} fits no parameter; there are {string.Join(", ", byName.Select(pair => $"{pair.Key} {pair.Value.Shape}"))}.");
        }

        foreach ((string name, Parameter<T> parameter) in byName)
        {
            Slot slot = slots[parameter];
            slot.Steps = state.Counters.GetValueOrDefault($"{name}/steps");
            slot.Tensors.Clear();
        }

        foreach ((string name, Tensor<T> tensor) in state.Tensors)
        {
            Parameter<T> parameter = byName[ParameterOf(name)];
            slots[parameter].Tensor(parameter, name[(name.LastIndexOf('/') + 1)..]).CopyFrom(tensor);
        }
    }

    private static string ParameterOf(string stateName) => stateName[..Math.Max(0, stateName.LastIndexOf('/'))];

    private void Assign(Parameter<T> parameter, Slot slot)
    {
        IReadOnlyList<string> names;
        try
        {
            names = Parameters.NamesOf(parameter);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"{Name}: group {slot.Group} has {parameter}, which does not belong to the optimizer's set.", exception);
        }

        if (slots.TryAdd(parameter, slot)) return;
        int former = slots[parameter].Group;
        string where = former == slot.Group ? $"twice in group {former}" : $"in group {former} and in group {slot.Group}";
        throw new ArgumentException($"{Name}: the parameter {string.Join(" = ", names)} {parameter.Shape} is {where}; a parameter belongs to one group, under whichever of its names.");
    }

    /// <summary>What an optimizer keeps for one parameter.</summary>
    protected internal sealed class Slot
    {
        internal Slot(TSettings settings, double scale, int group)
        {
            Settings = settings;
            LearningRateScale = scale;
            Group = group;
        }

        /// <summary>The hyperparameters.</summary>
        public TSettings Settings { get; }

        /// <summary>Multiplies the optimizer's learning rate.</summary>
        public double LearningRateScale { get; }

        /// <summary>The number of updates of this parameter, the present one included.</summary>
        public long Steps { get; internal set; }

        internal int Group { get; }

        internal Dictionary<string, Tensor<T>> Tensors { get; } = new(StringComparer.Ordinal);

        /// <summary>A state tensor of the parameter's shape, zeros at first.</summary>
        public Tensor<T> Tensor(Parameter<T> parameter, string what)
        {
            if (!Tensors.TryGetValue(what, out Tensor<T>? tensor)) Tensors[what] = tensor = ParameterUpdate.CreateState(parameter);
            return tensor;
        }
    }
}
