using WeightSharing.Autograd;
using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Markov.Pairs;

namespace WeightSharing.Tests.Markov.Operations;

public sealed class PairLogLikelihoodTests
{
    private static readonly int[] X = [0, 2, 1], Y = [1, 0, 2, 2];

    [Theory]
    [InlineData(PairMode.Global)]
    [InlineData(PairMode.SemiGlobal)]
    [InlineData(PairMode.Local)]
    public void Gradients_of_both_orders_agree_with_differences(PairMode mode)
    {
        // Two symbols and the unknown one, 2.
        PairOptions options = new() { Mode = mode };
        GradCheck.Verify((a, p, q) => PairLogLikelihood.Of(a, p, q, X, Y, options, 0.2), [3, 4], [2, 2], [2, 2]);
    }

    [Fact]
    public void Gradients_in_a_band_agree_with_differences() =>
        GradCheck.Verify((a, p, q) => PairLogLikelihood.Of(a, p, q, X, Y, new() { Band = 1 }), [3, 4], [2, 2], [2, 2]);

    [Fact]
    public void Matches_and_insertions_may_be_the_same_numbers_and_views()
    {
        GradCheck.Verify(x => PairLogLikelihood.Of(x.Slice(1, 0, 4), x.Slice(1, 0, 3), x.Slice(0, 0, 2).Slice(1, 1, 4), [0, 2], [1, 2, 3]), [3, 4]);
        GradCheck.Verify((a, p, q) => PairLogLikelihood.Of(a.Transpose(), p.Transpose(), q.Transpose(), X, Y), [4, 3], [2, 2], [2, 2]);
    }

    [Fact]
    public void Gradients_are_the_expected_counts_and_what_is_forbidden_has_none()
    {
        PairHmm model = PairBrute.Random(4, tied: true);
        (string x, string y) = (PairBrute.Dna(9, 1, unknown: true), PairBrute.Dna(7, 2, unknown: true));
        foreach (PairMode mode in Enum.GetValues<PairMode>())
        {
            PairOptions options = new() { Mode = mode };
            PairExpectedCounts counts = model.ExpectedCounts(x, y, options);
            Tensor<double> a = model.Transitions.Value.Log().Detach().RequireGradient(), p = model.Match.Value.Log().Detach().RequireGradient();
            Tensor<double> q = model.Insert.Value.Log().Detach().RequireGradient();
            Tensor<double> value = PairLogLikelihood.Of(a, p, q, Alphabet.Dna.Encode(x), Alphabet.Dna.Encode(y), options, model.RandomEnd);
            value.Backward();
            Assert.Equal(model.LogLikelihood(x, y, options), value.Item(), 1e-10);
            Brute.Near(counts.Transitions.ToArray(), a.Gradient!.ToArray());
            Brute.Near(counts.Match.ToArray(), p.Gradient!.ToArray());
            Brute.Near(counts.Insert.ToArray(), q.Gradient!.ToArray());
            Assert.Equal(0, a.Gradient![1, 2]);
            // Once to the end; and each known symbol of either sequence is emitted once, in pairs, insertions and flanks together.
            Assert.Equal(1, counts.Transitions[0, 3] + counts.Transitions[1, 3] + counts.Transitions[2, 3], 1e-9);
            int known = (x + y).Count(symbol => symbol != 'N');
            Assert.Equal(known, 2 * counts.Match.Sum().Item() + counts.Insert.Sum().Item(), 1e-9);
        }
    }

    [Fact]
    public void The_ledger_shows_what_x_and_y_contributed_to_tied_parameters()
    {
        PairHmm model = PairBrute.Random(7, tied: true);
        (string x, string y) = (PairBrute.Dna(12, 1), PairBrute.Dna(8, 2));
        PairExpectedCounts counts = model.ExpectedCounts(x, y);
        using (UsageLedger.TrackContributions()) model.DifferentiableLogLikelihood(x, y).Backward();
        Parameter<double> insert = model.Insert.Parameter;
        Usage<double>[] usages = [.. insert.Ledger.Usages];
        Assert.Equal(["state=1", "state=2"], usages.Select(usage => usage.Site.ToString()));
        double[] theta = insert.Value.ToArray(), sum = new double[theta.Length];
        foreach ((int row, Usage<double> usage) in usages.Index())
        {
            double[] own = usage.Gradient!.ToArray();
            for (int k = 0; k < own.Length; k++)
            {
                sum[k] += own[k];
                Assert.Equal(counts.Insert[row, k], own[k] * theta[k], 1e-10);
            }
        }

        Brute.Near(insert.Gradient!.ToArray(), sum, 1e-12);
        Parameter<double> transitions = model.Transitions.Parameter;
        Assert.Equal(["state=0", "state=1", "state=2"], transitions.Ledger.Usages.Select(usage => usage.Site.ToString()));
        double[] parts = [.. transitions.Gradient!.ToArray()];
        foreach (Usage<double> usage in transitions.Ledger.Usages) parts = [.. parts.Zip(usage.Gradient!.ToArray(), (whole, part) => whole - part)];
        Assert.All(parts, rest => Assert.Equal(0, rest, 1e-10));
        Assert.Single(model.Match.Parameter.Ledger.Usages);
    }

    [Fact]
    public void An_impossible_pair_is_minus_infinity_without_a_gradient()
    {
        double no = double.NegativeInfinity;
        Tensor<double> a = Tensor.Wrap([-1, no, no, -1, -1, no, no, -1, -1, no, no, -1], [3, 4]).RequireGradient();
        Tensor<double> value = PairLogLikelihood.Of(a, Tensor.Zeros<double>(2, 2), Tensor.Zeros<double>(2, 2), [0], [0, 1]);
        Assert.Equal(no, value.Item());
        value.Backward();
        Assert.All(a.Gradient!.ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Shapes_and_symbols_that_do_not_fit_are_named()
    {
        Tensor<double> a = Tensor.Zeros<double>(3, 4), two = Tensor.Zeros<double>(2, 2);
        Assert.Equal(
            "PairLogLikelihood: transitions [3, 4] · match [2, 2] · insert [2, 3]; expected [3, 4], [V, V] and [2, V] with one V.",
            Assert.Throws<ArgumentException>(() => PairLogLikelihood.Of(a, two, Tensor.Zeros<double>(2, 3), [0], [0])).Message);
        Assert.Equal(
            "PairLogLikelihood: symbol 3; with insert [2, 2] symbols are 0 to 1, and 2 for an unknown one.",
            Assert.Throws<ArgumentException>(() => PairLogLikelihood.Of(a, two, two, [0], [3])).Message);
    }
}
