using System.Diagnostics;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Benchmarks.Markov;

/// <summary>Forward and backward of hidden Markov models and pair HMMs on one thread, against plain loops over the same numbers.</summary>
internal static class MarkovSpeed
{
    private const int States = 50, Steps = 100_000, Residues = 6000;

    /// <summary>Measures; <c>long</c> aligns two sequences of 100 000 as well.</summary>
    public static void Run(string[] args)
    {
        Hidden();
        Pair();
        if (args.Contains("long")) Long();
    }

    private static void Hidden()
    {
        var model = new HiddenMarkovModel<int>(new CategoricalEmission(States, 20));
        model.Initialize(1);
        int[] sequence = [.. Enumerable.Range(0, Steps).Select(t => RandomKey.Of(2).Below(20, (ulong)t))];
        double[] a = model.Transitions.Value.ToArray(), b = ((CategoricalEmission)model.Emission).Probabilities.Value.ToArray(), start = model.Start.Value.ToArray();
        double fast = Best(7, () => model.Posterior(sequence)), counts = Best(7, () => model.ExpectedCounts(sequence)), thrifty = Best(5, () => model.ExpectedCounts(sequence, checkpoint: true));
        double likelihood = Best(7, () => model.LogLikelihood(sequence)), plain = Best(2, () => Plain(a, b, start, sequence)), viterbi = Best(3, () => model.Viterbi(sequence));
        double difference = Math.Abs(Plain(a, b, start, sequence) / model.LogLikelihood(sequence) - 1);
        Console.WriteLine($"hidden Markov model, {States} states, {Steps} steps (relative difference of ln P to the plain loop {difference:0.0e+0})");
        Console.WriteLine($"  forward, backward, posteriors and expected counts {fast,8:0.0} ms; without the posteriors {counts:0.0} ms; with O(√T) rows {thrifty:0.0} ms");
        Console.WriteLine($"  forward alone {likelihood:0.0} ms; Viterbi {viterbi:0.0} ms");
        Console.WriteLine($"  plain loops, forward, backward and counts         {plain,8:0.0} ms: {plain / fast:0.0} times as long");
        foreach (int length in new[] { Steps / 4, Steps / 2, Steps })
        {
            int[] part = sequence[..length];
            Console.WriteLine($"  {length,7} steps {Best(5, () => model.ExpectedCounts(part)) / length * 1e6,8:0} ns a step");
        }
    }

    private static void Pair()
    {
        var model = new PairHmm(Alphabet.Dna);
        model.SetGaps(0.02, 0.3, 0.001);
        model.SetIdentity(0.9);
        string x = Dna(Residues, 1), y = Mutated(x);
        double cells = (x.Length + 1.0) * (y.Length + 1);
        double wide = Best(7, () => model.LogLikelihood(x, y)), single = Best(7, () => model.LogLikelihood(x, y, new() { SinglePrecision = true }));
        double plain = Best(2, () => Plain(model, x, y)), viterbi = Best(2, () => model.Viterbi(x, y));
        double exact = model.LogLikelihood(x, y), error = Math.Abs(model.LogLikelihood(x, y, new() { SinglePrecision = true }) / exact - 1);
        Console.WriteLine($"pair HMM, {x.Length} × {y.Length}");
        Console.WriteLine($"  forward, double {cells / wide / 1e3,8:0} million cells a second");
        Console.WriteLine($"  forward, float  {cells / single / 1e3,8:0} million cells a second (relative error of ln P {error:0.0e+0})");
        Console.WriteLine($"  plain loop, double, scaled by rows {cells / plain / 1e3,8:0} million cells a second");
        Console.WriteLine($"  Viterbi, divided {cells / viterbi / 1e3,8:0} million cells a second");
        string proteinX = Of(Alphabet.Protein, Residues, 3), proteinY = Of(Alphabet.Protein, Residues, 4);
        var protein = new PairHmm(Alphabet.Protein);
        double own = Best(5, () => protein.LogLikelihood(proteinX, proteinY)), ownSingle = Best(5, () => protein.LogLikelihood(proteinX, proteinY, new() { SinglePrecision = true }));
        Console.WriteLine($"  protein: {cells / own / 1e3:0} (double), {cells / ownSingle / 1e3:0} (float) million cells a second");
    }

