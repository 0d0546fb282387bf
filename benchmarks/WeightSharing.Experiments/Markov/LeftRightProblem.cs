using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Markov;

/// <summary>Left-right models of twelve states of three kinds, the true one and those that learn.</summary>
internal static class LeftRightProblem
{
    /// <summary>States that are run through from the first to the last.</summary>
    public const int States = 12;

    /// <summary>Kinds of states; those of one kind emit alike.</summary>
    public const int Kinds = 3;

    /// <summary>The alphabet.</summary>
    public const int Symbols = 8;

    /// <summary>What the prior adds to the expected count of every free value.</summary>
    public const double PseudoCount = 0.5;

    /// <summary>Points that training starts from.</summary>
    public const int Starts = 5;

    private const int Length = 48;

    private static readonly int[] KindOf = [0, 1, 2, 0, 2, 1, 0, 1, 0, 2, 1, 2];

    /// <summary>The model that draws the sequences.</summary>
    public static HiddenMarkovModel<int> Truth()
    {
        HiddenMarkovModel<int> model = Model(tied: true);
        // Each kind prefers other symbols: 0.3 twice, 0.15 once, the rest spread.
        double[] rows = new double[States * Symbols];
        for (int i = 0; i < rows.Length; i++)
        {
            int shift = (i % Symbols - KindOf[i / Symbols] * 3 + Symbols) % Symbols;
            rows[i] = shift < 2 ? 0.3 : shift == 2 ? 0.15 : 0.25 / (Symbols - 3);
        }

        ((CategoricalEmission)model.Emission).Probabilities.SetFull(Tensor.Wrap(rows, [States, Symbols]));
        double[] transitions = new double[States * States];
        for (int s = 0; s < States; s++)
        {
            transitions[s * States + s] = s == States - 1 ? 1 : 0.75;
            if (s < States - 1) transitions[s * States + s + 1] = 0.25;
        }

        model.Transitions.SetFull(Tensor.Wrap(transitions, [States, States]));
        return model;
    }

    /// <summary>A model to be trained.</summary>
    public static HiddenMarkovModel<int> Model(bool tied)
    {
        DirichletPrior prior = DirichletPrior.Adding(PseudoCount);
        Tying? kinds = tied ? StateTying.Classes(KindOf, Symbols) : null;
        return new HiddenMarkovModel<int>(
            new CategoricalEmission(States, Symbols, kinds, prior), StateTying.StartsFirst(States), StateTying.LeftRight(States, 1, tieRows: tied), transitionPrior: prior);
    }

    /// <summary>Sequences of the true model.</summary>
    public static int[][] Draw(int count, RandomKey key)
    {
        HiddenMarkovModel<int> truth = Truth();
        return [.. Enumerable.Range(0, count).Select(n => truth.Sample(Length, key.Fork(n)).Observations)];
    }

    /// <summary>Trains a model from several random points.</summary>
    public static HiddenMarkovModel<int> Train(bool tied, int[][] sequences, RandomKey key, int iterations)
    {
        HiddenMarkovModel<int> model = Model(tied);
        model.InitializeFrom(sequences, key);
        model.Fit(sequences, new() { Iterations = iterations, Tolerance = 1e-5, Restarts = Starts - 1, Seed = (long)key.Value });
        return model;
    }

    /// <summary>Log-likelihood a symbol.</summary>
    public static double PerSymbol(HiddenMarkovModel<int> model, int[][] sequences) =>
        sequences.Sum(sequence => model.LogLikelihood(sequence)) / sequences.Sum(sequence => sequence.Length);
}
