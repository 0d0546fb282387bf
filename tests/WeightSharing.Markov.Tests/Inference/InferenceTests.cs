using CsCheck;
using WeightSharing.Markov;
using WeightSharing.Markov.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Inference;

public sealed class InferenceTests
{
    /// <summary>Durbin et al. 1998, section 3.2.</summary>
    private static HiddenMarkovModel<int> Casino()
    {
        var emission = new CategoricalEmission(2, 6);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0 }, { 0.1, 0.1, 0.1, 0.1, 0.1, 0.5 } }));
        var model = new HiddenMarkovModel<int>(emission);
        model.Transitions.SetFull(Tensor.From(new[,] { { 0.95, 0.05 }, { 0.1, 0.9 } }));
        return model;
    }

    [Fact]
    public void The_umbrella_world_is_Russell_and_Norvigs()
    {
        var emission = new CategoricalEmission(2, 2);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 } }));
        var model = new HiddenMarkovModel<int>(emission);
        model.Transitions.SetFull(Tensor.From(new[,] { { 0.7, 0.3 }, { 0.3, 0.7 } }));
        HmmPosterior posterior = model.Posterior([0, 0, 1, 0, 0]);
        Assert.Equal(-3.3725, posterior.LogLikelihood, 1e-4);
        double[] rain = [.. Enumerable.Range(0, 5).Select(t => posterior.States[t, 0])];
        Brute.Near([0.8673, 0.8204, 0.3075, 0.8204, 0.8673], rain, 1e-4);
    }

    [Fact]
    public void The_fever_example_has_its_published_probabilities()
    {
        // Healthy and fever; normal, cold, dizzy.
        var emission = new CategoricalEmission(2, 3);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 0.5, 0.4, 0.1 }, { 0.1, 0.3, 0.6 } }));
        var model = new HiddenMarkovModel<int>(emission);
        model.Start.SetFull(Tensor.From(0.6, 0.4));
        model.Transitions.SetFull(Tensor.From(new[,] { { 0.7, 0.3 }, { 0.4, 0.6 } }));
        Assert.Equal(0.01512, Math.Exp(model.Viterbi([0, 1, 2]).LogProbability), 1e-10);
        Assert.Equal([0, 0, 1], model.Viterbi([0, 1, 2]).States);
        Assert.Equal(0.03628, Math.Exp(model.LogLikelihood([0, 1, 2])), 1e-5);
    }

    [Theory]
    [InlineData(1, 2, 5)]
    [InlineData(2, 3, 6)]
    [InlineData(3, 2, 6)]
    [InlineData(4, 3, 5)]
    public void Recursions_agree_with_all_paths(int states, int symbols, int length)
    {
        HiddenMarkovModel<int> model = Brute.Random(states, symbols, states);
        Brute.Check(model, Brute.Symbols(length, symbols, 7));
        Brute.Check(model, Brute.Symbols(length, symbols, 8), checkpoint: true);
    }

    [Fact]
    public void Random_models_agree_with_all_paths() => Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[0, 5], Gen.Long[0, 1_000_000]).Sample((states, symbols, length, seed) =>
    {
        HiddenMarkovModel<int> model = Brute.Random(states, symbols, seed);
        Brute.Check(model, Brute.Symbols(length, symbols, seed + 1), checkpoint: seed % 2 == 0);
    }, iter: 60);

    [Fact]
    public void Every_variant_of_the_kernels_agrees_with_the_logarithms()
    {
        foreach (int states in new[] { 1, 2, 7, 8, 9, 17, 33, 50 })
        {
            HiddenMarkovModel<int> model = Brute.Random(states, 5, states);
            int[] sequence = Brute.Symbols(700, 5, 3);
            HmmChain chain = model.Chain();
            (double expected, ChainWeights weights, double[] posteriors) = Run(chain, model, sequence, SimdWidth.Reference, false);
            foreach (SimdWidth width in Simd.Available)
            {
                foreach (bool checkpoint in new[] { false, true })
                {
                    (double value, ChainWeights own, double[] rows) = Run(chain, model, sequence, width, checkpoint);
                    Assert.Equal(expected, value, 1e-9);
                    Brute.Near(posteriors, rows, 1e-11);
                    Brute.Near(weights.Start, own.Start, 1e-9);
                    for (int i = 0; i < weights.Transitions.Length; i++) Assert.Equal(weights.Transitions[i], own.Transitions[i], 1e-9 * (1 + weights.Transitions[i]));
                }

                HmmPath path = ViterbiSearch.Run(chain, model.Source(sequence), sequence.Length, checkpoint: true, width);
                Assert.Equal(model.Viterbi(sequence).States, path.States);
            }
        }
    }

    [Fact]
    public void Checkpoints_change_nothing()
    {
        HiddenMarkovModel<int> model = Casino();
        int[] rolls = model.Sample(5000, RandomKey.Of(1)).Observations;
        HmmPosterior whole = model.Posterior(rolls), thrifty = model.Posterior(rolls, checkpoint: true);
        Assert.Equal(whole.LogLikelihood, thrifty.LogLikelihood, 1e-9);
        Brute.Near(whole.States.ToArray(), thrifty.States.ToArray(), 1e-12);
        Brute.Near(whole.Counts.Transitions.ToArray(), thrifty.Counts.Transitions.ToArray(), 1e-8);
        Assert.Equal(model.Viterbi(rolls).States, model.Viterbi(rolls, checkpoint: true).States);
    }

    [Fact]
    public void Checkpoints_take_memory_that_grows_with_the_root_of_the_length()
    {
        HiddenMarkovModel<int> model = Casino();
        int[] rolls = model.Sample(1_000_000, RandomKey.Of(3)).Observations;
        // The root is 10; blocks of emissions, which are at most 512 steps long, are smaller still in the shorter sequence.
        Assert.InRange(Growth(checkpoint: true), 1, 20);
        Assert.InRange(Growth(checkpoint: false), 50, 150);

        // Bytes for a hundred times the length, by those for the length.
        double Growth(bool checkpoint) => (double)Bytes(1_000_000, checkpoint) / Bytes(10_000, checkpoint);

        long Bytes(int length, bool checkpoint)
        {
            model.ExpectedCounts(rolls.AsSpan(0, 100), checkpoint);
            long before = GC.GetAllocatedBytesForCurrentThread();
            model.ExpectedCounts(rolls.AsSpan(0, length), checkpoint);
            // The sequence itself is copied.
            return GC.GetAllocatedBytesForCurrentThread() - before - length * sizeof(int);
        }
    }

    [Fact]
    public void A_million_steps_neither_under_nor_overflow()
    {
        HiddenMarkovModel<int> model = Casino();
        int[] rolls = model.Sample(1_000_000, RandomKey.Of(3)).Observations;
        (double logLikelihood, HmmExpectedCounts counts) = model.ExpectedCounts(rolls, checkpoint: true);
        Assert.InRange(logLikelihood / rolls.Length, -1.78, -1.70);
        Assert.Equal(999_999, counts.Transitions.Sum().Item(), 1e-5);
        // The counts of a long sequence of the model itself show the model.
        Assert.Equal(0.95, counts.Transitions[0, 0] / (counts.Transitions[0, 0] + counts.Transitions[0, 1]), 0.003);
        Assert.True(model.Viterbi(rolls, checkpoint: true).LogProbability < logLikelihood);
    }

    [Fact]
    public void An_empty_and_a_single_observation_are_defined()
    {
        HiddenMarkovModel<int> model = Casino();
        Assert.Equal(0, model.LogLikelihood([]));
        Assert.Equal(0, model.Viterbi([]).LogProbability);
        Assert.Empty(model.Viterbi([]).States);
        Assert.Equal(new Shape(0, 2), model.Posterior([]).States.Shape);
        Assert.Equal(Math.Log(0.5 / 6 + 0.25), model.LogLikelihood([5]), 1e-14);
        Assert.Equal(0, model.Posterior([5]).Counts.Transitions.Sum().Item());
        Brute.Check(model, [5]);
    }

    [Fact]
    public void An_observation_that_no_state_emits_makes_the_sequence_impossible()
    {
        HiddenMarkovModel<int> model = Casino();
        ((CategoricalEmission)model.Emission).Probabilities.SetFull(Tensor.From(new[,] { { 0.5, 0.5, 0, 0, 0, 0 }, { 0, 0.5, 0.5, 0, 0, 0 } }));
        HmmPosterior posterior = model.Posterior([0, 1, 5, 1]);
        Assert.Equal(double.NegativeInfinity, posterior.LogLikelihood);
        Assert.All(posterior.States.ToArray(), value => Assert.Equal(0, value));
        Assert.All(posterior.Counts.Transitions.ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(double.NegativeInfinity, model.Viterbi([0, 1, 5, 1]).LogProbability);
        Assert.Empty(model.Viterbi([0, 1, 5, 1]).States);
        Assert.Empty(model.KBest([0, 1, 5, 1], 3));
        HmmTrainingResult result = model.Fit([[5], [0, 1, 1]], new() { Iterations = 2 });
        Assert.Equal(1, result.Impossible);
        Assert.True(double.IsFinite(result.LogLikelihood));
    }

    [Fact]
    public void A_symbol_outside_the_alphabet_is_named()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Casino().LogLikelihood([1, 2, 6]));
        Assert.StartsWith("CategoricalEmission: symbol 6 at position 2; the alphabet has symbols 0 to 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_observation_is_summed_out()
    {
        HiddenMarkovModel<int> model = Brute.Random(3, 4, 5);
        double sum = Enumerable.Range(0, 4).Sum(symbol => Math.Exp(model.LogLikelihood([1, symbol, 2])));
        Assert.Equal(Math.Log(sum), model.LogLikelihood([1, CategoricalEmission.Missing, 2]), 1e-12);
    }

    [Fact]
    public void Mass_that_scaling_would_lose_is_found_in_logarithms()
    {
        // State 1 becomes as unlikely as e^−1600 before an observation that only it can emit.
        var emission = new CategoricalEmission(2, 2);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 1.0, 0 }, { 1e-200, 1 - 1e-200 } }));
        var model = new HiddenMarkovModel<int>(emission);
        model.Start.SetFull(Tensor.From(0.5, 0.5));
        model.Transitions.SetFull(Tensor.From(new[,] { { 1.0, 0 }, { 0, 1.0 } }));
        HmmPosterior posterior = model.Posterior([0, 0, 0, 0, 1]);
        Assert.Equal(Math.Log(0.5) + 4 * Math.Log(1e-200), posterior.LogLikelihood, 1e-9);
        Assert.Equal(1, posterior.States[2, 1], 1e-12);
    }

    [Fact]
    public void Rows_that_do_not_sum_to_one_are_named()
    {
        HiddenMarkovModel<int> model = Casino();
        model.Transitions.SetFull(Tensor.From(new[,] { { 0.9, 0.05 }, { 0.1, 0.9 } }));
        Assert.StartsWith("transmat: row 0 sums to 0.95", Assert.Throws<InvalidOperationException>(() => model.LogLikelihood([1])).Message[..31], StringComparison.Ordinal);
        model.Transitions.SetFull(Tensor.From(new[,] { { 1.1, -0.1 }, { 0.1, 0.9 } }));
        Assert.StartsWith("transmat: row 0 holds -0.1", Assert.Throws<InvalidOperationException>(() => model.LogLikelihood([1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_have_the_models_frequencies_and_depend_on_the_key_alone()
    {
        HiddenMarkovModel<int> model = Casino();
        HmmSample<int> sample = model.Sample(20_000, RandomKey.Of(9)), again = model.Sample(20_000, RandomKey.Of(9));
        Assert.Equal(sample.Observations, again.Observations);
        Assert.Equal(sample.States, again.States);
        double loaded = sample.States.Count(s => s == 1) / 20_000.0;
        Assert.Equal(1 / 3.0, loaded, 0.05);
        double sixes = sample.Observations.Zip(sample.States).Count(pair => pair is (5, 1)) / (loaded * 20_000);
        Assert.Equal(0.5, sixes, 0.03);
    }

    [Fact]
    public void Sampled_paths_follow_the_posterior()
    {
        HiddenMarkovModel<int> model = Brute.Random(3, 3, 4);
        int[] sequence = Brute.Symbols(6, 3, 5);
        double[] expected = model.Posterior(sequence).States.ToArray(), seen = new double[expected.Length];
        const int Draws = 4000;
        for (int draw = 0; draw < Draws; draw++)
        {
            IReadOnlyList<int> path = model.SamplePath(sequence, RandomKey.Of(1).Fork(draw));
            for (int t = 0; t < path.Count; t++) seen[t * 3 + path[t]] += 1.0 / Draws;
        }

        Brute.Near(expected, seen, 0.035);
        Assert.Empty(WithoutMass().SamplePath([1], RandomKey.Of(1)));
    }

    [Fact]
    public void A_stream_filters_and_smooths_as_the_whole_sequence_does()
    {
        HiddenMarkovModel<int> model = Brute.Random(4, 3, 6);
        int[] sequence = Brute.Symbols(12, 3, 2);
        const int Lag = 3;
        HmmStream<int> stream = model.Stream(Lag);
        Brute.Near(model.Start.Value.ToArray(), stream.Predicted.ToArray());
        double sum = 0;
        for (int t = 0; t < sequence.Length; t++)
        {
            sum += stream.Add(sequence[t]);
            HmmPosterior prefix = model.Posterior(sequence.AsSpan(0, t + 1));
            Assert.Equal(prefix.LogLikelihood, stream.LogLikelihood, 1e-10);
            Assert.Equal(sum, stream.LogLikelihood, 1e-12);
            Brute.Near([.. Enumerable.Range(0, 4).Select(s => prefix.States[t, s])], stream.Filtered.ToArray());
            Assert.Equal(t < Lag, stream.Smoothed is null);
            if (t >= Lag) Brute.Near([.. Enumerable.Range(0, 4).Select(s => prefix.States[t - Lag, s])], stream.Smoothed!.ToArray());
        }

        HmmPosterior whole = model.Posterior(sequence);
        for (int back = 0; back <= Lag; back++) Brute.Near([.. Enumerable.Range(0, 4).Select(s => whole.States[11 - back, s])], stream.SmoothedAt(back).ToArray());
        double[] predicted = stream.Predicted.ToArray();
        Assert.Equal(1, predicted.Sum(), 1e-12);
        Assert.StartsWith("SmoothedAt: 4 steps back", Assert.Throws<ArgumentOutOfRangeException>(() => stream.SmoothedAt(4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_impossible_stream_says_so()
    {
        HmmStream<int> stream = WithoutMass().Stream(1);
        Assert.Equal(double.NegativeInfinity, stream.Add(1));
        Assert.Equal(double.NegativeInfinity, stream.LogLikelihood);
        Assert.All(stream.Filtered.ToArray(), value => Assert.Equal(0, value));
    }

    private static HiddenMarkovModel<int> WithoutMass()
    {
        var emission = new CategoricalEmission(2, 2);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 1.0, 0 }, { 1.0, 0 } }));
        return new HiddenMarkovModel<int>(emission);
    }

    private static (double, ChainWeights, double[]) Run(HmmChain chain, HiddenMarkovModel<int> model, int[] sequence, SimdWidth width, bool checkpoint)
    {
        var weights = new ChainWeights(chain);
        var posteriors = new double[sequence.Length * chain.States];
        double value = ForwardBackward.Run(
            chain, model.Source(sequence), sequence.Length, checkpoint, weights,
            (from, count, rows) => rows.CopyTo(posteriors.AsSpan(from * chain.States, count * chain.States)), width);
        return (value, weights, posteriors);
    }
}
