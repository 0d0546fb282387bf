using WeightSharing.Analysis;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class SymmetryDiscoveryTests
{
    [Fact]
    public void The_symmetry_that_a_weight_has_is_found_among_candidates()
    {
        Tensor<double> circulant = Tying.Circulant(6).Expand(Tensor.Normal<double>(6, RandomKey.Of(1)));
        Tensor<double> noisy = circulant + Tensor.Normal<double>([6, 6], RandomKey.Of(2)) * 0.05;
        IReadOnlyList<SymmetryScore> scores = SymmetryDiscovery.Rank(
            noisy, ("none", Tying.Identity([6, 6])), ("transpose", Tying.Classes([6, 6], [.. Enumerable.Range(0, 36).Select(Symmetric)])), ("shift", Tying.Circulant(6)),
            ("shift by planes", Tying.Toeplitz(6, 6)));
        // A circulant is Toeplitz as well.
        Assert.Equal(["shift", "shift by planes"], scores.Take(2).Select(score => score.Name).Order(StringComparer.Ordinal));
        Assert.InRange(scores[1].Score, 0.01, 0.15);
        Assert.Equal(1, scores[^1].Score, 0.35);

        static int Symmetric(int i)
        {
            (int a, int b) = (Math.Max(i / 6, i % 6), Math.Min(i / 6, i % 6));
            return a * (a + 1) / 2 + b;
        }
    }
}
