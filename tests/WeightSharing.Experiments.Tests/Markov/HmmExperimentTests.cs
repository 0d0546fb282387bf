using WeightSharing.Experiments.Markov;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov;

public sealed class HmmExperimentTests
{
    [Fact]
    public void The_true_model_keeps_its_ties_and_predicts_best()
    {
        HiddenMarkovModel<int> truth = LeftRightProblem.Truth();
        int[][] training = LeftRightProblem.Draw(4, RandomKey.Of(1)), test = LeftRightProblem.Draw(30, RandomKey.Of(2));
        double best = LeftRightProblem.PerSymbol(truth, test);
        double tied = LeftRightProblem.PerSymbol(LeftRightProblem.Train(true, training, RandomKey.Of(3), 15), test);
        double untied = LeftRightProblem.PerSymbol(LeftRightProblem.Train(false, training, RandomKey.Of(3), 15), test);
        Assert.True(best > tied);
        Assert.True(tied > untied);
        Assert.True(LeftRightProblem.Model(true).DegreesOfFreedom < LeftRightProblem.Model(false).DegreesOfFreedom / 3);
    }

    [Fact]
    public void The_casino_is_seen_through()
    {
        var casino = new Casino(RandomKey.Of(1), 2000);
        casino.Learn(20);
        Assert.InRange(casino.Viterbi, 0.7, 1);
        Assert.True(casino.Posterior >= casino.Viterbi - 0.02);
        Assert.InRange(casino.Trained, 0.6, 1);
        Assert.Equal(300, casino.FirstPosteriors.Length);
    }
}
