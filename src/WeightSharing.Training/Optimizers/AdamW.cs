using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2): Adam whose decay p ← (1 − ηλ)p goes past the gradient's running means. PyTorch's
/// definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class AdamW<T> : GroupedOptimizer<T, AdamSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public AdamW(
        ParameterSet<T> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01,
        bool amsgrad = false)
        : this(
            parameters, learningRate,
            new AdamSettings { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, WeightDecay = weightDecay, Amsgrad = amsgrad })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public AdamW(ParameterSet<T> parameters, double learningRate, AdamSettings settings, params ReadOnlySpan<ParameterGroup<T, AdamSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot) => Adam<T>.Update(parameter, slot, LearningRate, decoupled: true);
}
