using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Adadelta{T}"/>.</summary>
public sealed record AdadeltaSettings
{
    /// <summary>ρ, the memory of both means, in 0 … 1, 1 excluded.</summary>
    public double Memory { get; init => field = Hyperparameter.Fraction(value, "Adadelta", "memory"); } = 0.9;

    /// <summary>ε, added under both roots.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "Adadelta", "epsilon"); } = 1e-6;

    /// <summary>λ: adds λp to the gradient.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "Adadelta", "weight decay"); }
}

/// <summary>
/// Adadelta (Zeiler 2012): p ← p − η·u with u = d·√(w + ε) / √(s + ε), the running means s of d² and w of u², d = g + λp. PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Adadelta<T> : GroupedOptimizer<T, AdadeltaSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public Adadelta(
        ParameterSet<T> parameters, double learningRate = 1, double memory = 0.9, double epsilon = 1e-6, double weightDecay = 0)
        : this(parameters, learningRate, new AdadeltaSettings { Memory = memory, Epsilon = epsilon, WeightDecay = weightDecay })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public Adadelta(ParameterSet<T> parameters, double learningRate, AdadeltaSettings settings, params ReadOnlySpan<ParameterGroup<T, AdadeltaSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        AdadeltaSettings settings = slot.Settings;
        ParameterUpdate.Adadelta(
            parameter, slot.Tensor(parameter, "square"), slot.Tensor(parameter, "steps"), LearningRate * slot.LearningRateScale, settings.Memory,
            settings.Epsilon, settings.WeightDecay);
    }
}
