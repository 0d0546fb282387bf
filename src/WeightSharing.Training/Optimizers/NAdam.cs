using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="NAdam{T}"/>.</summary>
public sealed record NAdamSettings
{
    /// <summary>β₁, the memory of the mean gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta1 { get; init => field = Hyperparameter.Fraction(value, "NAdam", "beta1"); } = 0.9;

    /// <summary>β₂, the memory of the mean squared gradient, in 0 … 1, 1 excluded.</summary>
    public double Beta2 { get; init => field = Hyperparameter.Fraction(value, "NAdam", "beta2"); } = 0.999;

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "NAdam", "epsilon"); } = 1e-8;

    /// <summary>ψ: how soon the momentum grows to β₁.</summary>
    public double MomentumDecay { get; init => field = Hyperparameter.NotNegative(value, "NAdam", "momentum decay"); } = 0.004;

    /// <summary>λ: added as λp to the gradient, or taken as ηλp from the parameter when decoupled.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "NAdam", "weight decay"); }

    /// <summary>The decay acts on the parameter, as in AdamW.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// Adam with Nesterov momentum (Dozat 2016), whose momentum grows as μₜ = β₁(1 − ½·0.96^(tψ)). PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class NAdam<T> : GroupedOptimizer<T, NAdamSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<NAdamSettings, List<double>> products = [];

    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public NAdam(
        ParameterSet<T> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        double momentumDecay = 0.004, bool decoupledDecay = false)
        : this(parameters, learningRate, new NAdamSettings
        {
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            MomentumDecay = momentumDecay,
            DecoupledDecay = decoupledDecay,
        })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public NAdam(ParameterSet<T> parameters, double learningRate, NAdamSettings settings, params ReadOnlySpan<ParameterGroup<T, NAdamSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        NAdamSettings settings = slot.Settings;
        ParameterUpdate.NAdam(
            parameter, slot.Tensor(parameter, "first"), slot.Tensor(parameter, "second"), slot.Steps, LearningRate * slot.LearningRateScale,
            settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay, settings.DecoupledDecay,
            Momentum(settings, slot.Steps), Momentum(settings, slot.Steps + 1), Product(settings, slot.Steps));
    }

    private static double Momentum(NAdamSettings settings, long step) => settings.Beta1 * (1 - 0.5 * Math.Pow(0.96, step * settings.MomentumDecay));

    // Πμ follows from the step alone, so that it is no state; it is kept because every parameter asks for it. Below half a rounding of 1 it counts as 0.
    private double Product(NAdamSettings settings, long step)
    {
        if (!products.TryGetValue(settings, out List<double>? known)) products[settings] = known = [1];
        while (known.Count <= step && known[^1] > 1e-17) known.Add(known[^1] * Momentum(settings, known.Count));
        return step < known.Count ? known[(int)step] : 0;
    }
}
