using CsCheck;
using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Learning;

public sealed class LearningTests
{
    private static int[][] Sequences(int count, int length, int symbols, long seed) =>
        [.. Enumerable.Range(0, count).Select(n => Brute.Symbols(length + n, symbols, seed + n))];

    [Fact]
    public void The_likelihood_never_falls_whatever_is_tied() => Gen.Select(Gen.Int[2, 4], Gen.Long[0, 100_000]).Sample((states, seed) =>
    {
        int[] classes = [.. Enumerable.Range(0, states).Select(s => s % 2)];
        Tying[] transitions = [Tying.Identity([states, states]), StateTying.Classes(classes, states), StateTying.LeftRight(states, 2, tieRows: true), Tying.Circulant(states)];
        var model = new HiddenMarkovModel<int>(
            new CategoricalEmission(states, 3, StateTying.Classes(classes, 3)), transitionTying: transitions[seed % transitions.Length], startPrior: new(1.5), transitionPrior: new(2));
        model.Initialize(seed);
        HmmTrainingResult result = model.Fit(Sequences(3, 12, 3, seed), new() { Iterations = 8, Tolerance = 0 });
        Assert.Equal(9, result.Trace.Count);
        for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-9, string.Join(" ", result.Trace));
    }, iter: 40);

    [Fact]
    public void Counts_of_tied_emissions_are_added_before_they_are_normalised()
    {
        int[] classes = [0, 1, 0];
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(3, 2, StateTying.Classes(classes, 2)));
        model.Initialize(3);
        int[] sequence = [0, 1, 1, 0, 1];
        HmmPosterior posterior = model.Posterior(sequence);
        double[] counts = new double[4];
        for (int t = 0; t < sequence.Length; t++)
        {
            for (int s = 0; s < 3; s++) counts[classes[s] * 2 + sequence[t]] += posterior.States[t, s];
        }

        model.Fit([sequence], new() { Iterations = 1, Tolerance = 0 });
        Tensor<double> b = ((CategoricalEmission)model.Emission).Probabilities.Value;
        for (int s = 0; s < 3; s++) Assert.Equal(counts[classes[s] * 2] / (counts[classes[s] * 2] + counts[classes[s] * 2 + 1]), b[s, 0], 1e-12);
    }

    [Fact]
    public void Structural_zeros_stay_zero_and_tied_entries_equal()
    {
        var model = new HiddenMarkovModel<int>(
            new CategoricalEmission(4, 3), startTying: StateTying.StartsFirst(4), transitionTying: StateTying.LeftRight(4, 1, tieRows: true));
        model.Initialize(1);
        model.Fit(Sequences(5, 20, 3, 1), new() { Iterations = 5 });
        Tensor<double> a = model.Transitions.Value;
        Assert.Equal(1, model.Start.Value[0], 1e-12);
        Assert.Equal(0, a[2, 0]);
        Assert.Equal(0, a[0, 2]);
        Assert.Equal(a[0, 0], a[1, 1]);
        Assert.Equal(a[0, 0], a[2, 2]);
        Assert.Equal(1, a[0, 0] + a[0, 1], 1e-12);
        Assert.Equal(1, a[3, 3]);
        // Stay or go, and nothing to choose elsewhere; four distributions over three symbols.
        Assert.Equal(1 + 4 * 2, model.DegreesOfFreedom);
    }

    [Fact]
    public void Entries_tied_across_rows_of_different_make_up_are_maximised_too()
    {
        // p is in both rows; the rest of each row is its own: rows [p, q, q] and [p, r, s].
        Tying tying = Tying.Classes([3, 3], 0, 1, 1, 0, 2, 3, 4, 5, 6);
        var simplex = new TiedSimplex("test", tying, 3, 3);
        double[] counts = [5, 3, 1, 6, 2, 0.5, 4], theta = [0.2, 0.4, 0.4, 0.4, 0.3, 0.3, 0.4];
        Assert.Equal(1 + 1 + 2, simplex.DegreesOfFreedom);
        double Value(double[] at) => counts.Zip(at, (n, p) => n * Math.Log(p)).Sum();
        simplex.Maximize(counts, theta);
        Assert.Equal(1, theta[0] + 2 * theta[1], 1e-12);
        Assert.Equal(1, theta[0] + theta[2] + theta[3], 1e-12);
        Assert.Equal(4 / 6.5 * 1.0 - 4 / 6.5 + 2 / 6.5, theta[4], 1e-12);
        double best = Value(theta);
        foreach (double change in new[] { -1e-4, 1e-4 })
        {
            double share = change * theta[2] / (theta[2] + theta[3]);
            double[] moved = [theta[0] + change, theta[1] - change / 2, theta[2] - share, theta[3] - (change - share), .. theta[4..]];
            Assert.True(Value(moved) < best);
            Assert.True(Value([theta[0], theta[1], theta[2] + change, theta[3] - change, .. theta[4..]]) < best);
        }
    }

    [Fact]
    public void A_value_that_stands_twice_in_a_row_counts_twice()
    {
        var simplex = new TiedSimplex("test", Tying.Classes([2, 3], 0, 0, 1, 0, 1, 0), 2, 3);
        double[] theta = [0.25, 0.5];
        simplex.Maximize([6, 4], theta);
        Brute.Near([0.3, 0.4], theta, 1e-15);
        Assert.Equal(1, simplex.DegreesOfFreedom);
    }

    [Fact]
    public void States_without_mass_keep_their_values()
    {
        var emission = new CategoricalEmission(2, 2);
        var model = new HiddenMarkovModel<int>(emission);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 0.5, 0.5 }, { 0.3, 0.7 } }));
        model.Start.SetFull(Tensor.From(1.0, 0));
        model.Transitions.SetFull(Tensor.From(new[,] { { 1.0, 0 }, { 0.4, 0.6 } }));
        model.Fit([[0, 1, 0, 0]], new() { Iterations = 1 });
        Assert.Equal(0.3, emission.Probabilities.Value[1, 0]);
        Assert.Equal(0.4, model.Transitions.Value[1, 0]);
        Assert.Equal(0.75, emission.Probabilities.Value[0, 0], 1e-12);
    }

    [Fact]
    public void Training_finds_the_casino_again()
    {
        var truth = new HiddenMarkovModel<int>(new CategoricalEmission(2, 6));
        ((CategoricalEmission)truth.Emission).Probabilities.SetFull(
            Tensor.From(new[,] { { 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0 }, { 0.02, 0.02, 0.02, 0.02, 0.02, 0.9 } }));
        truth.Transitions.SetFull(Tensor.From(new[,] { { 0.95, 0.05 }, { 0.1, 0.9 } }));
        int[][] rolls = [.. Enumerable.Range(0, 4).Select(n => truth.Sample(3000, RandomKey.Of(n)).Observations)];
        var emission = new CategoricalEmission(2, 6);
        var model = new HiddenMarkovModel<int>(emission);
        model.Initialize(5);
        HmmTrainingResult result = model.Fit(rolls, new() { Iterations = 60, Restarts = 2, Seed = 4 });
        Assert.True(result.LogLikelihood >= rolls.Sum(sequence => truth.LogLikelihood(sequence)) - 1);
        double six = Math.Max(emission.Probabilities.Value[0, 5], emission.Probabilities.Value[1, 5]);
        Assert.Equal(0.9, six, 0.04);
        Assert.Equal(result.LogLikelihood, rolls.Sum(sequence => model.LogLikelihood(sequence)), 1e-8);
    }

    [Fact]
    public void Restarts_never_make_it_worse_and_repeat()
    {
        int[][] data = Sequences(4, 25, 4, 3);
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(3, 4));
        var again = new HiddenMarkovModel<int>(new CategoricalEmission(3, 4));
        model.Initialize(1);
        again.Initialize(1);
        double alone = ((HiddenMarkovModel<int>)model.To<double>()).Fit(data, new() { Iterations = 10 }).Objective;
        HmmTrainingResult several = model.Fit(data, new() { Iterations = 10, Restarts = 4, Seed = 2 }), repeated = again.Fit(data, new() { Iterations = 10, Restarts = 4, Seed = 2 });
        Assert.True(several.Objective >= alone);
        Assert.Equal(several.Trace, repeated.Trace);
        Assert.Equal(model.Transitions.Value.ToArray(), again.Transitions.Value.ToArray());
    }

    [Fact]
    public void Viterbi_training_never_lowers_the_best_paths()
    {
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(3, 4, prior: DirichletPrior.Adding(0.5)), transitionPrior: DirichletPrior.Adding(0.5));
        model.Initialize(7);
        HmmTrainingResult result = model.FitViterbi(Sequences(5, 15, 4, 9), new() { Iterations = 10, Tolerance = 0 });
        for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-9);
    }

    [Fact]
    public void A_pseudo_count_is_added_to_each_free_value()
    {
        var emission = new CategoricalEmission(2, 3, StateTying.Shared(2, 3), DirichletPrior.Adding(1));
        var model = new HiddenMarkovModel<int>(emission);
        model.Fit([[0, 0, 0, 1]], new() { Iterations = 1 });
        Brute.Near([4 / 7.0, 2 / 7.0, 1 / 7.0, 4 / 7.0, 2 / 7.0, 1 / 7.0], emission.Probabilities.Value.ToArray(), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DirichletPrior(0.5));
    }

    [Fact]
    public void Checkpointed_training_is_the_same()
    {
        HiddenMarkovModel<int> one = Brute.Random(3, 4, 2), other = Brute.Random(3, 4, 2);
        int[][] data = [Brute.Symbols(900, 4, 1), Brute.Symbols(30, 4, 2)];
        double a = one.Fit(data, new() { Iterations = 3, Tolerance = 0 }).LogLikelihood, b = other.Fit(data, new() { Iterations = 3, Tolerance = 0, Checkpoint = true }).LogLikelihood;
        Assert.Equal(a, b, 1e-8);
        Brute.Near(one.Transitions.Value.ToArray(), other.Transitions.Value.ToArray(), 1e-10);
    }

    [Fact]
    public void Parts_can_be_left_alone()
    {
        HiddenMarkovModel<int> model = Brute.Random(3, 4, 2);
        double[] start = model.Start.Value.ToArray(), a = model.Transitions.Value.ToArray(), b = ((CategoricalEmission)model.Emission).Probabilities.Value.ToArray();
        model.Fit(Sequences(2, 9, 4, 1), new() { Iterations = 2, TrainStart = false, TrainTransitions = false, TrainEmission = false });
        Assert.Equal(start, model.Start.Value.ToArray());
        Assert.Equal(a, model.Transitions.Value.ToArray());
        Assert.Equal(b, ((CategoricalEmission)model.Emission).Probabilities.Value.ToArray());
    }

    [Fact]
    public void The_ledger_shows_what_each_tied_state_contributed()
    {
        int[] classes = [0, 1, 0];
        var emission = new CategoricalEmission(3, 4, StateTying.Classes(classes, 4));
        var model = new HiddenMarkovModel<int>(emission, transitionTying: StateTying.Classes([0, 1, 0], 3));
        model.Initialize(2);
        int[] sequence = Brute.Symbols(15, 4, 6);
        HmmPosterior posterior = model.Posterior(sequence);
        using (UsageLedger.TrackContributions()) model.DifferentiableLogLikelihood(sequence).Backward();

        Parameter<double> parameter = emission.Probabilities.Parameter;
        Usage<double>[] usages = [.. parameter.Ledger.Usages];
        Assert.Equal(["state=0", "state=1", "state=2"], usages.Select(usage => usage.Site.ToString()));
        double[] sum = new double[parameter.Count];
        foreach ((int s, Usage<double> usage) in usages.Index())
        {
            double[] gradient = usage.Gradient!.ToArray();
            for (int k = 0; k < gradient.Length; k++)
            {
                sum[k] += gradient[k];
                // θ · (its part of the gradient) = the expected number of times that this state emitted the symbol.
                double expected = k / 4 == classes[s] ? Enumerable.Range(0, sequence.Length).Where(t => sequence[t] == k % 4).Sum(t => posterior.States[t, s]) : 0;
                Assert.Equal(expected, gradient[k] * parameter.Value.ToArray()[k], 1e-10);
            }
        }

        Brute.Near(parameter.Gradient!.ToArray(), sum, 1e-12);
        Parameter<double> transitions = model.Transitions.Parameter;
        double[] rows = [.. transitions.Ledger.Usages.SelectMany(usage => usage.Gradient!.ToArray().Zip(transitions.Value.ToArray(), (g, p) => g * p))];
        for (int s = 0; s < 3; s++)
        {
            for (int j = 0; j < 3; j++) Assert.Equal(posterior.Counts.Transitions[s, j], rows[s * 6 + classes[s] * 3 + j], 1e-10);
        }

        parameter.Ledger.Clear();
        _ = model.DifferentiableLogLikelihood(sequence);
        Assert.Equal(3 * 4, SharingReport.Of(model).Rows.Single(row => row.Names.Contains("emission.emissionprob")).UnsharedCount);
    }

    [Fact]
    public void The_ledger_shows_what_each_state_contributed_to_tied_start_probabilities()
    {
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(3, 4), startTying: Tying.Classes([3], 0, 1, 0));
        model.Initialize(3);
        int[] sequence = Brute.Symbols(8, 4, 2);
        double[] counts = model.Posterior(sequence).Counts.Start.ToArray();
        using (UsageLedger.TrackContributions()) model.DifferentiableLogLikelihood(sequence).Backward();
        Parameter<double> start = model.Start.Parameter;
        Usage<double>[] usages = [.. start.Ledger.Usages];
        Assert.Equal(["state=0", "state=1", "state=2"], usages.Select(usage => usage.Site.ToString()));
        double[] theta = start.Value.ToArray();
        for (int s = 0; s < 3; s++) Assert.Equal(counts[s], usages[s].Gradient!.ToArray()[s % 2] * theta[s % 2], 1e-10);
        Assert.Equal(counts[0] + counts[2], start.Gradient!.ToArray()[0] * theta[0], 1e-10);
    }

    [Fact]
    public void A_model_copies_with_its_ties_and_settings()
    {
        var model = new HiddenMarkovModel<int>(
            new CategoricalEmission(3, 4, StateTying.Classes([0, 1, 0], 4)), transitionTying: StateTying.Classes([0, 1, 0], 3), startPrior: new(2));
        model.Initialize(2);
        var copy = (HiddenMarkovModel<int>)model.To<double>();
        int[] sequence = Brute.Symbols(9, 4, 1);
        Assert.Equal(model.LogLikelihood(sequence), copy.LogLikelihood(sequence));
        copy.Fit([sequence], new() { Iterations = 1 });
        Assert.NotEqual(model.LogLikelihood(sequence), copy.LogLikelihood(sequence));
        Assert.Equal(model.DegreesOfFreedom, copy.DegreesOfFreedom);
        Assert.Equal(model.StartPrior, copy.StartPrior);
        Assert.StartsWith("Copy: HiddenMarkovModel computes in double precision only", Assert.Throws<NotSupportedException>(() => model.To<float>()).Message, StringComparison.Ordinal);
    }
}
