using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="RmsProp{T}"/>.</summary>
public sealed record RmsPropSettings
{
    /// <summary>α, the memory of the mean squared gradient, in 0 … 1, 1 excluded.</summary>
    public double Alpha { get; init => field = Hyperparameter.Fraction(value, "RmsProp", "alpha"); } = 0.99;

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "RmsProp", "epsilon"); } = 1e-8;

    /// <summary>μ in 0 … 1, 1 excluded: the memory of the steps.</summary>
    public double Momentum { get; init => field = Hyperparameter.Fraction(value, "RmsProp", "momentum"); }

    /// <summary>λ: adds λp to the gradient.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "RmsProp", "weight decay"); }

    /// <summary>Divides by the estimated standard deviation instead of the root mean square.</summary>
    public bool Centered { get; init; }
}

/// <summary>
/// RMSprop (Tieleman and Hinton 2012; centered: Graves 2013): p ← p − η·d / (√s + ε) with the running mean s of d², d = g + λp. PyTorch's
/// definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class RmsProp<T> : GroupedOptimizer<T, RmsPropSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public RmsProp(
        ParameterSet<T> parameters, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double momentum = 0, double weightDecay = 0,
        bool centered = false)
        : this(
            parameters, learningRate,
            new RmsPropSettings { Alpha = alpha, Epsilon = epsilon, Momentum = momentum, WeightDecay = weightDecay, Centered = centered })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public RmsProp(ParameterSet<T> parameters, double learningRate, RmsPropSettings settings, params ReadOnlySpan<ParameterGroup<T, RmsPropSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        RmsPropSettings settings = slot.Settings;
        ParameterUpdate.RmsProp(
            parameter, slot.Tensor(parameter, "square"), settings.Momentum > 0 ? slot.Tensor(parameter, "velocity") : null,
            settings.Centered ? slot.Tensor(parameter, "mean") : null, LearningRate * slot.LearningRateScale, settings.Alpha, settings.Epsilon,
            settings.Momentum, settings.WeightDecay);
    }
}
