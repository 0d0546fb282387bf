using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>
/// Changes parameters by their gradients. A shared parameter is one parameter: it is updated once a step, by the sum over its uses.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>
/// Frozen parameters and those without a gradient are left alone; their state does not age either. The state belongs to no
/// <c>TensorScope</c>. A step changes the parameters' versions: a backward pass over a graph recorded before it is an error.
/// </remarks>
public abstract class Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An optimizer of these parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative, infinite or NaN.</exception>
    protected Optimizer(ParameterSet<T> parameters, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        LearningRate = learningRate;
    }

    /// <summary>Each parameter once, with all its names.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>η; a group multiplies it by a scale of its own. Schedules set it before each step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, infinite or NaN.</exception>
    public double LearningRate
    {
        get;
        set => field = Hyperparameter.NotNegative(value, Name, "learning rate");
    }

    /// <summary>The number of calls of <see cref="Step"/>.</summary>
    public long StepCount { get; private set; }

    /// <summary>The optimizer's name in messages and in its state.</summary>
    protected string Name => GetType().Name.Split('`')[0];

    /// <summary>Changes every parameter that has a gradient and is not frozen.</summary>
    public void Step()
    {
        StepCount++;
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i] is { IsFrozen: false, Gradient: not null } parameter) Update(parameter);
        }
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGradient() => Parameters.ZeroGradient();

    /// <summary>
    /// A snapshot of everything but the parameters: state tensors and step counters by canonical parameter name, and the learning rate.
    /// </summary>
    public TrainingState<T> State()
    {
        var state = new TrainingState<T>();
        state.Set($"{Name}/step_count", StepCount);
        state.Set($"{Name}/learning_rate", LearningRate);
        Save(state);
        return state;
    }

    /// <summary>Goes on from a snapshot of the same kind of optimizer over parameters of the same names and shapes.</summary>
    /// <exception cref="ArgumentException">
    /// The state is of another kind of optimizer, names unknown parameters, or has other shapes; nothing is changed then.
    /// </exception>
    public void Restore(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long count = state.Counter($"{Name}/step_count");
        double rate = state.Number($"{Name}/learning_rate");
        Load(state);
        StepCount = count;
        LearningRate = rate;
    }

    /// <summary>Changes one parameter, which has a gradient and is not frozen.</summary>
    protected abstract void Update(Parameter<T> parameter);

    /// <summary>Adds the state of each parameter.</summary>
    protected abstract void Save(TrainingState<T> state);

    /// <summary>Takes over the state of each parameter.</summary>
    protected abstract void Load(TrainingState<T> state);
}
