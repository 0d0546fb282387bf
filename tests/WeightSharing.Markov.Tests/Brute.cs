using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov;

/// <summary>All paths, one by one: what every recursion is compared with.</summary>
internal static class Brute
{
    public sealed record Path(double LogProbability, int[] States, int[] Emitting);

    public static List<Path> Paths<TObservation>(HiddenMarkovModel<TObservation> model, TObservation[] sequence)
    {
        double[] start = model.Start.Value.ToArray(), a = model.Transitions.Value.ToArray();
        int states = model.StateCount;
        int[] emitting = [.. model.EmittingStates];
        var logs = new double[sequence.Length * emitting.Length];
        model.Emission.LogProbabilities(sequence, logs);
        var found = new List<Path>();
        Walk(-1, 0, 0, []);
        return found;

        void Walk(int state, int emitted, double log, List<int> path)
        {
            bool ends = model.FinalState is { } final ? state == final : emitted == sequence.Length && (state < 0 || !model.IsSilent(state));
            if (emitted == sequence.Length && ends) found.Add(new Path(log, [.. path], [.. path.Where(s => !model.IsSilent(s))]));
            for (int next = 0; next < states; next++)
            {
                double p = state < 0 ? start[next] : a[state * states + next];
                if (p == 0 || !model.IsSilent(next) && emitted == sequence.Length) continue;
                double own = model.IsSilent(next) ? 0 : logs[emitted * emitting.Length + Array.IndexOf(emitting, next)];
                if (double.IsNegativeInfinity(own)) continue;
                path.Add(next);
                Walk(next, emitted + (model.IsSilent(next) ? 0 : 1), log + Math.Log(p) + own, path);
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    public static double LogSum(IEnumerable<double> logs)
    {
        double[] all = [.. logs];
        if (all.Length == 0) return double.NegativeInfinity;
        double largest = all.Max();
        return largest + Math.Log(all.Sum(x => Math.Exp(x - largest)));
    }

    /// <summary>Asserts that log-likelihood, posteriors, counts, best paths and their order are those of the enumeration.</summary>
    public static void Check<TObservation>(HiddenMarkovModel<TObservation> model, TObservation[] sequence, bool checkpoint = false)
    {
        List<Path> paths = Paths(model, sequence);
        double total = LogSum(paths.Select(path => path.LogProbability));
        HmmPosterior posterior = model.Posterior(sequence, checkpoint);
        Assert.Equal(total, posterior.LogLikelihood, 1e-10);
        Assert.Equal(total, model.LogLikelihood(sequence), 1e-10);
        int states = model.StateCount;
        int[] emitting = [.. model.EmittingStates];
        double[] expected = new double[sequence.Length * emitting.Length], transitions = new double[states * states], start = new double[states];
        foreach (Path path in paths)
        {
            double p = Math.Exp(path.LogProbability - total);
            for (int t = 0; t < sequence.Length; t++) expected[t * emitting.Length + Array.IndexOf(emitting, path.Emitting[t])] += p;
            for (int at = 1; at < path.States.Length; at++) transitions[path.States[at - 1] * states + path.States[at]] += p;
            if (path.States.Length > 0) start[path.States[0]] += p;
        }

        Near(expected, posterior.States.ToArray());
        Near(start, posterior.Counts.Start.ToArray());
        Near(transitions, posterior.Counts.Transitions.ToArray());
        (double again, HmmExpectedCounts counts) = model.ExpectedCounts(sequence, checkpoint);
        Assert.Equal(posterior.LogLikelihood, again);
        Assert.Equal(posterior.Counts.Transitions.ToArray(), counts.Transitions.ToArray());

        Path[] ordered = [.. paths.OrderByDescending(path => path.LogProbability)];
        HmmPath best = model.Viterbi(sequence, checkpoint);
        Assert.Equal(ordered[0].LogProbability, best.LogProbability, 1e-10);
        Assert.Equal(best.LogProbability, model.LogProbability(sequence, best.States), 1e-10);
        IReadOnlyList<HmmPath> several = model.KBest(sequence, 7);
        Assert.Equal(Math.Min(7, ordered.Length), several.Count);
        for (int k = 0; k < several.Count; k++)
        {
            Assert.Equal(ordered[k].LogProbability, several[k].LogProbability, 1e-10);
            Assert.Equal(several[k].LogProbability, model.LogProbability(sequence, several[k].States), 1e-10);
        }

        Assert.Equal(several.Count, several.Select(path => string.Join(',', path.States)).Distinct().Count());
    }

    public static void Near(double[] expected, double[] actual, double tolerance = 1e-10)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }

    /// <summary>A model with random probabilities.</summary>
    public static HiddenMarkovModel<int> Random(int states, int symbols, long seed)
    {
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(states, symbols));
        model.Initialize(seed);
        return model;
    }

    public static int[] Symbols(int length, int symbols, long seed) => [.. Enumerable.Range(0, length).Select(t => RandomKey.Of(seed).Below(symbols, (ulong)t))];
}
