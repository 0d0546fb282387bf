using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Adamax{T}"/>.</summary>
public sealed record AdamaxSettings
{
    /// <summary>β₁, the memory of the mean gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta1 { get; init => field = Hyperparameter.Fraction(value, "Adamax", "beta1"); } = 0.9;

    /// <summary>β₂, the memory of the largest gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta2 { get; init => field = Hyperparameter.Fraction(value, "Adamax", "beta2"); } = 0.999;

    /// <summary>ε, added to the magnitude of each gradient.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "Adamax", "epsilon"); } = 1e-8;

    /// <summary>λ: adds λp to the gradient.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "Adamax", "weight decay"); }
}

/// <summary>
/// Adamax (Kingma and Ba 2015, algorithm 2): p ← p − η·m̂ / u with the bias-corrected running mean m̂ of d and the decaying maximum
/// u ← max(β₂u, |d| + ε), d = g + λp. PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Adamax<T> : GroupedOptimizer<T, AdamaxSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public Adamax(
        ParameterSet<T> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this(parameters, learningRate, new AdamaxSettings { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, WeightDecay = weightDecay })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public Adamax(ParameterSet<T> parameters, double learningRate, AdamaxSettings settings, params ReadOnlySpan<ParameterGroup<T, AdamaxSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        AdamaxSettings settings = slot.Settings;
        ParameterUpdate.Adamax(
            parameter, slot.Tensor(parameter, "first"), slot.Tensor(parameter, "largest"), slot.Steps, LearningRate * slot.LearningRateScale,
            settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay);
    }
}
