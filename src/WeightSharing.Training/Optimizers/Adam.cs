using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Adam{T}"/> and <see cref="AdamW{T}"/>.</summary>
public sealed record AdamSettings
{
    /// <summary>β₁, the memory of the mean gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta1 { get; init => field = Hyperparameter.Fraction(value, "Adam", "beta1"); } = 0.9;

    /// <summary>β₂, the memory of the mean squared gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta2 { get; init => field = Hyperparameter.Fraction(value, "Adam", "beta2"); } = 0.999;

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "Adam", "epsilon"); } = 1e-8;

    /// <summary>λ: Adam adds λp to the gradient, AdamW takes ηλp from the parameter.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "Adam", "weight decay"); }

    /// <summary>Divides by the root of the largest mean squared gradient so far (Reddi et al. 2018).</summary>
    public bool Amsgrad { get; init; }
}

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1): p ← p − η·m̂ / (√v̂ + ε) with the bias-corrected running means m̂ of g + λp and v̂ of its
/// square. PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Adam<T> : GroupedOptimizer<T, AdamSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public Adam(
        ParameterSet<T> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        bool amsgrad = false)
        : this(
            parameters, learningRate,
            new AdamSettings { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, WeightDecay = weightDecay, Amsgrad = amsgrad })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public Adam(ParameterSet<T> parameters, double learningRate, AdamSettings settings, params ReadOnlySpan<ParameterGroup<T, AdamSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot) => Update(parameter, slot, LearningRate, decoupled: false);

    internal static void Update(Parameter<T> parameter, Slot slot, double learningRate, bool decoupled)
    {
        AdamSettings settings = slot.Settings;
        ParameterUpdate.Adam(
            parameter, slot.Tensor(parameter, "first"), slot.Tensor(parameter, "second"), settings.Amsgrad ? slot.Tensor(parameter, "maximum") : null,
            slot.Steps, learningRate * slot.LearningRateScale, settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay, decoupled);
    }
}
