using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// b_s(o) = λ_sᵒ·e^(−λ_s) / o!: each state emits counts 0, 1, 2, … at a rate.
/// <para>Shares rates across states.</para>
/// <para>Shapes: sequence T counts, rates [S], log-probabilities [T, S].</para>
/// <para>Parameters: one a class of states; untied one a state.</para>
/// <para>MacDonald and Zucchini, "Hidden Markov and other models for discrete-valued time series", 1997.</para>
/// </summary>
public sealed class PoissonEmission : Module<double>, IDifferentiableEmission<int>
{
    private readonly int[] classes;

    /// <summary>An emission with rates 1.</summary>
    /// <param name="states">S.</param>
    /// <param name="tying">Full shape [S]; null is untied.</param>
    /// <param name="weight">A weight [S] to share with another emission instead of one of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one state.</exception>
    /// <exception cref="ArgumentException">The tying or weight does not fit.</exception>
    public PoissonEmission(int states, Tying? tying = null, Weight<double>? weight = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        StateCount = states;
        Rates = Register("rates", EmissionParts.Weight("PoissonEmission", states, weight, tying, _ => 1));
        classes = StateTying.ClassesOf("PoissonEmission", Rates.Tying, states);
    }

    /// <summary>S.</summary>
    public int StateCount { get; }

    /// <summary>λ [S], events an observation; at least 0.</summary>
    public Weight<double> Rates { get; }

    /// <inheritdoc/>
    public int DegreesOfFreedom => Rates.Parameter.Count;

    /// <inheritdoc/>
    public double LogPrior => 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="InvalidOperationException">A rate is negative.</exception>
    public void LogProbabilities(ReadOnlySpan<int> sequence, Span<double> logProbabilities)
    {
        double[] rates = CheckedRates();
        for (int t = 0; t < sequence.Length; t++)
        {
            int count = Checked(sequence[t], t);
            double logFactorial = SpecialFunctions.LogFactorial(count);
            for (int s = 0; s < StateCount; s++)
            {
                // A rate of 0 emits nothing but 0.
                double logRate = count == 0 ? 0 : count * Math.Log(rates[s]);
                logProbabilities[t * StateCount + s] = logRate - rates[s] - logFactorial;
            }
        }
    }

    /// <inheritdoc/>
    public Tensor<double> LogProbabilities(ReadOnlySpan<int> sequence)
    {
        var counts = new double[sequence.Length];
        var factorials = new double[sequence.Length];
        for (int t = 0; t < counts.Length; t++)
        {
            counts[t] = Checked(sequence[t], t);
            factorials[t] = SpecialFunctions.LogFactorial(sequence[t]);
        }

        Tensor<double> rates = EmissionParts.UseByState(Rates), observed = Tensor.Wrap(counts, [counts.Length, 1]);
        Tensor<double> powers = observed * EmissionParts.LogOrForbidden(rates);
        // 0·ln 0 = 0: a count of 0 has no power of the rate.
        powers = Tensor.Where(observed.Greater(0.0), powers, Tensor.Scalar(0.0));
        return powers - rates - Tensor.Wrap(factorials, [counts.Length, 1]);
    }

    /// <inheritdoc/>
    public IEmissionStatistics<int> CreateStatistics() => new Statistics(this);

    /// <inheritdoc/>
    public int Sample(int state, RandomKey key)
    {
        // Arrivals of a process of rate 1 within λ, in pieces that keep e^(−piece) a normal number.
        double left = Rates.Value[state];
        int count = 0;
        ulong draw = 0;
        while (left > 0)
        {
            double piece = Math.Min(left, 500), limit = Math.Exp(-piece), product = 1 - key.Uniform(draw++);
            while (product > limit)
            {
                count++;
                product *= 1 - key.Uniform(draw++);
            }

            left -= piece;
        }

        return count;
    }

    /// <inheritdoc/>
    public void InitializeFrom(IReadOnlyList<int[]> sequences, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        double total = sequences.Sum(sequence => sequence.Sum(count => (double)count)), number = sequences.Sum(sequence => (double)sequence.Length);
        double mean = number == 0 || total == 0 ? 1 : total / number;
        var rates = new double[StateCount];
        for (int s = 0; s < StateCount; s++) rates[s] = mean * (0.25 + 1.5 * key.Uniform((ulong)classes[s]));
        Rates.SetFull(Tensor.Wrap(rates, StateCount));
    }

    /// <inheritdoc/>
    public object Snapshot() => EmissionParts.Snapshot(this);

    /// <inheritdoc/>
    public void Restore(object snapshot) => EmissionParts.Restore(this, snapshot);

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key) => InitializeFrom([], key);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) =>
        EmissionParts.Copy(nameof(PoissonEmission), copier, same => new PoissonEmission(StateCount, null, same.Copy(Rates)));

    private static int Checked(int count, int t) => count >= 0
        ? count
        : throw new ArgumentOutOfRangeException(nameof(count), $"PoissonEmission: {count} at position {t}; counts are 0 or more.");

    private double[] CheckedRates()
    {
        double[] rates = Rates.Value.ToArray();
        for (int s = 0; s < rates.Length; s++)
        {
            if (!(rates[s] >= 0 && double.IsFinite(rates[s]))) throw new InvalidOperationException($"PoissonEmission: state {s} has rate {rates[s]}; rates are 0 or more.");
        }

        return rates;
    }

    private sealed class Statistics(PoissonEmission emission) : IEmissionStatistics<int>
    {
        private readonly double[] mass = new double[emission.StateCount];
        private readonly double[] sum = new double[emission.StateCount];

        public void Add(ReadOnlySpan<int> sequence, ReadOnlySpan<double> posteriors)
        {
            for (int t = 0; t < sequence.Length; t++)
            {
                for (int s = 0; s < mass.Length; s++)
                {
                    double posterior = posteriors[t * mass.Length + s];
                    mass[s] += posterior;
                    sum[s] += posterior * sequence[t];
                }
            }
        }

        public void Maximize()
        {
            double[] rates = emission.Rates.Value.ToArray();
            foreach (IGrouping<int, int> group in Enumerable.Range(0, mass.Length).GroupBy(s => emission.classes[s]))
            {
                double all = group.Sum(s => mass[s]);
                foreach (int s in all > 0 ? group : Enumerable.Empty<int>()) rates[s] = group.Sum(r => sum[r]) / all;
            }

            emission.Rates.SetFull(Tensor.Wrap(rates, rates.Length));
        }
    }
}
