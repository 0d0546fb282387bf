using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// A model that takes its observations one at a time. After each it knows P(s_t | x₁ … x_t), and P(s_{t−lag} | x₁ … x_t) for a fixed lag; it keeps lag + 1 steps.
/// </summary>
/// <typeparam name="TObservation">One observation.</typeparam>
/// <remarks>Uses the model's values as they are when the stream is made. States are the emitting ones, in the order in which the emission counts them.</remarks>
public sealed class HmmStream<TObservation>
{
    private readonly IEmission<TObservation> emission;
    private readonly HmmChain chain;
    private readonly double[] logTransition;
    private readonly double[][] forward, emitted;    // rings of lag + 1 steps, in logarithms
    private double logLikelihood;

    internal HmmStream(HiddenMarkovModel<TObservation> model, int lag)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lag);
        (emission, Lag, chain) = (model.Emission, lag, model.Chain());
        logTransition = [.. chain.Transition.Select(value => Math.Log(value))];
        forward = [.. Enumerable.Range(0, lag + 1).Select(_ => new double[chain.States])];
        emitted = [.. Enumerable.Range(0, lag + 1).Select(_ => new double[chain.States])];
    }

    /// <summary>How many steps the smoothed states are behind.</summary>
    public int Lag { get; }

    /// <summary>Observations so far.</summary>
    public long Count { get; private set; }

    /// <summary>ln P(x₁ … x_t); −∞ once the observations are impossible.</summary>
    public double LogLikelihood => logLikelihood;

    /// <summary>P(s_t | x₁ … x_t); zeros before the first observation and when the observations are impossible.</summary>
    public Tensor<double> Filtered => Tensor.Wrap(Count == 0 ? new double[chain.States] : Normalized(forward[Slot(Count - 1)]), chain.States);

    /// <summary>P(s_{t+1} | x₁ … x_t); before the first observation the start probabilities.</summary>
    public Tensor<double> Predicted
    {
        get
        {
            if (Count == 0) return Tensor.From<double>(chain.Start.AsSpan(0, chain.States), chain.States);
            double[] now = Normalized(forward[Slot(Count - 1)]), next = new double[chain.States];
            for (int i = 0; i < now.Length; i++)
            {
                for (int j = 0; j < now.Length; j++) next[j] += now[i] * chain.Transition[i * chain.Stride + j];
            }

            return Tensor.Wrap(next, chain.States);
        }
    }

    /// <summary>P(s_{t−lag} | x₁ … x_t); null until lag + 1 observations have come.</summary>
    public Tensor<double>? Smoothed => Count > Lag ? SmoothedAt(Lag) : null;

    /// <summary>P(s_{t−back} | x₁ … x_t) for a step that is still kept: at the end of the observations, the states that the lag has not reached.</summary>
    /// <param name="back">0 … lag, and less than the number of observations.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is not kept.</exception>
    public Tensor<double> SmoothedAt(int back)
    {
        if (back < 0 || back > Lag || back >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(back), $"SmoothedAt: {back} steps back; after {Count} observations with lag {Lag} the steps 0 to {Math.Min(Lag, Count - 1)} back are kept.");
        }

        int states = chain.States;
        double[] beta = new double[states], terms = new double[states];
        for (long t = Count - 2; t >= Count - 1 - back; t--)
        {
            var before = new double[states];
            double[] next = emitted[Slot(t + 1)];
            for (int i = 0; i < states; i++)
            {
                for (int j = 0; j < states; j++) terms[j] = logTransition[i * chain.Stride + j] + next[j] + beta[j];
                before[i] = LogForwardBackward.LogSum(terms);
            }

            beta = before;
        }

        return Tensor.Wrap(Normalized([.. forward[Slot(Count - 1 - back)].Zip(beta, (f, b) => f + b)]), states);
    }

    /// <summary>Takes the next observation.</summary>
    /// <returns>ln P(x_t | x₁ … x_{t−1}).</returns>
    public double Add(TObservation observation)
    {
        int states = chain.States;
        double[] own = emitted[Slot(Count)], target = forward[Slot(Count)];
        emission.LogProbabilities([observation], own);
        var values = new double[states];
        if (Count == 0)
        {
            for (int j = 0; j < states; j++) values[j] = Math.Log(chain.Start[j]) + own[j];
        }
        else
        {
            double[] previous = forward[Slot(Count - 1)], terms = new double[states];
            for (int j = 0; j < states; j++)
            {
                for (int i = 0; i < states; i++) terms[i] = previous[i] + logTransition[i * chain.Stride + j];
                values[j] = LogForwardBackward.LogSum(terms) + own[j];
            }
        }

        // Kept relative to the likelihood so far, so that no digits are lost however long the stream runs.
        double step = LogForwardBackward.LogSum(values);
        for (int j = 0; j < states; j++) target[j] = double.IsNegativeInfinity(step) ? double.NegativeInfinity : values[j] - step;
        logLikelihood += step;
        Count++;
        return step;
    }

    private int Slot(long t) => (int)(t % (Lag + 1));

    private static double[] Normalized(double[] logs)
    {
        double total = LogForwardBackward.LogSum(logs);
        return [.. logs.Select(value => double.IsNegativeInfinity(total) ? 0 : Math.Exp(value - total))];
    }
}
