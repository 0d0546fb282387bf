using System.Globalization;
using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Hyperparameters of <see cref="Lbfgs{T}"/>.</summary>
public sealed record LbfgsSettings
{
    /// <summary>The most iterations of one call of <c>Step</c>.</summary>
    public int MaximumIterations { get; init => field = Hyperparameter.AtLeast(value, 1, "Lbfgs", "maximum of iterations"); } = 20;

    /// <summary>The most evaluations of the loss in one call of <c>Step</c>, looked at after each iteration; null is five for four iterations.</summary>
    public int? MaximumEvaluations { get; init; }

    /// <summary>Stops when no gradient is larger.</summary>
    public double GradientTolerance { get; init => field = Hyperparameter.NotNegative(value, "Lbfgs", "gradient tolerance"); } = 1e-7;

    /// <summary>Stops when neither the loss nor any parameter changes by more.</summary>
    public double ChangeTolerance { get; init => field = Hyperparameter.NotNegative(value, "Lbfgs", "change tolerance"); } = 1e-9;

    /// <summary>How many former steps approximate the curvature.</summary>
    public int History { get; init => field = Hyperparameter.AtLeast(value, 1, "Lbfgs", "history"); } = 100;

    /// <summary>Searches along each direction for a step that fulfils the strong Wolfe conditions; otherwise the step is the learning rate.</summary>
    public bool LineSearch { get; init; }
}

