using WeightSharing.Autograd;
using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Emissions;

public sealed class EmissionTests
{
    private static double[][] Vectors(int count, int dimensions, long seed) => [.. Enumerable.Range(0, count).Select(t =>
    {
        var x = new double[dimensions];
        RandomKey.Of(seed).Fork(t).FillNormal(x.AsSpan(), mean: t % 3 == 0 ? 3 : 0);
        return x;
    })];

    private static GaussianEmission[] Gaussians(int states, int dimensions) =>
    [
        new(states, dimensions),
        new(states, dimensions, Covariance.Full),
        new(states, dimensions, Covariance.Full, covarianceTying: StateTying.Shared(states, [dimensions, dimensions])),
        new(states, dimensions, Covariance.Diagonal, meanTying: StateTying.Classes([0, 1, 0], dimensions)),
        new(states, dimensions, Covariance.Full, meanTying: StateTying.Classes([0, 1, 0], dimensions), covarianceTying: StateTying.Classes([0, 0, 1], [dimensions, dimensions])),
        new(states, dimensions, Covariance.Full, prior: new InverseWishartPrior(0.5, 4)),
        new(states, dimensions, Covariance.Diagonal, prior: new InverseWishartPrior(0.5, 4)),
    ];

    [Fact]
    public void Gaussians_of_every_form_and_tying_train_upwards_and_agree_with_all_paths()
    {
        double[][] data = Vectors(40, 2, 1);
        foreach (GaussianEmission emission in Gaussians(3, 2))
        {
            var model = new HiddenMarkovModel<double[]>(emission);
            model.InitializeFrom([data], RandomKey.Of(3));
            HmmTrainingResult result = model.Fit([data, Vectors(15, 2, 2)], new() { Iterations = 6, Tolerance = 0 });
            for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-8, string.Join(" ", result.Trace));
            Brute.Check(model, data[..4]);
        }
    }

    [Fact]
    public void A_full_gaussian_has_the_textbook_density()
    {
        var emission = new GaussianEmission(1, 2, Covariance.Full);
        emission.Means.SetFull(Tensor.Wrap([1.0, -1], [1, 2]));
        emission.Covariances.SetFull(Tensor.Wrap([2, 0.5, 0.5, 1], [1, 2, 2]));
        var log = new double[1];
        emission.LogProbabilities([[0.0, 1.0]], log);
        // (−1, 2) Σ⁻¹ (−1, 2)ᵀ with Σ⁻¹ = [[1, −½], [−½, 2]] / 1.75.
        Assert.Equal(-Math.Log(2 * Math.PI) - 0.5 * Math.Log(1.75) - 0.5 * (1 + 2 + 8) / 1.75, log[0], 1e-13);
    }

    [Fact]
    public void One_covariance_for_all_states_is_the_pooled_scatter()
    {
        var emission = new GaussianEmission(2, 1, Covariance.Full, covarianceTying: StateTying.Shared(2, [1, 1]));
        IEmissionStatistics<double[]> statistics = emission.CreateStatistics();
        statistics.Add([[1.0], [3.0], [10.0], [14.0]], [1, 0, 1, 0, 0, 1, 0, 1]);
        statistics.Maximize();
        Brute.Near([2, 12], emission.Means.Value.ToArray(), 1e-12);
        Brute.Near([2.5, 2.5], emission.Covariances.Value.ToArray(), 1e-12);
        Assert.Equal(3, emission.DegreesOfFreedom);
    }

    [Fact]
    public void Inverse_wishart_priors_add_their_scale_and_count()
    {
        var emission = new GaussianEmission(1, 1, prior: new InverseWishartPrior(3, 4));
        IEmissionStatistics<double[]> statistics = emission.CreateStatistics();
        statistics.Add([[1.0], [3.0]], [1, 1]);
        statistics.Maximize();
        Assert.Equal((2 + 3.0) / (2 + 4 + 2), emission.Covariances.Value.Reshape(1).Item(), 1e-12);
    }

    [Fact]
    public void A_collapsed_covariance_is_an_error_that_says_what_helps()
    {
        var model = new HiddenMarkovModel<double[]>(new GaussianEmission(1, 1));
        string message = Assert.Throws<InvalidOperationException>(() => model.Fit([[[1.0], [1.0]]])).Message;
        Assert.Equal("GaussianEmission: the covariance of state 0 is not positive definite; too few observations reach it: set a variance floor or an InverseWishartPrior, or tie it to others.", message);
        var floored = new HiddenMarkovModel<double[]>(new GaussianEmission(1, 1, varianceFloor: 0.01));
        floored.Fit([[[1.0], [1.0]]]);
        Assert.Equal(0.01, ((GaussianEmission)floored.Emission).Covariances.Value.Reshape(1).Item());
    }

    [Fact]
    public void Wrong_sizes_are_named()
    {
        var model = new HiddenMarkovModel<double[]>(new GaussianEmission(2, 2));
        Assert.Equal("GaussianEmission: the observation at position 1 has 3 numbers; the model's have 2.", Assert.Throws<ArgumentException>(() => model.LogLikelihood([[1, 2], [1, 2, 3]])).Message);
        string message = Assert.Throws<ArgumentException>(() => new GaussianEmission(2, 2, meanTying: Tying.Classes([2, 2], 0, 1, 0, 2))).Message;
        Assert.Equal("GaussianEmission means: tying classes ties parts of states; here states are tied as a whole: use StateTying.Classes(classes, block).", message);
    }

    [Fact]
    public void Poisson_rates_are_weighted_means()
    {
        var emission = new PoissonEmission(3, StateTying.Classes([0, 1, 0], []));
        IEmissionStatistics<int> statistics = emission.CreateStatistics();
        statistics.Add([4, 2], [1, 0, 0, 0.25, 0.25, 0.5]);
        statistics.Maximize();
        Brute.Near([5.5 / 1.75, 2, 5.5 / 1.75], emission.Rates.Value.ToArray(), 1e-12);
        var log = new double[3];
        emission.LogProbabilities([3], log);
        Assert.Equal(3 * Math.Log(2) - 2 - Math.Log(6), log[1], 1e-13);
        double[] drawn = [.. Enumerable.Range(0, 4000).Select(n => (double)emission.Sample(1, RandomKey.Of(n)))];
        Assert.Equal(2, drawn.Average(), 0.1);
        Assert.StartsWith("PoissonEmission: -1 at position 0", Assert.Throws<ArgumentOutOfRangeException>(() => emission.LogProbabilities([-1], new double[3])).Message, StringComparison.Ordinal);
        var model = new HiddenMarkovModel<int>(new PoissonEmission(2));
        model.InitializeFrom([[1, 9, 2, 8]], RandomKey.Of(1));
        Brute.Check(model, [0, 3, 7]);
    }

    [Fact]
    public void A_rate_of_zero_emits_only_zero()
    {
        var emission = new PoissonEmission(1);
        emission.Rates.SetFull(Tensor.From(0.0));
        var log = new double[2];
        emission.LogProbabilities([0, 1], log);
        Assert.Equal([0, double.NegativeInfinity], log);
    }

    [Theory]
    [InlineData(Covariance.Diagonal, false)]
    [InlineData(Covariance.Full, false)]
    [InlineData(Covariance.Diagonal, true)]
    [InlineData(Covariance.Full, true)]
    public void Mixtures_and_semicontinuous_emissions_train_upwards(Covariance form, bool shared)
    {
        GaussianMixtureEmission emission = shared
            ? GaussianMixtureEmission.Semicontinuous(3, 2, 2, form, varianceFloor: 1e-3)
            : new GaussianMixtureEmission(3, 2, 2, form, varianceFloor: 1e-3, weightPrior: DirichletPrior.Adding(0.1));
        var model = new HiddenMarkovModel<double[]>(emission);
        double[][] data = Vectors(60, 2, 3);
        model.InitializeFrom([data], RandomKey.Of(2));
        HmmTrainingResult result = model.Fit([data], new() { Iterations = 6, Tolerance = 0 });
        for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-8, string.Join(" ", result.Trace));
        Brute.Check(model, data[..4]);
        Tensor<double> means = emission.Means.Value;
        Assert.Equal(shared, means[0, 0, 0] == means[2, 0, 0]);
        int gaussian = form == Covariance.Full ? 2 + 3 : 4;
        Assert.Equal(3 + (shared ? 2 : 6) * gaussian, emission.DegreesOfFreedom);
        Assert.Equal(2, emission.Sample(1, RandomKey.Of(1)).Length);
    }

    [Fact]
    public void A_mixture_of_one_is_a_gaussian()
    {
        var mixture = new GaussianMixtureEmission(2, 1, 2);
        var gaussian = new GaussianEmission(2, 2);
        mixture.Means.SetFull(Tensor.Wrap([1.0, 2, 3, 4], [2, 1, 2]));
        gaussian.Means.SetFull(Tensor.Wrap([1.0, 2, 3, 4], [2, 2]));
        double[][] data = Vectors(5, 2, 1);
        double[] a = new double[10], b = new double[10];
        mixture.LogProbabilities(data, a);
        gaussian.LogProbabilities(data, b);
        Brute.Near(b, a, 1e-12);
    }

    [Fact]
    public void The_differentiable_forms_agree_with_the_plain_ones()
    {
        double[][] data = Vectors(6, 2, 5);
        foreach (GaussianEmission emission in Gaussians(3, 2)) Agree(emission, data, 3);
        Agree(new GaussianMixtureEmission(3, 2, 2), data, 3);
        Agree(GaussianMixtureEmission.Semicontinuous(3, 2, 2, Covariance.Full), data, 3);
        Agree(new PoissonEmission(3), [0, 1, 5], 3);
        Agree(new CategoricalEmission(3, 4), [0, 3, CategoricalEmission.Missing, 1], 3);

        static void Agree<TObservation>(IDifferentiableEmission<TObservation> emission, TObservation[] sequence, int states)
        {
            emission.InitializeFrom([], RandomKey.Of(4));
            var plain = new double[sequence.Length * states];
            emission.LogProbabilities(sequence, plain);
            Brute.Near(plain, emission.LogProbabilities((ReadOnlySpan<TObservation>)sequence).ToArray(), 1e-11);
        }
    }

    [Fact]
    public void Gaussian_gradients_agree_with_differences()
    {
        double[][] data = Vectors(3, 2, 5);
        Tensor<double> covariances = Tensor.Wrap([2, 0.3, 0.3, 1, 1.5, -0.2, -0.2, 0.8], [2, 2, 2]);
        GradCheck.Verify(inputs => GaussianDensityTensor.Of(data, inputs[0], inputs[1]), [Tensor.Normal<double>([2, 2], RandomKey.Of(1)), covariances]);
        GradCheck.Verify(inputs => GaussianDensityTensor.Of(data, inputs[0], inputs[1]), [Tensor.Normal<double>([2, 2], RandomKey.Of(1)), Tensor.Wrap([2, 1.3, 0.7, 1], [2, 2])]);
    }

    /// <summary>Durations in states, written outside the library: an exponential density through the one interface.</summary>
    private sealed class Waiting(double[] rates) : IEmission<double>
    {
        public int StateCount => rates.Length;

        public int DegreesOfFreedom => rates.Length;

        public double LogPrior => 0;

        public void LogProbabilities(ReadOnlySpan<double> sequence, Span<double> logProbabilities)
        {
            for (int i = 0; i < logProbabilities.Length; i++) logProbabilities[i] = Math.Log(rates[i % rates.Length]) - rates[i % rates.Length] * sequence[i / rates.Length];
        }

        public IEmissionStatistics<double> CreateStatistics() => new Sums(rates);

        public double Sample(int state, RandomKey key) => -Math.Log(1 - key.Uniform()) / rates[state];

        public void InitializeFrom(IReadOnlyList<double[]> sequences, RandomKey key)
        {
            for (int s = 0; s < rates.Length; s++) rates[s] = 0.1 + key.Uniform((ulong)s);
        }

        public object Snapshot() => rates.ToArray();

        public void Restore(object snapshot) => ((double[])snapshot).CopyTo(rates, 0);

        private sealed class Sums(double[] rates) : IEmissionStatistics<double>
        {
            private readonly double[] mass = new double[rates.Length], sum = new double[rates.Length];

            public void Add(ReadOnlySpan<double> sequence, ReadOnlySpan<double> posteriors)
            {
                for (int i = 0; i < posteriors.Length; i++)
                {
                    mass[i % rates.Length] += posteriors[i];
                    sum[i % rates.Length] += posteriors[i] * sequence[i / rates.Length];
                }
            }

            public void Maximize()
            {
                for (int s = 0; s < rates.Length; s++)
                {
                    if (sum[s] > 0) rates[s] = mass[s] / sum[s];
                }
            }
        }
    }

    [Fact]
    public void An_emission_written_outside_trains_and_restarts()
    {
        var truth = new HiddenMarkovModel<double>(new Waiting([0.2, 5]));
        truth.Transitions.SetFull(Tensor.From(new[,] { { 0.9, 0.1 }, { 0.1, 0.9 } }));
        double[] data = truth.Sample(3000, RandomKey.Of(1)).Observations;
        var emission = new Waiting([1, 2]);
        var model = new HiddenMarkovModel<double>(emission);
        HmmTrainingResult result = model.Fit([data], new() { Restarts = 2 });
        double[] rates = [.. ((double[])emission.Snapshot()).Order()];
        Assert.Equal(0.2, rates[0], 0.02);
        Assert.Equal(5, rates[1], 0.4);
        Assert.Equal(result.LogLikelihood, model.LogLikelihood(data), 1e-8);
        Brute.Check(model, data[..5]);
        Assert.StartsWith("DifferentiableLogLikelihood: the emission Waiting is not differentiable", Assert.Throws<NotSupportedException>(() => model.DifferentiableLogLikelihood(data)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Copy: the emission Waiting is no Module<double>", Assert.Throws<NotSupportedException>(() => model.To<double>()).Message, StringComparison.Ordinal);
    }
}
