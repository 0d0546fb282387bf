using WeightSharing.Experiments.Adding;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Adding;

public sealed class AddingExperimentTests
{
    [Fact]
    public void A_sequence_has_a_mark_in_each_half_and_its_target_is_the_sum_of_the_marked_numbers()
    {
        AddingProblem problem = AddingProblem.Draw(10, 200, RandomKey.Of(1));
        double squares = 0;
        for (int n = 0; n < 200; n++)
        {
            int[] marked = [.. Enumerable.Range(0, 10).Where(t => problem.Inputs[t, n, 1] == 1)];
            Assert.Equal(2, marked.Length);
            Assert.True(marked[0] < 5 && marked[1] >= 5);
            Assert.Equal(problem.Inputs[marked[0], n, 0] + problem.Inputs[marked[1], n, 0], problem.Targets[n, 0], 1e-6f);
            squares += (problem.Targets[n, 0] - 1) * (problem.Targets[n, 0] - 1) / 200;
        }

        Assert.Equal(AddingProblem.ConstantError, squares, 0.04);
        Assert.NotEqual(problem.Targets.ToArray(), AddingProblem.Draw(10, 200, RandomKey.Of(2)).Targets.ToArray());
    }

    [Fact]
    public void The_unshared_net_has_as_many_times_the_recurrent_weights_as_there_are_steps()
    {
        int readout = AddingNetwork.Hidden + 1;
        RandomKey key = RandomKey.Of(1);
        Assert.Equal(7 * (AddingNetwork.Rnn(key).Parameters.FreeCount - readout), AddingNetwork.Unshared(7, key).Parameters.FreeCount - readout);
        Assert.Equal(4 * (AddingNetwork.Rnn(key).Parameters.FreeCount - readout), AddingNetwork.Lstm(key).Parameters.FreeCount - readout);
    }

    [Fact]
    public void A_short_problem_is_learned_and_the_gradients_by_step_are_there()
    {
        AddingNetwork network = AddingNetwork.Gru(RandomKey.Of(1));
        AddingProblem test = AddingProblem.Draw(4, 300, RandomKey.Of(2));
        double before = network.Error(test);
        network.Train(4, 150, RandomKey.Of(3), TestContext.Current.CancellationToken);
        Assert.True(network.Error(test) < before / 4);
        (double[] norms, double[] cosines) = network.GradientByStep(test);
        Assert.Equal((4, 4), (norms.Length, cosines.Length));
        Assert.All(norms, norm => Assert.True(norm >= 0));
    }
}
