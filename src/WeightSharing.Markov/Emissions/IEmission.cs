using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// What the states of a hidden Markov model emit. The library's own emissions implement this interface and nothing else, so one written
/// outside is on a par with them. An emission that is a <c>Module&lt;double&gt;</c> becomes a child of the model: its parameters are named, saved, cloned.
/// </summary>
/// <typeparam name="TObservation">One observation: <c>int</c> for symbols and counts, <c>double[]</c> for vectors, or any type of yours.</typeparam>
public interface IEmission<TObservation>
{
    /// <summary>The number of states that emit.</summary>
    int StateCount { get; }

    /// <summary>What training can choose: free values less constraints.</summary>
    int DegreesOfFreedom { get; }

    /// <summary>ln b_s(o_t), −∞ where a state cannot emit an observation.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="logProbabilities">[T, S], row-major, to be filled.</param>
    void LogProbabilities(ReadOnlySpan<TObservation> sequence, Span<double> logProbabilities);

    /// <summary>Empty statistics for one step of training.</summary>
    IEmissionStatistics<TObservation> CreateStatistics();

    /// <summary>Draws an observation; what is drawn depends on the state and the key alone.</summary>
    TObservation Sample(int state, RandomKey key);

    /// <summary>Parameters to start training from, drawn with the help of the data.</summary>
    void InitializeFrom(IReadOnlyList<TObservation[]> sequences, RandomKey key);

    /// <summary>The parameters as they are, for <see cref="Restore"/>.</summary>
    object Snapshot();

    /// <summary>Puts parameters back.</summary>
    void Restore(object snapshot);

    /// <summary>The logarithm of the prior's density up to a constant; 0 without a prior.</summary>
    double LogPrior { get; }
}

/// <summary>Expected statistics of one step of training (the sufficient statistics of the emission's family).</summary>
/// <typeparam name="TObservation">One observation.</typeparam>
public interface IEmissionStatistics<TObservation>
{
    /// <summary>Adds observations weighted by the posterior of each state.</summary>
    /// <param name="sequence">T observations.</param>
    /// <param name="posteriors">[T, S], row-major: the probability of each state, or 1 for the state of a path and 0 for the others.</param>
    void Add(ReadOnlySpan<TObservation> sequence, ReadOnlySpan<double> posteriors);

    /// <summary>Sets the emission's parameters to the most probable ones; parameters without mass keep their values.</summary>
    void Maximize();
}

/// <summary>An emission that can be differentiated, for training by gradients and for the ledger of its parameters.</summary>
/// <typeparam name="TObservation">One observation.</typeparam>
public interface IDifferentiableEmission<TObservation> : IEmission<TObservation>
{
    /// <summary>ln b_s(o_t) as a differentiable tensor [T, S] that records each state's use of the parameters.</summary>
    Tensor<double> LogProbabilities(ReadOnlySpan<TObservation> sequence);
}
