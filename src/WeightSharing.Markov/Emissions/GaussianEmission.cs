using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// b_s(x) = N(x; μ_s, Σ_s): each state emits vectors of D numbers.
/// <para>Shares means and covariances across states, each by classes of its own: with one class of covariances, a single one serves all states.</para>
/// <para>Shapes: sequence T vectors of D, means [S, D], covars [S, D] (variances) or [S, D, D], log-densities [T, S].</para>
/// <para>Parameters: D a class of means, D or D(D + 1)/2 a class of covariances; untied so many a state.</para>
/// <para>Liporace, "Maximum likelihood estimation for multivariate observations of Markov sources", 1982.</para>
/// </summary>
public sealed class GaussianEmission : Module<double>, IDifferentiableEmission<double[]>
{
    private readonly GaussianFamily family;

    /// <summary>An emission of standard normal densities.</summary>
    /// <param name="states">S.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="covariance">Variances only, or whole matrices.</param>
    /// <param name="meanTying">Full shape [S, D]; ties whole states. Null is untied.</param>
    /// <param name="covarianceTying">Full shape [S, D] or [S, D, D]; ties whole states. Null is untied; <see cref="StateTying.Shared"/> ties all.</param>
    /// <param name="prior">On each covariance; null is none.</param>
    /// <param name="varianceFloor">Training keeps variances from falling below.</param>
    /// <param name="means">Means to share with another emission.</param>
    /// <param name="covariances">Covariances to share with another emission.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the floor negative.</exception>
    /// <exception cref="ArgumentException">A tying or weight does not fit.</exception>
    public GaussianEmission(
        int states, int dimensions, Covariance covariance = Covariance.Diagonal, Tying? meanTying = null, Tying? covarianceTying = null,
        InverseWishartPrior? prior = null, double varianceFloor = 0, Weight<double>? means = null, Weight<double>? covariances = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfNegative(varianceFloor);
        (StateCount, Dimensions, CovarianceForm, Prior, VarianceFloor) = (states, dimensions, covariance, prior, varianceFloor);
        bool full = covariance == Covariance.Full;
        Shape shape = full ? [states, dimensions, dimensions] : [states, dimensions];
        Means = Register("means", EmissionParts.Weight("GaussianEmission", [states, dimensions], means, meanTying, _ => 0));
        Covariances = Register("covars", EmissionParts.Weight(
            "GaussianEmission", shape, covariances, covarianceTying, i => !full || i % (dimensions * dimensions) % (dimensions + 1) == 0 ? 1 : 0));
        family = new GaussianFamily(
            "GaussianEmission", StateTying.ClassesOf("GaussianEmission means", Means.Tying, [states, dimensions]),
            StateTying.ClassesOf("GaussianEmission covariances", Covariances.Tying, shape), dimensions, covariance);
    }

    /// <summary>S.</summary>
    public int StateCount { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Variances only, or whole matrices.</summary>
    public Covariance CovarianceForm { get; }

    /// <summary>On each covariance.</summary>
    public InverseWishartPrior? Prior { get; }

    /// <summary>Training keeps variances from falling below.</summary>
    public double VarianceFloor { get; }

    /// <summary>μ [S, D].</summary>
    public Weight<double> Means { get; }

    /// <summary>Variances [S, D], or covariances [S, D, D].</summary>
    public Weight<double> Covariances { get; }

    /// <inheritdoc/>
    public int DegreesOfFreedom => family.DegreesOfFreedom;

    /// <inheritdoc/>
    public double LogPrior => family.LogPrior(Prior, Covariances.Value.ToArray());

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An observation has another number of dimensions.</exception>
    /// <exception cref="InvalidOperationException">A covariance is not positive definite.</exception>
    public void LogProbabilities(ReadOnlySpan<double[]> sequence, Span<double> logProbabilities) =>
        family.LogDensities(sequence, Means.Value.ToArray(), Covariances.Value.ToArray(), logProbabilities);

    /// <inheritdoc/>
    public Tensor<double> LogProbabilities(ReadOnlySpan<double[]> sequence) =>
        GaussianDensityTensor.Of(sequence, EmissionParts.UseByState(Means), EmissionParts.UseByState(Covariances));

    /// <inheritdoc/>
    public IEmissionStatistics<double[]> CreateStatistics() => new Statistics(this);

    /// <inheritdoc/>
    public double[] Sample(int state, RandomKey key) => family.Sample(state, Means.Value.ToArray(), Covariances.Value.ToArray(), key);

    /// <inheritdoc/>
    public void InitializeFrom(IReadOnlyList<double[][]> sequences, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        (double[] means, double[] covariances) = GaussianStart.Draw(sequences, StateCount, Dimensions, family.CovarianceSize, VarianceFloor, key);
        Means.SetFull(Tensor.Wrap(means, Means.Shape));
        Covariances.SetFull(Tensor.Wrap(covariances, Covariances.Shape));
    }

    /// <inheritdoc/>
    public object Snapshot() => EmissionParts.Snapshot(this);

    /// <inheritdoc/>
    public void Restore(object snapshot) => EmissionParts.Restore(this, snapshot);

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key) => InitializeFrom([], key);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => EmissionParts.Copy(
        nameof(GaussianEmission), copier, same => new GaussianEmission(
            StateCount, Dimensions, CovarianceForm, null, null, Prior, VarianceFloor, same.Copy(Means), same.Copy(Covariances)));

    private sealed class Statistics(GaussianEmission emission) : IEmissionStatistics<double[]>
    {
        private readonly GaussianFamily.Moments moments = emission.family.CreateMoments(emission.Means.Value.ToArray());

        public void Add(ReadOnlySpan<double[]> sequence, ReadOnlySpan<double> posteriors)
        {
            for (int t = 0; t < sequence.Length; t++)
            {
                for (int s = 0; s < emission.StateCount; s++) moments.Add(s, sequence[t], posteriors[t * emission.StateCount + s]);
            }
        }

        public void Maximize()
        {
            double[] means = emission.Means.Value.ToArray(), covariances = emission.Covariances.Value.ToArray();
            moments.Maximize(means, covariances, emission.VarianceFloor, emission.Prior);
            emission.Means.SetFull(Tensor.Wrap(means, emission.Means.Shape));
            emission.Covariances.SetFull(Tensor.Wrap(covariances, emission.Covariances.Shape));
        }
    }
}
