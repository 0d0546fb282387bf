using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Operations;

public sealed class ChainLogLikelihoodTests
{
    [Fact]
    public void Gradients_of_both_orders_agree_with_differences() =>
        GradCheck.Verify((start, transitions, emissions) => ChainLogLikelihood.Of(start, transitions, emissions), [3], [3, 3], [4, 3]);

    [Fact]
    public void A_batch_with_lengths_has_the_gradients_of_its_sequences()
    {
        Tensor<int> lengths = Tensor.From(4, 0, 2);
        GradCheck.Verify((start, transitions, emissions) => ChainLogLikelihood.Of(start, transitions, emissions, lengths), [2], [2, 2], [3, 4, 2]);
        Tensor<double> start = Tensor.Normal<double>(2, RandomKey.Of(1)), a = Tensor.Normal<double>([2, 2], RandomKey.Of(2)), b = Tensor.Normal<double>([3, 4, 2], RandomKey.Of(3));
        double[] batch = ChainLogLikelihood.Of(start, a, b, lengths).ToArray();
        Assert.Equal(ChainLogLikelihood.Of(start, a, b.Select(0, 0)).Item(), batch[0], 1e-12);
        Assert.Equal(0, batch[1]);
        Assert.Equal(ChainLogLikelihood.Of(start, a, b.Select(0, 2).Slice(0, 0, 2)).Item(), batch[2], 1e-12);
    }

    [Fact]
    public void Start_and_emissions_may_be_the_same_numbers_and_views()
    {
        GradCheck.Verify(x => ChainLogLikelihood.Of(x.Select(0, 0), x, x), [3, 3]);
        GradCheck.Verify((start, transitions, emissions) => ChainLogLikelihood.Of(start, transitions.Transpose(), emissions.Transpose()), [3], [3, 3], [3, 4]);
    }

    [Fact]
    public void Gradients_are_the_expected_counts()
    {
        HiddenMarkovModel<int> model = Brute.Random(3, 4, 1);
        int[] sequence = Brute.Symbols(20, 4, 2);
        var logs = new double[60];
        model.Emission.LogProbabilities(sequence, logs);
        Tensor<double> start = model.Start.Value.Log().Detach().RequireGradient(), transitions = model.Transitions.Value.Log().Detach().RequireGradient();
        Tensor<double> emissions = Tensor.Wrap(logs, [20, 3]).RequireGradient();
        Tensor<double> value = ChainLogLikelihood.Of(start, transitions, emissions);
        value.Backward();
        HmmPosterior posterior = model.Posterior(sequence);
        Assert.Equal(posterior.LogLikelihood, value.Item(), 1e-10);
        Brute.Near(posterior.Counts.Start.ToArray(), start.Gradient!.ToArray());
        Brute.Near(posterior.Counts.Transitions.ToArray(), transitions.Gradient!.ToArray());
        Brute.Near(posterior.States.ToArray(), emissions.Gradient!.ToArray());
    }

    [Fact]
    public void What_is_forbidden_gets_no_gradient()
    {
        double no = double.NegativeInfinity;
        Tensor<double> start = Tensor.From(0, no).RequireGradient(), a = Tensor.Wrap([-0.1, -0.2, no, 0], [2, 2]).RequireGradient(), b = Tensor.Normal<double>([5, 2], RandomKey.Of(1)).RequireGradient();
        ChainLogLikelihood.Of(start, a, b).Backward();
        Assert.Equal(0, start.Gradient![1]);
        Assert.Equal(0, a.Gradient![1, 0]);
        Assert.Equal(4, a.Gradient!.Sum().Item(), 1e-12);
        Tensor<double> impossible = ChainLogLikelihood.Of(Tensor.From(no, no).RequireGradient(), a, b);
        Assert.Equal(no, impossible.Item());
    }

    [Fact]
    public void Numbers_of_any_size_are_safe()
    {
        Tensor<double> start = Tensor.From(2000.0, 1000), a = Tensor.Wrap([900.0, 800, 850, 700], [2, 2]), b = Tensor.Normal<double>([6, 2], RandomKey.Of(1)) * 500;
        double expected = ChainLogLikelihood.Composed(start, a, b, [6]).Item();
        Assert.Equal(expected, ChainLogLikelihood.Of(start, a, b).Item(), 1e-9 * Math.Abs(expected));
    }

    [Fact]
    public void A_chain_on_top_of_a_network_learns_to_tell_the_states()
    {
        // The observation's sign tells the state, which stays for long: the network finds that out from the likelihood of the tags' chain.
        double[] x = [.. Enumerable.Range(0, 60).Select(t => (t / 10 % 2 == 0 ? 1 : -1) + 0.8 * (RandomKey.Of(4).Uniform((ulong)t) - 0.5))];
        var network = new Sequential<double>(new Dense<double>(1, 4), new Tanh<double>(), new Dense<double>(4, 2));
        network.Initialize(1);
        var chain = new Parameter<double>(Tensor.Zeros<double>(2, 2));
        Tensor<double> input = Tensor.Wrap(x, [60, 1]), start = Tensor.From(0.0, 0);
        double[] mask = [.. Enumerable.Range(0, 60).SelectMany(t => t / 10 % 2 == 0 ? new[] { 0, double.NegativeInfinity } : [double.NegativeInfinity, 0])];
        double first = 0, last = 0;
        for (int step = 0; step < 60; step++)
        {
            network.Parameters.ZeroGradient();
            chain.ZeroGradient();
            Tensor<double> scores = network.Forward(input);
            // A conditional random field: the score of the right path against that of all.
            Tensor<double> loss = ChainLogLikelihood.Of(start, chain.Value, scores) - ChainLogLikelihood.Of(start, chain.Value, scores + Tensor.Wrap(mask, [60, 2]));
            loss.Backward();
            foreach (Parameter<double> parameter in network.Parameters.Append(chain)) parameter.Set(parameter.Value.Detach() - parameter.Gradient! * 0.05);
            last = loss.Item();
            if (step == 0) first = last;
        }

        Assert.True(last < 0.1 * first, $"{first} → {last}");
        Assert.True(chain.Value[0, 0] > chain.Value[0, 1]);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Tensor<double> two = Tensor.Zeros<double>(2), square = Tensor.Zeros<double>(2, 2);
        Assert.Equal(
            "ChainLogLikelihood: start [2] · transitions [2, 2] · emissions [5, 3]; expected [S], [S, S] and [T, S] or [N, T, S] with one S.",
            Assert.Throws<ArgumentException>(() => ChainLogLikelihood.Of(two, square, Tensor.Zeros<double>(5, 3))).Message);
        Assert.StartsWith(
            "ChainLogLikelihood: a length of 6; emissions [1, 5, 2] have 0 to 5 steps.",
            Assert.Throws<ArgumentException>(() => ChainLogLikelihood.Of(two, square, Tensor.Zeros<double>(1, 5, 2), Tensor.From(6))).Message, StringComparison.Ordinal);
    }
}