/// <summary>
/// L-BFGS (Nocedal 1980; Liu and Nocedal 1989): steps along −H·g with an approximate inverse Hessian H from former steps, for losses of all data at
/// once. PyTorch's definition, with its line search (Schmidt's minFunc). A frozen parameter stays.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="parameters">Each parameter once.</param>
/// <param name="learningRate">Length of a step without line search, and where a search begins.</param>
/// <param name="settings">Null for the defaults.</param>
/// <example><code>
/// var optimizer = new Lbfgs&lt;double&gt;(model.Parameters, settings: new LbfgsSettings { LineSearch = true });
/// double before = optimizer.Step(() =&gt; Loss.MeanSquaredError(model.Forward(x), y));
/// </code></example>
public sealed class Lbfgs<T>(ParameterSet<T> parameters, double learningRate = 1, LbfgsSettings? settings = null)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LbfgsSettings settings = settings ?? new LbfgsSettings();
    private readonly List<(T[] Step, T[] Difference)> history = [];
    private T[]? direction, formerGradient;
    private double length, scale = 1;

    /// <summary>Each parameter once, with all its names.</summary>
    public ParameterSet<T> Parameters { get; } = parameters ?? throw new ArgumentNullException(nameof(parameters));

    /// <summary>η; schedules set it before each step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, infinite or NaN.</exception>
    public double LearningRate
    {
        get;
        set => field = Hyperparameter.NotNegative(value, "Lbfgs", "learning rate");
    } = Hyperparameter.NotNegative(learningRate, "Lbfgs", "learning rate");

    /// <summary>The number of calls of <see cref="Step"/>.</summary>
    public long StepCount { get; private set; }

    /// <summary>The number of iterations so far.</summary>
    public long Iterations { get; private set; }

    /// <summary>The number of evaluations of the loss so far.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Some iterations; returns the loss before them.</summary>
    /// <param name="loss">Computes the loss of all data with the parameters as they are; its gradient is taken care of.</param>
    /// <exception cref="ArithmeticException">The loss is NaN or infinite at the beginning.</exception>
    public double Step(Func<Tensor<T>> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        StepCount++;
        double start = Evaluate(loss, out T[] gradient), value = start;
        if (!double.IsFinite(start)) throw new ArithmeticException(string.Create(CultureInfo.InvariantCulture, $"Lbfgs: the loss is {start}; begin where it is finite."));
        int evaluations = 1, most = settings.MaximumEvaluations ?? settings.MaximumIterations * 5 / 4;
        if (Largest(gradient) <= settings.GradientTolerance) return start;
        for (int i = 1; i <= settings.MaximumIterations; i++)
        {
            Iterations++;
            direction = Direction(gradient);
            formerGradient = gradient;
            double former = value, slope = Dot(gradient, direction);
            length = Iterations == 1 ? Math.Min(1, 1 / Sum(gradient)) * LearningRate : LearningRate;
            if (slope > -settings.ChangeTolerance) break;
            bool evaluated = true;
            if (settings.LineSearch)
            {
                T[] place = Values();
                var search = new WolfeSearch<T>(t => (At(place, t, loss, out T[] there), there), direction, settings.ChangeTolerance);
                (value, gradient, length) = search.Run(length, value, gradient, slope);
                evaluations += search.Evaluations;
                Move(place, length);
            }
            else
            {
                Move(Values(), length);
                // The last point of a step is evaluated at the beginning of the next one.
                evaluated = i < settings.MaximumIterations;
                if (evaluated) value = Evaluate(loss, out gradient);
                evaluations += evaluated ? 1 : 0;
            }

            bool stops = !evaluated || evaluations >= most || Largest(gradient) <= settings.GradientTolerance
                || length * Largest(direction) <= settings.ChangeTolerance || Math.Abs(value - former) < settings.ChangeTolerance;
            if (stops) break;
        }

        return start;
    }

    /// <summary>A snapshot of everything but the parameters, as of other optimizers.</summary>
    public TrainingState<T> State()
    {
        var state = new TrainingState<T>();
        state.Set("Lbfgs/step_count", StepCount);
        state.Set("Lbfgs/iterations", Iterations);
        state.Set("Lbfgs/evaluations", Evaluations);
        state.Set("Lbfgs/learning_rate", LearningRate);
        state.Set("Lbfgs/length", length);
        state.Set("Lbfgs/scale", scale);
        state.Set("Lbfgs/history", history.Count);
        if (direction is not null) state.Set("direction", Tensor.From(direction));
        if (formerGradient is not null) state.Set("gradient", Tensor.From(formerGradient));
        for (int i = 0; i < history.Count; i++)
        {
            state.Set($"history.{i}/step", Tensor.From(history[i].Step));
            state.Set($"history.{i}/difference", Tensor.From(history[i].Difference));
        }

        return state;
    }

    /// <summary>Goes on from a snapshot of an L-BFGS over as many parameters.</summary>
    /// <exception cref="ArgumentException">The state is of another kind of optimizer, or has another size; nothing is changed then.</exception>
    public void Restore(TrainingState<T> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long steps = state.Counter("Lbfgs/step_count"), iterations = state.Counter("Lbfgs/iterations"), evaluations = state.Counter("Lbfgs/evaluations");
        double rate = state.Number("Lbfgs/learning_rate"), formerLength = state.Number("Lbfgs/length"), formerScale = state.Number("Lbfgs/scale");
        foreach ((string name, Tensor<T> tensor) in state.Tensors)
        {
            if (tensor.Count != Count) throw new ArgumentException($"Lbfgs: the state {name} {tensor.Shape} does not fit; the parameters have {Count} elements.");
        }

        (StepCount, Iterations, Evaluations, LearningRate, length, scale) = (steps, iterations, evaluations, rate, formerLength, formerScale);
        direction = state.Tensors.TryGetValue("direction", out Tensor<T>? saved) ? saved.ToArray() : null;
        formerGradient = state.Tensors.TryGetValue("gradient", out saved) ? saved.ToArray() : null;
        history.Clear();
        for (int i = 0; i < state.Counter("Lbfgs/history"); i++)
        {
            history.Add((state.Tensors[$"history.{i}/step"].ToArray(), state.Tensors[$"history.{i}/difference"].ToArray()));
        }
    }

    private int Count => Parameters.Sum(parameter => parameter.Count);

    // d = −H·g by two loops over the former steps (Nocedal and Wright 2006, algorithm 7.4)
    private T[] Direction(T[] gradient)
    {
        if (direction is not null && formerGradient is not null) Remember(gradient, direction, formerGradient);
        T[] result = [.. gradient.Select(g => -g)];
        var shares = new double[history.Count];
        for (int i = history.Count - 1; i >= 0; i--)
        {
            (T[] step, T[] difference) = history[i];
            shares[i] = Dot(step, result) / Dot(difference, step);
            Add(result, -shares[i], difference);
        }

        for (int k = 0; k < result.Length; k++) result[k] *= T.CreateChecked(scale);
        for (int i = 0; i < history.Count; i++)
        {
            (T[] step, T[] difference) = history[i];
            Add(result, shares[i] - Dot(difference, result) / Dot(difference, step), step);
        }

        return result;
    }

    // Of a step along which the slope does not grow, H would not stay positive definite: it is left out.
    private void Remember(T[] gradient, T[] formerDirection, T[] former)
    {
        T t = T.CreateChecked(length);
        T[] difference = [.. gradient.Zip(former, (now, then) => now - then)], step = [.. formerDirection.Select(d => d * t)];
        double growth = Dot(difference, step);
        if (!(growth > 1e-10)) return;
        if (history.Count == settings.History) history.RemoveAt(0);
        history.Add((step, difference));
        scale = growth / Dot(difference, difference);
    }

    private double At(T[] place, double t, Func<Tensor<T>> loss, out T[] gradient)
    {
        Move(place, t);
        return Evaluate(loss, out gradient);
    }

    private double Evaluate(Func<Tensor<T>> loss, out T[] gradient)
    {
        Evaluations++;
        Parameters.ZeroGradient();
        Tensor<T> value = loss();
        value.Backward();
        gradient = new T[Count];
        int offset = 0;
        foreach (Parameter<T> parameter in Parameters)
        {
            if (parameter is { IsFrozen: false, Gradient: { } part }) part.CopyTo(gradient.AsSpan(offset));
            offset += parameter.Count;
        }

        return double.CreateChecked(value.Item());
    }

    private T[] Values()
    {
        var values = new T[Count];
        int offset = 0;
        foreach (Parameter<T> parameter in Parameters)
        {
            parameter.Value.CopyTo(values.AsSpan(offset));
            offset += parameter.Count;
        }

        return values;
    }

    // p = place + t·d
    private void Move(T[] place, double t)
    {
        T step = T.CreateChecked(t);
        int offset = 0;
        foreach (Parameter<T> parameter in Parameters)
        {
            int first = offset;
            offset += parameter.Count;
            if (parameter.IsFrozen) continue;
            var moved = new T[parameter.Count];
            for (int i = 0; i < moved.Length; i++) moved[i] = place[first + i] + step * direction![first + i];
            parameter.Value.CopyFrom(moved);
        }
    }

    internal static double Dot(T[] a, T[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }

    internal static double Largest(T[] a) => a.Length == 0 ? 0 : a.Max(value => Math.Abs(double.CreateTruncating(value)));

    private static double Sum(T[] a) => a.Sum(value => Math.Abs(double.CreateTruncating(value)));

    private static void Add(T[] target, double factor, T[] source)
    {
        T by = T.CreateChecked(factor);
        for (int i = 0; i < target.Length; i++) target[i] += by * source[i];
    }
}
