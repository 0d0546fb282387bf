using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Pairs;

/// <summary>All alignments of short sequences, one by one.</summary>
internal static class PairBrute
{
    public sealed record Alignment(double Log, string States, int I, int J);

    public static List<Alignment> All(PairHmm model, string x, string y, PairMode mode = PairMode.Global, Func<int, int, bool>? inside = null)
    {
        double[] a = model.Transitions.Value.ToArray(), p = model.Match.Value.ToArray(), q = model.Insert.Value.ToArray();
        int v = model.Alphabet.Count, n = x.Length, m = y.Length;
        int[] xs = model.Alphabet.Encode(x), ys = model.Alphabet.Encode(y);
        double eta = model.RandomEnd;
        double Qx(int s) => s == v ? 1 : q[s];
        double Qy(int s) => s == v ? 1 : q[v + s];
        double P(int s, int t) => s == v ? t == v ? 1 : Qy(t) : t == v ? Qx(s) : p[s * v + t];
        bool May(int i, int j, bool start) => mode switch
        {
            PairMode.Global => start ? i + j == 0 : i == n && j == m,
            PairMode.SemiGlobal => start ? i == 0 || j == 0 : i == n || j == m,
            _ => true,
        };
        double Flank(int i, int j, bool front)
        {
            if (mode == PairMode.Global) return 0;
            double sum = 2 * Math.Log(eta);
            for (int k = front ? 0 : i; k < (front ? i : n); k++) sum += Math.Log((1 - eta) * Qx(xs[k]));
            for (int k = front ? 0 : j; k < (front ? j : m); k++) sum += Math.Log((1 - eta) * Qy(ys[k]));
            return sum;
        }

        var found = new List<Alignment>();
        for (int i = 0; i <= n; i++)
        {
            for (int j = 0; j <= m; j++)
            {
                if (May(i, j, true) && inside?.Invoke(i, j) != false) Walk(i, j, i, j, 0, Flank(i, j, true), "");
            }
        }

        return found;

        void Walk(int i0, int j0, int i, int j, int state, double log, string states)
        {
            if (double.IsNegativeInfinity(log)) return;
            if (May(i, j, false)) found.Add(new Alignment(log + Math.Log(a[state * 4 + 3]) + Flank(i, j, false), states, i0, j0));
            for (int next = 0; next < 3; next++)
            {
                (int ni, int nj) = (i + (next == 2 ? 0 : 1), j + (next == 1 ? 0 : 1));
                if (ni > n || nj > m || inside?.Invoke(ni, nj) == false) continue;
                double emit = next == 0 ? P(xs[i], ys[j]) : next == 1 ? Qx(xs[i]) : Qy(ys[j]);
                Walk(i0, j0, ni, nj, next, log + Math.Log(a[state * 4 + next]) + Math.Log(emit), states + "MXY"[next]);
            }
        }
    }

    public static void Check(PairHmm model, string x, string y, PairOptions options, Func<int, int, bool>? inside = null)
    {
        List<Alignment> all = All(model, x, y, options.Mode, inside);
        double total = Brute.LogSum(all.Select(one => one.Log));
        Assert.Equal(total, model.LogLikelihood(x, y, options), 1e-10);
        Assert.Equal(total, model.LogLikelihood(x, y, options with { SinglePrecision = true }), 1e-4);
        Assert.Equal(total, new PairLattice(model.Numbers(x, y, options)).LogLikelihood, 1e-10);
        double[] matches = new double[x.Length * y.Length], gapX = new double[x.Length], gapY = new double[y.Length], transitions = new double[9];
        foreach (Alignment one in all)
        {
            double p = Math.Exp(one.Log - total);
            (int i, int j, int state) = (one.I, one.J, 0);
            foreach (char column in one.States)
            {
                int next = "MXY".IndexOf(column, StringComparison.Ordinal);
                transitions[state * 3 + next] += p;
                if (next == 0) matches[i * y.Length + j] += p;
                if (next == 1) gapX[i] += p;
                if (next == 2) gapY[j] += p;
                (i, j, state) = (i + (next == 2 ? 0 : 1), j + (next == 1 ? 0 : 1), next);
            }
        }

        PairPosterior posterior = model.Posterior(x, y, options);
        Assert.Equal(total, posterior.LogLikelihood, 1e-10);
        Brute.Near(matches, posterior.Matches.ToArray());
        Brute.Near(gapX, posterior.InsertX.ToArray());
        Brute.Near(gapY, posterior.InsertY.ToArray());
        Brute.Near(transitions, posterior.Transitions.ToArray());
        double[] again = new double[9], latticeMatches = new double[matches.Length];
        new PairLattice(model.Numbers(x, y, options)).Posteriors(again, (i, match, _, _) =>
        {
            for (int j = 1; j < match.Length && i > 0; j++) latticeMatches[(i - 1) * y.Length + j - 1] = match[j];
        });
        Brute.Near(transitions, again);
        Brute.Near(matches, latticeMatches);

        double best = all.Max(one => one.Log);
        foreach (long cells in new[] { long.MaxValue, 1 })
        {
            PairAlignment alignment = model.Viterbi(x, y, options with { TraceCells = cells });
            Assert.Equal(best, alignment.LogProbability, 1e-10);
            Assert.Contains(all, one => one.States == alignment.States && one.I == alignment.StartX && one.J == alignment.StartY && Math.Abs(one.Log - best) < 1e-10);
        }

        PairAlignment accurate = model.MaximumExpectedAccuracy(x, y, options);
        Assert.Equal(accurate.Matches.Sum(pair => matches[pair.X * y.Length + pair.Y]), accurate.LogProbability, 1e-10);
        Assert.True(all.All(one => Accuracy(one) <= accurate.LogProbability + 1e-10));

        double Accuracy(Alignment one)
        {
            (int i, int j, double sum) = (one.I, one.J, 0);
            foreach (char column in one.States)
            {
                if (column == 'M') sum += matches[i * y.Length + j];
                (i, j) = (i + (column == 'Y' ? 0 : 1), j + (column == 'X' ? 0 : 1));
            }

            return sum;
        }
    }

    public static string Dna(int length, long seed, bool unknown = false) =>
        string.Concat(Enumerable.Range(0, length).Select(i => (unknown ? "ACGTN" : "ACGT")[RandomKey.Of(seed).Below(unknown ? 5 : 4, (ulong)i)]));

    public static PairHmm Random(long seed, bool tied, bool gapToGap = false)
    {
        var model = new PairHmm(Alphabet.Dna, tied, PairTying.Transitions(tied, gapToGap)) { RandomEnd = 0.05 };
        model.Initialize(seed);
        return model;
    }
}
