using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Adagrad{T}"/>.</summary>
public sealed record AdagradSettings
{
    /// <summary>δ: the t-th step divides the learning rate by 1 + (t − 1)δ.</summary>
    public double LearningRateDecay { get; init => field = Hyperparameter.NotNegative(value, "Adagrad", "learning rate decay"); }

    /// <summary>What the sum of squares starts from.</summary>
    public double InitialAccumulator { get; init => field = Hyperparameter.NotNegative(value, "Adagrad", "initial accumulator"); }

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init => field = Hyperparameter.NotNegative(value, "Adagrad", "epsilon"); } = 1e-10;

    /// <summary>λ: adds λp to the gradient.</summary>
    public double WeightDecay { get; init => field = Hyperparameter.NotNegative(value, "Adagrad", "weight decay"); }
}

/// <summary>
/// Adagrad (Duchi et al. 2011): p ← p − η / (1 + (t − 1)δ)·d / (√s + ε) with the sum s of all d² so far, d = g + λp. PyTorch's definition.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Adagrad<T> : GroupedOptimizer<T, AdagradSettings>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One group of hyperparameters for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public Adagrad(
        ParameterSet<T> parameters, double learningRate = 1e-2, double learningRateDecay = 0, double weightDecay = 0, double initialAccumulator = 0,
        double epsilon = 1e-10)
        : this(parameters, learningRate, new AdagradSettings
        {
            LearningRateDecay = learningRateDecay,
            WeightDecay = weightDecay,
            InitialAccumulator = initialAccumulator,
            Epsilon = epsilon,
        })
    {
    }

    /// <summary>Groups with hyperparameters of their own; parameters in none have <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is out of range.</exception>
    /// <exception cref="ArgumentException">A parameter is in two groups, or in a group but not in the set.</exception>
    public Adagrad(ParameterSet<T> parameters, double learningRate, AdagradSettings settings, params ReadOnlySpan<ParameterGroup<T, AdagradSettings>> groups)
        : base(parameters, learningRate, settings, groups)
    {
    }

    /// <inheritdoc/>
    protected override void Update(Parameter<T> parameter, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        AdagradSettings settings = slot.Settings;
        Tensor<T> sum = slot.Tensor(parameter, "sum");
        if (slot.Steps == 1 && settings.InitialAccumulator > 0) sum.Fill(T.CreateChecked(settings.InitialAccumulator));
        double rate = LearningRate * slot.LearningRateScale / (1 + (slot.Steps - 1) * settings.LearningRateDecay);
        ParameterUpdate.Adagrad(parameter, sum, rate, settings.Epsilon, settings.WeightDecay);
    }
}
