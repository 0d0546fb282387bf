using CsCheck;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Models;

public sealed class SilentStateTests
{
    /// <summary>
    /// A profile of two match columns: begin 0, I0 1, D1 2, M1 3, I1 4, D2 5, M2 6, I2 7, end 8. The insert states share their emission.
    /// </summary>
    private static HiddenMarkovModel<int> Profile(long seed)
    {
        const int B = 0, I0 = 1, D1 = 2, M1 = 3, I1 = 4, D2 = 5, M2 = 6, I2 = 7, E = 8;
        var allowed = new bool[9, 9];
        foreach ((int from, int to) in new[]
        {
            (B, I0), (B, M1), (B, D1), (I0, I0), (I0, M1), (I0, D1), (M1, I1), (M1, M2), (M1, D2), (D1, I1), (D1, M2), (D1, D2), (I1, I1), (I1, M2), (I1, D2),
            (M2, I2), (M2, E), (D2, I2), (D2, E), (I2, I2), (I2, E),
        }) allowed[from, to] = true;
        // Emitting states in order: I0, M1, I1, M2, I2; inserts are one class.
        var emission = new CategoricalEmission(5, 3, StateTying.Classes([0, 1, 0, 2, 0], 3));
        var model = new HiddenMarkovModel<int>(emission, StateTying.StartsFirst(9), StateTying.Allowed(allowed), silentStates: [B, D1, D2, E], finalState: E);
        model.Initialize(seed);
        return model;
    }

    [Fact]
    public void A_profile_with_tied_inserts_agrees_with_all_paths()
    {
        HiddenMarkovModel<int> model = Profile(1);
        foreach (int[] sequence in new int[][] { [], [0], [1, 2], [0, 1, 2], [2, 2, 1, 0] })
        {
            Brute.Check(model, sequence);
            Brute.Check(model, sequence, checkpoint: true);
        }
    }

    [Fact]
    public void With_a_final_state_the_lengths_have_a_distribution()
    {
        HiddenMarkovModel<int> model = Profile(2);
        double total = 0;
        for (int length = 0; length < 6; length++)
        {
            for (int code = 0; code < Math.Pow(3, length); code++)
            {
                total += Math.Exp(model.LogLikelihood([.. Enumerable.Range(0, length).Select(t => code / (int)Math.Pow(3, t) % 3)]));
            }
        }

        Assert.InRange(total, 0.8, 1);
        IEnumerable<int> ends = Enumerable.Range(0, 50).Select(n => model.Sample(1000, RandomKey.Of(n)).States[^1]);
        Assert.All(ends, state => Assert.Equal(8, state));
    }

    [Fact]
    public void Training_a_profile_raises_the_likelihood_and_keeps_its_shape()
    {
        HiddenMarkovModel<int> model = Profile(3);
        int[][] family = [[0, 1], [0, 1], [0, 2, 1], [1], [0, 1, 2], []];
        HmmTrainingResult result = model.Fit(family, new() { Iterations = 15, Tolerance = 0 });
        for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-9);
        Assert.True(result.Trace[^1] > result.Trace[0] + 1);
        Tensor<double> b = ((CategoricalEmission)model.Emission).Probabilities.Value;
        for (int v = 0; v < 3; v++)
        {
            Assert.Equal(b[0, v], b[2, v]);
            Assert.Equal(b[0, v], b[4, v]);
        }

        Assert.Equal(0, model.Transitions.Value[3, 3]);
        Brute.Check(model, [0, 1, 2]);
        HmmTrainingResult viterbi = Profile(4).FitViterbi(family, new() { Iterations = 5, Tolerance = 0 });
        for (int i = 1; i < viterbi.Trace.Count; i++) Assert.True(viterbi.Trace[i] >= viterbi.Trace[i - 1] - 1e-9);
    }

    [Fact]
    public void Silent_states_anywhere_agree_with_all_paths() => Gen.Long[0, 100_000].Sample(seed =>
    {
        // 0 and 3 emit; 1, 2 silent, with all transitions but those backwards among silent ones.
        bool[,] allowed = new bool[4, 4];
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++) allowed[i, j] = !(i is 1 or 2 && j is 1 or 2 && j <= i);
        }

        var model = new HiddenMarkovModel<int>(new CategoricalEmission(2, 3), transitionTying: StateTying.Allowed(allowed), silentStates: [1, 2]);
        model.Initialize(seed);
        Brute.Check(model, Brute.Symbols(4, 3, seed));
    }, iter: 20);

    [Fact]
    public void Silent_loops_and_wrong_final_states_are_refused()
    {
        var loop = new HiddenMarkovModel<int>(new CategoricalEmission(1, 2), silentStates: [1]);
        Assert.StartsWith(
            "HiddenMarkovModel: silent state 1 leads to silent state 1; silent states lead only to later ones", Assert.Throws<InvalidOperationException>(() => loop.LogLikelihood([0])).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "HiddenMarkovModel: the final state 0 is not among the silent states.", Assert.Throws<ArgumentException>(() => new HiddenMarkovModel<int>(new CategoricalEmission(2, 2), finalState: 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "HiddenMarkovModel: silent state 3 is named twice or outside 0 to 2", Assert.Throws<ArgumentException>(() => new HiddenMarkovModel<int>(new CategoricalEmission(2, 2), silentStates: [3])).Message, StringComparison.Ordinal);
    }
}