    private static void Long()
    {
        var model = new PairHmm(Alphabet.Dna);
        model.SetGaps(0.02, 0.3, 1e-5);
        model.SetIdentity(0.9);
        string x = Dna(100_000, 1), y = Mutated(x);
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        double forward = model.LogLikelihood(x, y);
        double forwardTime = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        PairAlignment band = model.Viterbi(x, y, new() { Band = 500 });
        double bandTime = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        PairAlignment alignment = model.Viterbi(x, y);
        Console.WriteLine($"two sequences of {x.Length} and {y.Length}: forward {forwardTime:0.0} s (ln P {forward:0.0}), alignment in a band of ±500 {bandTime:0.0} s, "
            + $"alignment {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s; ln P of the best {alignment.LogProbability:0.0}, in the band {band.LogProbability:0.0}; "
            + $"{(GC.GetTotalMemory(false) - before) >> 20} MiB more in use, peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
    }

    private static double Best(int runs, Action work)
    {
        double best = double.MaxValue;
        work();
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return best;
    }

    private static double Best<T>(int runs, Func<T> work)
    {
        T? last = default;
        double best = Best(runs, () => { last = work(); });
        GC.KeepAlive(last);
        return best;
    }

    // Rabiner's scaled recursions as one would write them down.
    private static double Plain(double[] a, double[] b, double[] start, int[] sequence)
    {
        int n = start.Length, symbols = b.Length / n;
        double[] alpha = new double[sequence.Length * n], counts = new double[n * n], scales = new double[sequence.Length];
        double log = 0;
        for (int t = 0; t < sequence.Length; t++)
        {
            double sum = 0;
            for (int j = 0; j < n; j++)
            {
                double value = t == 0 ? start[j] : 0;
                for (int i = 0; i < n && t > 0; i++) value += alpha[(t - 1) * n + i] * a[i * n + j];
                sum += alpha[t * n + j] = value * b[j * symbols + sequence[t]];
            }

            for (int j = 0; j < n; j++) alpha[t * n + j] /= sum;
            scales[t] = sum;
            log += Math.Log(sum);
        }

        double[] beta = [.. Enumerable.Repeat(1.0, n)], next = new double[n];
        for (int t = sequence.Length - 2; t >= 0; t--)
        {
            for (int j = 0; j < n; j++) next[j] = beta[j] * b[j * symbols + sequence[t + 1]] / scales[t + 1];
            for (int i = 0; i < n; i++)
            {
                double sum = 0;
                for (int j = 0; j < n; j++)
                {
                    double term = a[i * n + j] * next[j];
                    sum += term;
                    counts[i * n + j] += alpha[t * n + i] * term;
                }

                beta[i] = sum;
            }
        }

        return log + 0 * counts[0];
    }

    private static double Plain(PairHmm model, string x, string y)
    {
        double[] a = model.Transitions.Value.ToArray(), p = model.Match.Value.ToArray(), q = model.Insert.Value.ToArray();
        int[] xs = model.Alphabet.Encode(x), ys = model.Alphabet.Encode(y);
        int m = ys.Length;
        double[] matches = new double[m + 1], inX = new double[m + 1], inY = new double[m + 1];
        double log = 0;
        for (int i = 0; i <= xs.Length; i++)
        {
            double dm = 0, dx = 0, dy = 0, largest = 0;
            for (int j = 0; j <= m; j++)
            {
                double um = matches[j], ux = inX[j], uy = inY[j];
                matches[j] = i == 0 && j == 0 ? 1 : i > 0 && j > 0 ? p[xs[i - 1] * 4 + ys[j - 1]] * (a[0] * dm + a[4] * dx + a[8] * dy) : 0;
                inX[j] = i > 0 ? q[xs[i - 1]] * (a[1] * um + a[5] * ux) : 0;
                inY[j] = j > 0 ? q[4 + ys[j - 1]] * (a[2] * matches[j - 1] + a[10] * inY[j - 1]) : 0;
                (dm, dx, dy) = (um, ux, uy);
                largest = Math.Max(largest, matches[j]);
            }

            if (largest == 0) continue;
            for (int j = 0; j <= m; j++)
            {
                matches[j] /= largest;
                inX[j] /= largest;
                inY[j] /= largest;
            }

            log += Math.Log(largest);
        }

        return log + Math.Log(a[3] * (matches[m] + inX[m] + inY[m]));
    }

    private static string Dna(int length, long seed) => Of(Alphabet.Dna, length, seed);

    private static string Of(Alphabet alphabet, int length, long seed) =>
        string.Concat(Enumerable.Range(0, length).Select(i => alphabet.Symbols[RandomKey.Of(seed).Below(alphabet.Count, (ulong)i)]));

    // One place of ten changed, and every fiftieth gap or insertion three long.
    private static string Mutated(string x)
    {
        var text = new System.Text.StringBuilder();
        RandomKey key = RandomKey.Of(99);
        for (int i = 0; i < x.Length; i++)
        {
            double draw = key.Uniform((ulong)i);
            if (draw < 0.01) i += 2;
            else if (draw < 0.02) text.Append("ACG").Append(x[i]);
            else text.Append(draw < 0.1 ? "ACGT"[i % 4] : x[i]);
        }

        return text.ToString();
    }
}
