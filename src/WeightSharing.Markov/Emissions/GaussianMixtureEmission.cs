using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// b_s(x) = Σ_m c_sm·N(x; μ_sm, Σ_sm): each state emits from a mixture of M Gaussians.
/// <para>
/// Shares mixture weights, and sets of Gaussians, across states, each by classes of its own. With one set for all states (<see cref="Semicontinuous"/>)
/// every state weighs one codebook in its own way.
/// </para>
/// <para>Shapes: sequence T vectors of D, weights [S, M], means [S, M, D], covars [S, M, D] or [S, M, D, D], log-densities [T, S].</para>
/// <para>Parameters: M a class of weights (M − 1 free), M·D and M·D or M·D(D + 1)/2 a class of Gaussians; untied so many a state.</para>
/// <para>Juang, Levinson and Sondhi 1986; Huang and Jack, "Semi-continuous hidden Markov models for speech signals", 1989.</para>
/// </summary>
public sealed class GaussianMixtureEmission : Module<double>, IDifferentiableEmission<double[]>
{
    private readonly int[] set;             // the class of Gaussians of each state
    private readonly int[] setState;        // a state that has each class
    private readonly GaussianFamily family; // units: class · M + m
    private readonly TiedSimplex simplex;

    /// <summary>A mixture of standard normal densities, weighed equally.</summary>
    /// <param name="states">S.</param>
    /// <param name="components">M.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="covariance">Variances only, or whole matrices.</param>
    /// <param name="weightTying">Full shape [S, M]; null is untied.</param>
    /// <param name="gaussianClasses">The class of each state whose Gaussians are shared, from 0; null is a class a state.</param>
    /// <param name="weightPrior">On the mixture weights; null is none.</param>
    /// <param name="prior">On each covariance; null is none.</param>
    /// <param name="varianceFloor">Training keeps variances from falling below.</param>
    /// <param name="weights">Weights to share with another emission.</param>
    /// <param name="means">Means to share with another emission.</param>
    /// <param name="covariances">Covariances to share with another emission.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the floor negative.</exception>
    /// <exception cref="ArgumentException">A tying, the classes or a weight do not fit.</exception>
    public GaussianMixtureEmission(
        int states, int components, int dimensions, Covariance covariance = Covariance.Diagonal, Tying? weightTying = null, int[]? gaussianClasses = null,
        DirichletPrior? weightPrior = null, InverseWishartPrior? prior = null, double varianceFloor = 0,
        Weight<double>? weights = null, Weight<double>? means = null, Weight<double>? covariances = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(components);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfNegative(varianceFloor);
        if (gaussianClasses is not null && gaussianClasses.Length != states)
        {
            throw new ArgumentException($"GaussianMixtureEmission: {gaussianClasses.Length} classes of Gaussians for {states} states; each state needs one.", nameof(gaussianClasses));
        }

        (StateCount, ComponentCount, Dimensions, CovarianceForm) = (states, components, dimensions, covariance);
        (WeightPrior, Prior, VarianceFloor) = (weightPrior, prior, varianceFloor);
        bool full = covariance == Covariance.Full;
        Shape block = full ? [components, dimensions, dimensions] : [components, dimensions];
        Tying? Shared(Shape one) => gaussianClasses is null ? null : StateTying.Classes(gaussianClasses, one);
        Weights = Register("weights", EmissionParts.Weight("GaussianMixtureEmission", [states, components], weights, weightTying, _ => 1.0 / components));
        Means = Register("means", EmissionParts.Weight(
            "GaussianMixtureEmission", [states, components, dimensions], means, means is null ? Shared([components, dimensions]) : null, _ => 0));
        Covariances = Register("covars", EmissionParts.Weight(
            "GaussianMixtureEmission", block.Insert(0, states), covariances, covariances is null ? Shared(block) : null,
            i => !full || i % (dimensions * dimensions) % (dimensions + 1) == 0 ? 1 : 0));
        set = StateTying.ClassesOf("GaussianMixtureEmission means", Means.Tying, Means.Shape);
        if (!set.AsSpan().SequenceEqual(StateTying.ClassesOf("GaussianMixtureEmission covariances", Covariances.Tying, Covariances.Shape)))
        {
            throw new ArgumentException("GaussianMixtureEmission: means and covariances are shared by different classes of states; share both or neither.", nameof(means));
        }

        setState = [.. Enumerable.Range(0, set.Max() + 1).Select(k => Array.IndexOf(set, k))];
        int[] units = [.. Enumerable.Range(0, setState.Length * components)];
        family = new GaussianFamily("GaussianMixtureEmission", units, units, dimensions, covariance);
        simplex = new TiedSimplex("GaussianMixtureEmission", Weights.Tying, states, components);
    }

