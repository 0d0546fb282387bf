using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="RAdam{T}"/>.</summary>
public sealed record RAdamSettings
{
    /// <summary>β₁, the memory of the mean gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta1 { get; init => field = Hyperparameter.Fraction(value, "RAdam", "beta1"); } = 0.9;

    /// <summary>β₂, the memory of the mean squared gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta2 { get; init => field = Hyperparameter.Fraction(value, "RAdam", "beta2"); } = 0.999;

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "RAdam", "epsilon"); } = 1e-8;

    /// <summary>λ: added as λp to the gradient, or taken as ηλp from the parameter when decoupled.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "RAdam", "weight decay"); }

    /// <summary>The decay acts on the parameter, as in AdamW.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// Rectified Adam (Liu et al. 2020): Adam without the adaptive divisor in the first steps, where its variance is unknown, and with a smaller
/// step in those after. PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class RAdam<T> : GroupedOptimizer<T, RAdamSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public RAdam(
        ParameterSet<T> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        bool decoupledDecay = false)
        : this(parameters, learningRate, new RAdamSettings
        {
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            DecoupledDecay = decoupledDecay,
        })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public RAdam(ParameterSet<T> parameters, double learningRate, RAdamSettings settings, params ReadOnlySpan<ParameterGroup<T, RAdamSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        RAdamSettings settings = slot.Settings;
        ParameterUpdate.RAdam(
            parameter, slot.Tensor(parameter, "first"), slot.Tensor(parameter, "second"), slot.Steps, LearningRate * slot.LearningRateScale,
            settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay, settings.DecoupledDecay);
    }
}
