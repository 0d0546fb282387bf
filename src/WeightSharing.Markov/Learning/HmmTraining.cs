namespace WeightSharing.Markov;

/// <summary>How a hidden Markov model is trained.</summary>
public sealed record HmmTrainingOptions
{
    /// <summary>At most so many iterations.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>Stops when the objective rises by less than this an observation; 0 runs all iterations.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Training starts from so many random points (and, first, from the present one); the best result stays.</summary>
    public int Restarts { get; init; }

    /// <summary>Of the restarts.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Keeps O(√T) rows of the recursions instead of T.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>Trains the start probabilities.</summary>
    public bool TrainStart { get; init; } = true;

    /// <summary>Trains the transitions.</summary>
    public bool TrainTransitions { get; init; } = true;

    /// <summary>Trains the emission.</summary>
    public bool TrainEmission { get; init; } = true;
}

/// <summary>What training did.</summary>
/// <param name="LogLikelihood">Σ ln P of the sequences that the model can emit, under the trained parameters (of the best paths, for Viterbi training).</param>
/// <param name="Objective">The log-likelihood and the logarithm of the priors: what training maximises.</param>
/// <param name="Trace">The objective before every iteration and after the last, of the run that was kept; it never falls.</param>
/// <param name="Converged">The objective rose by less than the tolerance.</param>
/// <param name="Impossible">Sequences that the model cannot emit; they took no part.</param>
public sealed record HmmTrainingResult(double LogLikelihood, double Objective, IReadOnlyList<double> Trace, bool Converged, int Impossible)
{
    /// <summary>Iterations of the run that was kept.</summary>
    public int Iterations => Trace.Count - 1;
}
