using System.Globalization;
using System.Text;

namespace WeightSharing.Layers;

/// <summary>How much each hop counts in a layer with learned weights of hops: data to plot, and as text a plot of its own.</summary>
/// <param name="Weights">γ₀ … γ_K.</param>
public sealed record HopProfile(IReadOnlyList<double> Weights)
{
    private const int Width = 30;

    /// <summary>|γₖ| / Σ|γ|, from 0 to 1; all 0 when every weight is.</summary>
    public IReadOnlyList<double> Shares
    {
        get
        {
            double sum = Weights.Sum(Math.Abs);
            return [.. Weights.Select(weight => sum == 0 ? 0 : Math.Abs(weight) / sum)];
        }
    }

    /// <summary>Σ k·|γₖ| / Σ|γ|: from how far away information comes on average, in hops.</summary>
    public double Reach => Shares.Select((share, hop) => share * hop).Sum();

    /// <summary>A bar for each hop.</summary>
    public override string ToString()
    {
        double most = Weights.Count == 0 ? 0 : Weights.Max(Math.Abs);
        var text = new StringBuilder();
        for (int hop = 0; hop < Weights.Count; hop++)
        {
            int length = most == 0 ? 0 : (int)Math.Round(Width * Math.Abs(Weights[hop]) / most);
            string bar = new(Weights[hop] < 0 ? '░' : '█', length);
            text.Append(string.Create(CultureInfo.InvariantCulture, $"hop {hop,2}  {Weights[hop],8:0.0000}  {bar}").TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }
}
