using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>What a sequence says about the states.</summary>
/// <param name="LogLikelihood">ln P(x); −∞ for a sequence that the model cannot emit, whose posteriors and counts are all zero.</param>
/// <param name="States">P(s_t | x): [T, emitting states], in the order in which the emission counts them.</param>
/// <param name="Counts">Expected numbers of starts and transitions, silent states included.</param>
public sealed record HmmPosterior(double LogLikelihood, Tensor<double> States, HmmExpectedCounts Counts);

/// <summary>Expected numbers of uses of a model's start and transition probabilities, state by state: before any tied ones are added up.</summary>
/// <param name="Start">[S].</param>
/// <param name="Transitions">[S, S], row = from.</param>
public sealed record HmmExpectedCounts(Tensor<double> Start, Tensor<double> Transitions);

/// <summary>A way through the states.</summary>
/// <param name="LogProbability">ln P(x, path); −∞ when no path emits the sequence, and <paramref name="States"/> is then empty.</param>
/// <param name="States">The states in order, silent ones included.</param>
/// <param name="EmittingStates">The state of each observation.</param>
public sealed record HmmPath(double LogProbability, IReadOnlyList<int> States, IReadOnlyList<int> EmittingStates);

/// <summary>A sequence drawn from a model.</summary>
/// <typeparam name="TObservation">One observation.</typeparam>
/// <param name="Observations">What was emitted.</param>
/// <param name="States">The states in order, silent ones included.</param>
public sealed record HmmSample<TObservation>(TObservation[] Observations, IReadOnlyList<int> States);