    /// <summary>S.</summary>
    public int StateCount { get; }

    /// <summary>M.</summary>
    public int ComponentCount { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Variances only, or whole matrices.</summary>
    public Covariance CovarianceForm { get; }

    /// <summary>On the mixture weights.</summary>
    public DirichletPrior? WeightPrior { get; }

    /// <summary>On each covariance.</summary>
    public InverseWishartPrior? Prior { get; }

    /// <summary>Training keeps variances from falling below.</summary>
    public double VarianceFloor { get; }

    /// <summary>c [S, M]: rows are distributions.</summary>
    public Weight<double> Weights { get; }

    /// <summary>μ [S, M, D].</summary>
    public Weight<double> Means { get; }

    /// <summary>Variances [S, M, D], or covariances [S, M, D, D].</summary>
    public Weight<double> Covariances { get; }

    /// <inheritdoc/>
    public int DegreesOfFreedom => simplex.DegreesOfFreedom + family.DegreesOfFreedom;

    /// <inheritdoc/>
    public double LogPrior => (WeightPrior?.LogDensity(Weights.Parameter.Value.ToArray()) ?? 0) + family.LogPrior(Prior, UnitValues(Covariances));

    /// <summary>A semicontinuous emission: one codebook of Gaussians for all states, and weights of its own for each.</summary>
    /// <param name="states">S.</param>
    /// <param name="components">Gaussians in the codebook.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="covariance">Variances only, or whole matrices.</param>
    /// <param name="weightTying">Full shape [S, M]; null is untied.</param>
    /// <param name="weightPrior">On the weights; null is none.</param>
    /// <param name="prior">On each covariance; null is none.</param>
    /// <param name="varianceFloor">Training keeps variances from falling below.</param>
    public static GaussianMixtureEmission Semicontinuous(
        int states, int components, int dimensions, Covariance covariance = Covariance.Diagonal, Tying? weightTying = null,
        DirichletPrior? weightPrior = null, InverseWishartPrior? prior = null, double varianceFloor = 0) =>
        new(states, components, dimensions, covariance, weightTying, new int[states], weightPrior, prior, varianceFloor);

    /// <inheritdoc/>
    public void LogProbabilities(ReadOnlySpan<double[]> sequence, Span<double> logProbabilities)
    {
        double[] densities = Densities(sequence), logWeights = LogWeights();
        for (int t = 0; t < sequence.Length; t++)
        {
            for (int s = 0; s < StateCount; s++) logProbabilities[t * StateCount + s] = LogMixture(densities, logWeights, t, s);
        }
    }

    /// <inheritdoc/>
    public Tensor<double> LogProbabilities(ReadOnlySpan<double[]> sequence)
    {
        int units = StateCount * ComponentCount;
        Shape flat = CovarianceForm == Covariance.Full ? [units, Dimensions, Dimensions] : [units, Dimensions];
        Tensor<double> densities = GaussianDensityTensor.Of(
            sequence, EmissionParts.UseByState(Means).Reshape(units, Dimensions), EmissionParts.UseByState(Covariances).Reshape(flat));
        Tensor<double> weights = EmissionParts.LogOrForbidden(EmissionParts.UseByState(Weights));
        return (densities.Reshape(sequence.Length, StateCount, ComponentCount) + weights.Unsqueeze(0)).LogSumExp(2);
    }

    /// <inheritdoc/>
    public IEmissionStatistics<double[]> CreateStatistics() => new Statistics(this);

    /// <inheritdoc/>
    public double[] Sample(int state, RandomKey key)
    {
        int component = EmissionParts.Draw(Weights.Value.ToArray().AsSpan(state * ComponentCount, ComponentCount), key.Uniform());
        return family.Sample(set[state] * ComponentCount + component, UnitValues(Means), UnitValues(Covariances), key.Fork("vector"));
    }

    /// <inheritdoc/>
    public void InitializeFrom(IReadOnlyList<double[][]> sequences, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        (double[] means, double[] covariances) = GaussianStart.Draw(sequences, family.Units, Dimensions, family.CovarianceSize, VarianceFloor, key);
        SetUnits(Means, means);
        SetUnits(Covariances, covariances);
        double[] free = Weights.Parameter.Value.ToArray(), counts = new double[free.Length];
        for (int k = 0; k < free.Length; k++) counts[k] = 0.25 + key.Fork("weights").Uniform((ulong)k);
        simplex.Maximize(counts, free);
        Weights.Parameter.Set(Tensor.Wrap(free, Weights.Parameter.Shape));
    }

    /// <inheritdoc/>
    public object Snapshot() => EmissionParts.Snapshot(this);

    /// <inheritdoc/>
    public void Restore(object snapshot) => EmissionParts.Restore(this, snapshot);

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key) => InitializeFrom([], key);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => EmissionParts.Copy(
        nameof(GaussianMixtureEmission), copier, same => new GaussianMixtureEmission(
            StateCount, ComponentCount, Dimensions, CovarianceForm, null, null, WeightPrior, Prior, VarianceFloor,
            same.Copy(Weights), same.Copy(Means), same.Copy(Covariances)));

