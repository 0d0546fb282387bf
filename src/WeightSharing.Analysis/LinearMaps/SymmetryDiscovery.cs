using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Which symmetries a trained weight has, approximately: every candidate is a tying, its residual ‖w − Proj w‖ / ‖w‖, compared with what a random weight of the same size would
/// leave, √(1 − free / entries).
/// </summary>
public static class SymmetryDiscovery
{
    /// <summary>The candidates in ascending order of score: the most telling symmetry first.</summary>
    /// <param name="weight">The weight, for example [out, in] of a dense layer.</param>
    /// <param name="candidates">Name and tying of each; <c>Symmetries.Tying(inputAction, outputAction)</c> makes those of a group.</param>
    /// <exception cref="ArgumentException">A tying has another number of entries than the weight.</exception>
    public static IReadOnlyList<SymmetryScore> Rank<T>(Tensor<T> weight, params IEnumerable<(string Name, Tying Tying)> candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(candidates);
        return [.. candidates.Select(candidate =>
        {
            var manifold = new TyingManifold(candidate.Tying);
            double residual = manifold.Locate(weight).RelativeResidual, chance = Math.Sqrt(1 - (double)manifold.Dimension / manifold.AmbientDimension);
            return new SymmetryScore(candidate.Name, candidate.Tying, residual, chance);
        }).OrderBy(score => score.Score).ThenBy(score => score.Tying.FreeCount)];
    }
}

/// <summary>How well one symmetry holds.</summary>
/// <param name="Name">The candidate's name.</param>
/// <param name="Tying">The weights that have the symmetry exactly.</param>
/// <param name="Residual">‖w − nearest‖ / ‖w‖, from 0 (exact) to 1.</param>
/// <param name="ChanceResidual">What a random weight leaves: √(1 − free / entries).</param>
public sealed record SymmetryScore(string Name, Tying Tying, double Residual, double ChanceResidual)
{
    /// <summary>Residual over chance: 0 is exact, 1 no better than chance; 1 for a tying without any restriction.</summary>
    public double Score => ChanceResidual == 0 ? 1 : Residual / ChanceResidual;
}
