using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// b_s(o) = B[s, o]: each state has a distribution over an alphabet of symbols 0 … V − 1.
/// <para>Shares rows, or single entries, of B across states.</para>
/// <para>Shapes: sequence T symbols, emissionprob [S, V], log-probabilities [T, S].</para>
/// <para>Parameters: V a class of states, of which V − 1 are free; untied V a state.</para>
/// <para>Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition", 1989.</para>
/// </summary>
public sealed class CategoricalEmission : Module<double>, IDifferentiableEmission<int>
{
    /// <summary>A symbol that was not observed: every state emits it with probability 1, so it is summed out.</summary>
    public const int Missing = -1;

    private readonly Tying? tying;
    private readonly TiedSimplex simplex;

    /// <summary>An emission with equal probabilities.</summary>
    /// <param name="states">S.</param>
    /// <param name="symbols">V.</param>
    /// <param name="tying">Full shape [S, V]; null is untied. <see cref="StateTying.Classes"/> ties whole states.</param>
    /// <param name="prior">On each distribution; null is none.</param>
    /// <param name="weight">A weight [S, V] to share with another emission instead of one of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    /// <exception cref="ArgumentException">The tying or weight does not fit.</exception>
    public CategoricalEmission(int states, int symbols, Tying? tying = null, DirichletPrior? prior = null, Weight<double>? weight = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(symbols);
        (StateCount, SymbolCount, Prior, this.tying) = (states, symbols, prior, tying);
        bool own = weight is null;
        Probabilities = Register("emissionprob", EmissionParts.Weight("CategoricalEmission", [states, symbols], weight, tying, _ => 1.0 / symbols));
        simplex = new TiedSimplex("CategoricalEmission", Probabilities.Tying, states, symbols);
        if (own) SetFree(free => simplex.Maximize(Enumerable.Repeat(1.0, free.Length).ToArray(), free));
    }

    /// <summary>S.</summary>
    public int StateCount { get; }

    /// <summary>V.</summary>
    public int SymbolCount { get; }

    /// <summary>On each distribution.</summary>
    public DirichletPrior? Prior { get; }

    /// <summary>B [S, V]: rows are distributions.</summary>
    public Weight<double> Probabilities { get; }

    /// <inheritdoc/>
    public int DegreesOfFreedom => simplex.DegreesOfFreedom;

    /// <inheritdoc/>
    public double LogPrior => Prior?.LogDensity(Probabilities.Parameter.Value.ToArray()) ?? 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A symbol is outside 0 … V − 1 and not <see cref="Missing"/>.</exception>
    public void LogProbabilities(ReadOnlySpan<int> sequence, Span<double> logProbabilities)
    {
        double[] b = Probabilities.Value.ToArray();
        simplex.Check("emissionprob", b);
        var table = new double[SymbolCount * StateCount];
        for (int v = 0; v < SymbolCount; v++)
        {
            for (int s = 0; s < StateCount; s++) table[v * StateCount + s] = Math.Log(b[s * SymbolCount + v]);
        }

        for (int t = 0; t < sequence.Length; t++)
        {
            Span<double> row = logProbabilities.Slice(t * StateCount, StateCount);
            if (sequence[t] == Missing) row.Clear();
            else table.AsSpan(Checked(sequence[t], t) * StateCount, StateCount).CopyTo(row);
        }
    }

    /// <inheritdoc/>
    public Tensor<double> LogProbabilities(ReadOnlySpan<int> sequence)
    {
        var symbols = new int[sequence.Length];
        for (int t = 0; t < symbols.Length; t++) symbols[t] = sequence[t] == Missing ? SymbolCount : Checked(sequence[t], t);
        // A column of zeros behind the alphabet stands for what was not observed.
        Tensor<double> logs = EmissionParts.LogOrForbidden(EmissionParts.UseByState(Probabilities));
        Tensor<double> extended = Tensor.Concat<double>([logs, Tensor.Zeros<double>(StateCount, 1)], 1);
        return extended.IndexSelect(1, Tensor.Wrap(symbols, symbols.Length)).Transpose();
    }

    /// <inheritdoc/>
    public IEmissionStatistics<int> CreateStatistics() => new Statistics(this);

    /// <inheritdoc/>
    public int Sample(int state, RandomKey key) => EmissionParts.Draw(Probabilities.Value.ToArray().AsSpan(state * SymbolCount, SymbolCount), key.Uniform());

    /// <inheritdoc/>
    public void InitializeFrom(IReadOnlyList<int[]> sequences, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        // How often each symbol occurs, shaken: states begin near the data and apart from each other.
        var frequency = new double[SymbolCount];
        Array.Fill(frequency, 1);
        foreach (int symbol in sequences.SelectMany(sequence => sequence))
        {
            if (symbol >= 0 && symbol < SymbolCount) frequency[symbol]++;
        }

        var full = new double[StateCount * SymbolCount];
        for (int i = 0; i < full.Length; i++) full[i] = frequency[i % SymbolCount] * (0.25 + key.Uniform((ulong)Probabilities.Tying.Indices[i] + 1));
        SetFree(free => simplex.Maximize(simplex.Collect(full), free));
    }

    /// <inheritdoc/>
    public object Snapshot() => EmissionParts.Snapshot(this);

    /// <inheritdoc/>
    public void Restore(object snapshot) => EmissionParts.Restore(this, snapshot);

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key) => InitializeFrom([], key);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => EmissionParts.Copy(
        nameof(CategoricalEmission), copier, same => new CategoricalEmission(StateCount, SymbolCount, null, Prior, same.Copy(Probabilities)));

    private delegate void FreeAction(Span<double> free);

    private void SetFree(FreeAction change)
    {
        double[] free = Probabilities.Parameter.Value.ToArray();
        change(free);
        Probabilities.Parameter.Set(Tensor.Wrap(free, Probabilities.Parameter.Shape));
    }

    private int Checked(int symbol, int t) => (uint)symbol < (uint)SymbolCount
        ? symbol
        : throw new ArgumentOutOfRangeException(
            nameof(symbol), $"CategoricalEmission: symbol {symbol} at position {t}; the alphabet has symbols 0 to {SymbolCount - 1} (and {Missing} for one that was not observed).");

    private sealed class Statistics(CategoricalEmission emission) : IEmissionStatistics<int>
    {
        private readonly double[] counts = new double[emission.SymbolCount * emission.StateCount];

        public void Add(ReadOnlySpan<int> sequence, ReadOnlySpan<double> posteriors)
        {
            int states = emission.StateCount;
            for (int t = 0; t < sequence.Length; t++)
            {
                if (sequence[t] == Missing) continue;
                for (int s = 0; s < states; s++) counts[s * emission.SymbolCount + sequence[t]] += posteriors[t * states + s];
            }
        }

        public void Maximize()
        {
            double[] free = emission.simplex.Collect(counts);
            for (int k = 0; k < free.Length; k++) free[k] += emission.Prior?.PseudoCount ?? 0;
            emission.SetFree(theta => emission.simplex.Maximize(free, theta));
        }
    }
}
