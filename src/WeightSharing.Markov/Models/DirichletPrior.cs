namespace WeightSharing.Markov;

/// <summary>
/// A symmetric Dirichlet prior on the free values of every row of probabilities: training maximises likelihood × prior, which adds
/// <see cref="PseudoCount"/> to the expected count of each free value, however many entries are tied to it.
/// </summary>
/// <param name="Concentration">α ≥ 1 of each free value; 1 is flat.</param>
public sealed record DirichletPrior(double Concentration)
{
    /// <summary>What is added to each expected count: α − 1.</summary>
    public double PseudoCount { get; } = Concentration >= 1
        ? Concentration - 1
        : throw new ArgumentOutOfRangeException(nameof(Concentration), $"DirichletPrior: concentration {Concentration}; the most probable value exists from 1 up.");

    /// <summary>The prior that adds this pseudo-count.</summary>
    public static DirichletPrior Adding(double pseudoCount) => new(pseudoCount + 1);

    /// <summary>Σ (α − 1)·ln θ, the logarithm of the density up to a constant.</summary>
    internal double LogDensity(ReadOnlySpan<double> theta)
    {
        if (PseudoCount == 0) return 0;
        double sum = 0;
        foreach (double value in theta) sum += PseudoCount * Math.Log(value);
        return sum;
    }
}

/// <summary>
/// An inverse Wishart prior on covariances, density ∝ |Σ|^(−(ν + D + 1)/2)·exp(−½ tr(ΨΣ⁻¹)): training adds Ψ to the scatter and ν + D + 1 to the
/// count. A diagonal covariance has an inverse Wishart prior of one dimension for each variance.
/// </summary>
/// <param name="Scale">ψ > 0, for Ψ = ψ·I.</param>
/// <param name="DegreesOfFreedom">ν > 0.</param>
public sealed record InverseWishartPrior(double Scale, double DegreesOfFreedom)
{
    /// <summary>ψ.</summary>
    public double Scale { get; } = Scale > 0 ? Scale : throw new ArgumentOutOfRangeException(nameof(Scale), $"InverseWishartPrior: scale {Scale}; it must be positive.");

    /// <summary>ν.</summary>
    public double DegreesOfFreedom { get; } = DegreesOfFreedom > 0
        ? DegreesOfFreedom
        : throw new ArgumentOutOfRangeException(nameof(DegreesOfFreedom), $"InverseWishartPrior: {DegreesOfFreedom} degrees of freedom; there must be more than 0.");
}
