using WeightSharing.Markov;
using WeightSharing.Tensors;
using WeightSharing.Tests.Markov.Pairs;

namespace WeightSharing.Tests.Markov.Learning;

public sealed class ModelComparisonTests
{
    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(6.634896601021213, 1, 0.01)]
    [InlineData(18.307038053275146, 10, 0.05)]
    [InlineData(10, 10, 0.44049328506521257)]
    [InlineData(100, 3, 1.554159431389605e-21)]
    [InlineData(0, 3, 1)]
    public void The_tail_of_chi_square_is_that_of_the_tables(double x, double freedom, double expected) =>
        Assert.Equal(expected, SpecialFunctions.ChiSquareTail(x, freedom), 2e-12 * expected);

    [Fact]
    public void Log_gamma_is_that_of_factorials()
    {
        Assert.Equal(Math.Log(120), SpecialFunctions.LogGamma(6), 1e-13);
        Assert.Equal(0.5 * Math.Log(Math.PI), SpecialFunctions.LogGamma(0.5), 1e-14);
        Assert.Equal(SpecialFunctions.LogGamma(16), SpecialFunctions.LogFactorial(15), 1e-12);
    }

    [Fact]
    public void Criteria_follow_their_definitions()
    {
        var comparison = new ModelComparison(-100, -97, 5, 8, 50);
        Assert.Equal(6, comparison.Statistic);
        Assert.Equal(3, comparison.DegreesOfFreedom);
        Assert.Equal(0.11161022509471271, comparison.PValue, 1e-12);
        Assert.Equal(210, comparison.TiedAic);
        Assert.Equal(210, comparison.UntiedAic);
        Assert.Equal(200 + 5 * Math.Log(50), comparison.TiedBic, 1e-12);
        Assert.Equal(194 + 8 * Math.Log(50), comparison.UntiedBic, 1e-12);
        Assert.StartsWith("2Δ ln P = 6 with 3 degrees of freedom", comparison.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Symmetric_gaps_are_accepted_and_asymmetric_ones_are_not()
    {
        (string, string)[] Pairs(double deltaX, double deltaY)
        {
            var truth = new PairHmm(Alphabet.Dna, tied: false);
            truth.SetGaps(deltaX, deltaY, 0.4, 0.4, 0.01);
            return [.. Enumerable.Range(0, 30).Select(n => truth.Sample(RandomKey.Of(n))).Select(sample => (sample.X, sample.Y))];
        }

        ModelComparison same = ModelComparison.OfSymmetry(new PairHmm(Alphabet.Dna), Pairs(0.06, 0.06), new() { Iterations = 15 });
        ModelComparison different = ModelComparison.OfSymmetry(new PairHmm(Alphabet.Dna), Pairs(0.12, 0.01), new() { Iterations = 15 });
        Assert.Equal(11, same.DegreesOfFreedom);
        Assert.True(same.PValue > 0.001);
        Assert.True(different.PValue < 1e-6);
        Assert.True(different.UntiedBic < different.TiedBic);
    }

    [Fact]
    public void Hidden_markov_models_are_compared_alike()
    {
        var tied = new HiddenMarkovModel<int>(new CategoricalEmission(3, 3, StateTying.Classes([0, 1, 0], 3)));
        var untied = new HiddenMarkovModel<int>(new CategoricalEmission(3, 3));
        tied.Initialize(1);
        untied.Initialize(1);
        int[][] data = [Brute.Symbols(40, 3, 1)];
        ModelComparison comparison = ModelComparison.Of(tied, untied, data, new() { Iterations = 20 });
        Assert.Equal(2, comparison.DegreesOfFreedom);
        Assert.InRange(comparison.PValue, 0, 1);
        Assert.Throws<ArgumentException>(() => ModelComparison.Of(untied, tied, data));
        Assert.NotEmpty(PairBrute.Dna(1, 1));
    }
}
