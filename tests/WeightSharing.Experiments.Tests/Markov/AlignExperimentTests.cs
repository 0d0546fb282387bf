using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Markov;
using WeightSharing.Markov;

namespace WeightSharing.Tests.Markov;

public sealed class AlignExperimentTests
{
    [Fact]
    public void The_introns_are_seven_and_their_pairs_twentyone()
    {
        Introns introns = Introns.Load(new DataSource(null));
        Assert.Equal(7, introns.Names.Count);
        Assert.Equal(21, introns.Pairs.Count);
        Assert.All(introns.Pairs, pair => Assert.True(pair.A < pair.B));
        Assert.Equal("AF191658.1", introns.Names[0]);
    }

    [Fact]
    public void The_guess_aligns_nearly_as_the_reference_and_training_raises_the_likelihood()
    {
        Introns introns = Introns.Load(new DataSource(null));
        (string x, string y) = introns.Sequences(introns.Pairs[0]);
        PairHmm model = AlignExperiment.Guess(tied: true);
        Assert.InRange(model.Viterbi(x, y).Agreement(introns.Pairs[0].ReferenceA, introns.Pairs[0].ReferenceB), 0.9, 1);
        double before = model.LogLikelihood(x, y);
        model.Fit([(x, y)], new() { Iterations = 2 });
        Assert.True(model.LogLikelihood(x, y) > before);
        Assert.Equal(model.LogLikelihood(x, y), model.LogLikelihood(y, x), 1e-9);
    }
}
