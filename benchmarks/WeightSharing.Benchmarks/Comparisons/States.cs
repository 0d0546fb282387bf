using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Comparisons;

/// <summary>Across states: 32 states with four distributions over 64 symbols and tied rows of transitions against one distribution and one row each.</summary>
public class StatesHmm : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        const int Count = 32, Symbols = 64;
        int[] kinds = [.. Enumerable.Range(0, Count).Select(s => s % 4)];
        var untied = new HiddenMarkovModel<int>(new CategoricalEmission(Count, Symbols));
        var tied = new HiddenMarkovModel<int>(new CategoricalEmission(Count, Symbols, StateTying.Classes(kinds, Symbols)), transitionTying: StateTying.Classes(kinds, Count));
        int[][] sequences = [.. Enumerable.Range(0, 4).Select(n => Enumerable.Range(0, 2000).Select(t => RandomKey.Of(n).Below(Symbols, (ulong)t)).ToArray())];
        return (Learning.Contestant(untied, sequences), Learning.Contestant(tied, sequences));
    }
}

/// <summary>Across states: one codebook of Gaussians for all against Gaussians of their own.</summary>
public class StatesCodebook : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        const int Count = 16, Gaussians = 8, Dimensions = 12;
        double[][] sequence = [.. Enumerable.Range(0, 2000).Select(t =>
        {
            var x = new double[Dimensions];
            RandomKey.Of(1).Fork(t).FillNormal(x.AsSpan());
            return x;
        })];
        var untied = new HiddenMarkovModel<double[]>(new GaussianMixtureEmission(Count, Gaussians, Dimensions, varianceFloor: 1e-3));
        var tied = new HiddenMarkovModel<double[]>(GaussianMixtureEmission.Semicontinuous(Count, Gaussians, Dimensions, varianceFloor: 1e-3));
        return (Learning.Contestant(untied, [sequence]), Learning.Contestant(tied, [sequence]));
    }
}

/// <summary>Across two sequences: a pair HMM with gaps, matches and insertions tied between x and y against one without ties.</summary>
public class StatesPairHmm : SharingComparison
{
    internal override (Contestant, Contestant) Create()
    {
        string x = Sequence(1), y = x[..400] + Sequence(2)[..20] + x[430..];
        return (Of(new PairHmm(Alphabet.Dna, tied: false)), Of(new PairHmm(Alphabet.Dna)));

        Contestant Of(PairHmm model) => Learning.Contestant(model, () => model.LogLikelihood(x, y), () => model.Fit([(x, y)], new() { Iterations = 1, Tolerance = 0 }));

        static string Sequence(long seed) => string.Concat(Enumerable.Range(0, 900).Select(i => "ACGT"[RandomKey.Of(seed).Below(4, (ulong)i)]));
    }
}

internal static class Learning
{
    /// <summary>Forward: the log-likelihood; a training step: one iteration of Baum and Welch.</summary>
    public static Contestant Contestant<TObservation>(HiddenMarkovModel<TObservation> model, TObservation[][] sequences)
    {
        model.InitializeFrom(sequences, RandomKey.Of(1));
        return Contestant(
            model, () => sequences.Sum(sequence => model.LogLikelihood(sequence)), () => model.Fit(sequences, new() { Iterations = 1, Tolerance = 0 }));
    }

    /// <summary>Both on one thread.</summary>
    public static Contestant Contestant<TForward, TStep>(Module<double> model, Func<TForward> forward, Func<TStep> step)
    {
        return new Contestant(model.Parameters.FreeCount, () => Alone(forward), () => Alone(step));

        static void Alone<T>(Func<T> work)
        {
            using Parallelism.Scope alone = Parallelism.Limit(1);
            GC.KeepAlive(work());
        }
    }
}
