using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Sgd{T}"/>.</summary>
public sealed record SgdSettings
{
    /// <summary>μ in 0 … 1, 1 excluded.</summary>
    public double Momentum { get; init => field = Hyperparameter.Fraction(value, "Sgd", "momentum"); }

    /// <summary>Takes away this share of each gradient before it enters the momentum, except at the first step.</summary>
    public double Dampening { get; init => field = Hyperparameter.Share(value, "Sgd", "dampening"); }

    /// <summary>λ: adds λp to the gradient.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "Sgd", "weight decay"); }

    /// <summary>Nesterov's momentum; needs momentum above 0 and no dampening.</summary>
    public bool Nesterov { get; init; }
}

/// <summary>
/// Stochastic gradient descent: d = g + λp,   v ← μv + (1 − dampening)d (v = d at first),   p ← p − ηv; Nesterov: p ← p − η(d + μv).
/// PyTorch's definition (Sutskever et al. 2013 for Nesterov's form, with the learning rate outside the velocity).
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Sgd<T> : GroupedOptimizer<T, SgdSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum or with dampening.</exception>
    public Sgd(ParameterSet<T> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : this(
            parameters, learningRate,
            new SgdSettings { Momentum = momentum, Dampening = dampening, WeightDecay = weightDecay, Nesterov = nesterov })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <inheritdoc cref="Sgd{T}(ParameterSet{T}, double, double, double, double, bool)" path="/exception"/>
    public Sgd(ParameterSet<T> parameters, double learningRate, SgdSettings settings, params ReadOnlySpan<ParameterGroup<T, SgdSettings>> groups)
        : base(parameters, learningRate, Checked(settings), groups)
    {
        foreach (ParameterGroup<T, SgdSettings> group in groups) Checked(group.Settings);
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        SgdSettings settings = slot.Settings;
        double rate = LearningRate * slot.LearningRateScale;
        if (settings.Momentum == 0)
        {
            ParameterUpdate.Sgd(parameter, rate, settings.WeightDecay);
            return;
        }

        bool first = slot.Steps == 1;
        ParameterUpdate.Momentum(
            parameter, slot.Tensor(parameter, "velocity"), rate, settings.WeightDecay,
            momentum: first ? 0 : settings.Momentum, intake: first ? 1 : 1 - settings.Dampening, lookahead: settings.Nesterov ? settings.Momentum : null);
    }

    private static SgdSettings Checked(SgdSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return !settings.Nesterov || (settings.Momentum > 0 && settings.Dampening == 0)
            ? settings
            : throw new ArgumentException($"Sgd: Nesterov with momentum {settings.Momentum} and dampening {settings.Dampening}; it needs momentum above 0 and no dampening.", nameof(settings));
    }
}