    private double[] Densities(ReadOnlySpan<double[]> sequence)
    {
        var densities = new double[sequence.Length * family.Units];
        family.LogDensities(sequence, UnitValues(Means), UnitValues(Covariances), densities);
        return densities;
    }

    private double[] LogWeights()
    {
        double[] weights = Weights.Value.ToArray();
        simplex.Check("mixture weights", weights);
        for (int i = 0; i < weights.Length; i++) weights[i] = Math.Log(weights[i]);
        return weights;
    }

    private double LogMixture(double[] densities, double[] logWeights, int t, int state)
    {
        ReadOnlySpan<double> density = densities.AsSpan(t * family.Units + set[state] * ComponentCount, ComponentCount);
        ReadOnlySpan<double> weight = logWeights.AsSpan(state * ComponentCount, ComponentCount);
        double largest = double.NegativeInfinity, sum = 0;
        for (int m = 0; m < density.Length; m++) largest = Math.Max(largest, density[m] + weight[m]);
        if (double.IsNegativeInfinity(largest)) return largest;
        for (int m = 0; m < density.Length; m++) sum += Math.Exp(density[m] + weight[m] - largest);
        return largest + Math.Log(sum);
    }

    // The values of one state of each class, in the order of the units.
    private double[] UnitValues(Weight<double> weight)
    {
        double[] full = weight.Value.ToArray();
        int block = full.Length / StateCount;
        return [.. setState.SelectMany(s => full.AsSpan(s * block, block).ToArray())];
    }

    private void SetUnits(Weight<double> weight, double[] values)
    {
        int block = values.Length / setState.Length;
        weight.SetFull(Tensor.Wrap([.. set.SelectMany(k => values.AsSpan(k * block, block).ToArray())], weight.Shape));
    }

    private sealed class Statistics(GaussianMixtureEmission emission) : IEmissionStatistics<double[]>
    {
        private readonly double[] counts = new double[emission.StateCount * emission.ComponentCount];
        private readonly GaussianFamily.Moments moments = emission.family.CreateMoments(emission.UnitValues(emission.Means));

        public void Add(ReadOnlySpan<double[]> sequence, ReadOnlySpan<double> posteriors)
        {
            double[] densities = emission.Densities(sequence), logWeights = emission.LogWeights();
            (int states, int components) = (emission.StateCount, emission.ComponentCount);
            for (int t = 0; t < sequence.Length; t++)
            {
                for (int s = 0; s < states; s++)
                {
                    double posterior = posteriors[t * states + s];
                    if (posterior == 0) continue;
                    double whole = emission.LogMixture(densities, logWeights, t, s);
                    for (int m = 0; m < components; m++)
                    {
                        int unit = emission.set[s] * components + m;
                        double share = posterior * Math.Exp(densities[t * emission.family.Units + unit] + logWeights[s * components + m] - whole);
                        counts[s * components + m] += share;
                        moments.Add(unit, sequence[t], share);
                    }
                }
            }
        }

        public void Maximize()
        {
            double[] free = emission.simplex.Collect(counts), theta = emission.Weights.Parameter.Value.ToArray();
            for (int k = 0; k < free.Length; k++) free[k] += emission.WeightPrior?.PseudoCount ?? 0;
            emission.simplex.Maximize(free, theta);
            emission.Weights.Parameter.Set(Tensor.Wrap(theta, emission.Weights.Parameter.Shape));
            double[] means = emission.UnitValues(emission.Means), covariances = emission.UnitValues(emission.Covariances);
            moments.Maximize(means, covariances, emission.VarianceFloor, emission.Prior);
            emission.SetUnits(emission.Means, means);
            emission.SetUnits(emission.Covariances, covariances);
        }
    }
}
