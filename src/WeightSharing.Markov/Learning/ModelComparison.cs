namespace WeightSharing.Markov;

/// <summary>
/// Two nested models of the same data: is what the smaller one ties really the same? The likelihood-ratio test (Wilks 1938), Akaike's criterion (1974)
/// and Schwarz's (1978).
/// </summary>
/// <param name="TiedLogLikelihood">ln P of the data under the tied model, trained.</param>
/// <param name="UntiedLogLikelihood">ln P of the data under the untied model, trained.</param>
/// <param name="TiedFreedom">Degrees of freedom of the tied model.</param>
/// <param name="UntiedFreedom">Degrees of freedom of the untied model.</param>
/// <param name="Observations">Number of observations, for Schwarz's criterion.</param>
public sealed record ModelComparison(double TiedLogLikelihood, double UntiedLogLikelihood, int TiedFreedom, int UntiedFreedom, long Observations)
{
    /// <summary>2·(ln P untied − ln P tied), at least 0: under the tied model about χ² distributed.</summary>
    public double Statistic => Math.Max(0, 2 * (UntiedLogLikelihood - TiedLogLikelihood));

    /// <summary>How many more numbers the untied model chooses.</summary>
    public int DegreesOfFreedom => UntiedFreedom - TiedFreedom;

    /// <summary>The probability of so large a statistic if the ties hold; small: they do not. 1 when the models choose the same number of values.</summary>
    public double PValue => DegreesOfFreedom <= 0 ? 1 : SpecialFunctions.ChiSquareTail(Statistic, DegreesOfFreedom);

    /// <summary>2·k − 2·ln P of the tied model; the smaller of two is the better model.</summary>
    public double TiedAic => 2 * TiedFreedom - 2 * TiedLogLikelihood;

    /// <summary>2·k − 2·ln P of the untied model.</summary>
    public double UntiedAic => 2 * UntiedFreedom - 2 * UntiedLogLikelihood;

    /// <summary>k·ln n − 2·ln P of the tied model.</summary>
    public double TiedBic => TiedFreedom * Math.Log(Observations) - 2 * TiedLogLikelihood;

    /// <summary>k·ln n − 2·ln P of the untied model.</summary>
    public double UntiedBic => UntiedFreedom * Math.Log(Observations) - 2 * UntiedLogLikelihood;

    /// <summary>
    /// Trains a tied pair HMM and, from where that arrives, an untied one: are insertions and deletions symmetric?
    /// </summary>
    /// <param name="tied">The tied model; its parameters are trained.</param>
    /// <param name="pairs">Pairs of sequences; the observations are their symbols.</param>
    /// <param name="options">Null is the defaults.</param>
    public static ModelComparison OfSymmetry(PairHmm tied, IReadOnlyList<(string X, string Y)> pairs, PairTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tied);
        ArgumentNullException.ThrowIfNull(pairs);
        bool gapToGap = tied.Transitions.Tying.Indices[4 + 2] >= 0;
        var untied = new PairHmm(tied.Alphabet, tied: false, PairTying.Transitions(tied: false, gapToGap)) { RandomEnd = tied.RandomEnd };
        PairTrainingResult first = tied.Fit(pairs, options);
        untied.Transitions.SetFull(tied.Transitions.Value);
        untied.Match.SetFull(tied.Match.Value);
        untied.Insert.SetFull(tied.Insert.Value);
        PairTrainingResult second = untied.Fit(pairs, options);
        return new ModelComparison(
            first.LogLikelihood, second.LogLikelihood, tied.DegreesOfFreedom, untied.DegreesOfFreedom, pairs.Sum(pair => (long)pair.X.Length + pair.Y.Length));
    }

    /// <summary>Trains two hidden Markov models on the same sequences, the first a tied form of the second.</summary>
    /// <param name="tied">The model with more ties; trained.</param>
    /// <param name="untied">The model with fewer; trained.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="options">Null is the defaults.</param>
    /// <exception cref="ArgumentException">The untied model does not choose more values than the tied one.</exception>
    public static ModelComparison Of<TObservation>(
        HiddenMarkovModel<TObservation> tied, HiddenMarkovModel<TObservation> untied, IReadOnlyList<TObservation[]> sequences, HmmTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tied);
        ArgumentNullException.ThrowIfNull(untied);
        ArgumentNullException.ThrowIfNull(sequences);
        if (untied.DegreesOfFreedom < tied.DegreesOfFreedom)
        {
            throw new ArgumentException($"ModelComparison: the tied model has {tied.DegreesOfFreedom} degrees of freedom, the untied one {untied.DegreesOfFreedom}; exchange them.", nameof(untied));
        }

        double first = tied.Fit(sequences, options).LogLikelihood, second = untied.Fit(sequences, options).LogLikelihood;
        return new ModelComparison(first, second, tied.DegreesOfFreedom, untied.DegreesOfFreedom, sequences.Sum(sequence => (long)sequence.Length));
    }

    /// <summary>The test in one line.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"2Δ ln P = {Statistic:0.###} with {DegreesOfFreedom} degrees of freedom, p = {PValue:0.###e+0}; AIC tied {TiedAic:0.#}, untied {UntiedAic:0.#}; BIC tied {TiedBic:0.#}, untied {UntiedBic:0.#}");
}
