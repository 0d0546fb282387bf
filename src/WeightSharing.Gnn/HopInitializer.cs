using System.Globalization;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>First values of the weights γ₀ … γ_K of hops.</summary>
public sealed class HopInitializer
{
    private readonly Func<int, RandomKey, double[]> draw;

    private HopInitializer(string name, Func<int, RandomKey, double[]> draw) => (Name, this.draw) = (name, draw);

    /// <summary>The name, for example <c>Ppr(0.1)</c>.</summary>
    public string Name { get; }

    /// <summary>γₖ = 1/(K + 1).</summary>
    public static HopInitializer Constant { get; } = new("Constant", (hops, _) => [.. Enumerable.Repeat(1.0 / (hops + 1), hops + 1)]);

    /// <summary>Uniform in ±√(3/(K + 1)), then divided by Σ|γ| (Chien et al. 2021).</summary>
    public static HopInitializer Random { get; } = new("Random", (hops, key) =>
    {
        double bound = Math.Sqrt(3.0 / (hops + 1));
        double[] values = Tensor.Uniform<double>([hops + 1], key, -bound, bound).ToArray();
        double sum = values.Sum(Math.Abs);
        return sum == 0 ? values : [.. values.Select(value => value / sum)];
    });

    /// <summary>γₖ = α(1 − α)ᵏ, the last (1 − α)ᴷ, so that they sum to 1: personalised PageRank, the weights of <see cref="Appnp{T}"/>.</summary>
    /// <param name="alpha">α, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">α lies outside 0 … 1.</exception>
    public static HopInitializer Ppr(double alpha = 0.1)
    {
        if (!(alpha is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(alpha), $"HopInitializer: alpha {alpha}; expected 0 to 1.");
        return new HopInitializer(
            string.Create(CultureInfo.InvariantCulture, $"Ppr({alpha})"),
            (hops, _) => [.. Enumerable.Range(0, hops + 1).Select(k => Math.Pow(1 - alpha, k) * (k == hops ? 1 : alpha))]);
    }

    /// <summary>1 for one hop and 0 for all others; the last one gives <see cref="SimplifiedGraphConvolution{T}"/>.</summary>
    /// <param name="hop">Which, from 0; −1 is the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">The hop is below −1.</exception>
    public static HopInitializer Only(int hop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hop, -1);
        return new HopInitializer($"Only({hop})", (hops, _) =>
        {
            if (hop > hops) throw new InvalidOperationException($"HopInitializer: only hop {hop} of {hops}; it must be among them.");
            return [.. Enumerable.Range(0, hops + 1).Select(k => k == (hop < 0 ? hops : hop) ? 1.0 : 0)];
        });
    }

    /// <summary>γ₀ … γ_K for K hops.</summary>
    /// <param name="hops">K, at least 0.</param>
    /// <param name="key">Of random values.</param>
    public double[] Draw(int hops, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hops);
        return draw(hops, key);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
