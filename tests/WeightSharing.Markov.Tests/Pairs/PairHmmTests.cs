using CsCheck;
using WeightSharing.Markov;
using WeightSharing.Markov.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Pairs;

public sealed class PairHmmTests
{
    [Fact]
    public void Every_mode_and_variant_agrees_with_all_alignments() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4], Gen.Long[0, 100_000]).Sample((n, m, seed) =>
        {
            PairHmm model = PairBrute.Random(seed, tied: seed % 2 == 0, gapToGap: seed % 3 == 0);
            foreach (PairMode mode in Enum.GetValues<PairMode>())
            {
                PairBrute.Check(model, PairBrute.Dna(n, seed, unknown: true), PairBrute.Dna(m, seed + 1, unknown: true), new() { Mode = mode });
            }
        }, iter: 25);

    [Fact]
    public void A_band_keeps_the_alignments_inside_it()
    {
        PairHmm model = PairBrute.Random(3, tied: false);
        string x = PairBrute.Dna(4, 1), y = PairBrute.Dna(5, 2);
        foreach (PairMode mode in Enum.GetValues<PairMode>())
        {
            PairBrute.Check(model, x, y, new() { Mode = mode, Band = 2 }, (i, j) => Math.Abs(j - i * 5.0 / 4) <= 2);
        }

        Assert.Equal(model.LogLikelihood(x, y), model.LogLikelihood(x, y, new() { Band = 9 }), 1e-12);
        Assert.StartsWith("PairHmm: a band of -1", Assert.Throws<ArgumentOutOfRangeException>(() => model.LogLikelihood(x, y, new() { Band = -1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Symbols_that_are_never_inserted_are_exact_too()
    {
        PairHmm model = PairBrute.Random(3, tied: false);
        model.SetEmissions(model.Match.Value.ToArray(), [0, 0.5, 0.25, 0.25], [0.5, 0.5, 0, 0]);
        foreach (PairMode mode in Enum.GetValues<PairMode>()) PairBrute.Check(model, "ACGT", "CCAG", new() { Mode = mode });
        Assert.Equal(double.NegativeInfinity, model.LogLikelihood("A", ""));
        Assert.Equal("", model.Viterbi("A", "").States);
    }

    [Fact]
    public void Every_variant_of_the_kernels_agrees_with_the_logarithms_on_long_sequences()
    {
        PairHmm model = PairBrute.Random(4, tied: false, gapToGap: true);
        string x = PairBrute.Dna(150, 1), y = x[..40] + x[75..] + PairBrute.Dna(33, 2);
        foreach (PairMode mode in Enum.GetValues<PairMode>())
        {
            PairNumbers numbers = model.Numbers(x, y, new() { Mode = mode });
            var lattice = new PairLattice(numbers);
            double[] expected = new double[9], expectedMatches = new double[151 * (y.Length + 1)];
            lattice.Posteriors(expected, (i, match, _, _) => match.CopyTo(expectedMatches.AsSpan(i * match.Length)));
            foreach (SimdWidth width in Simd.Available)
            {
                Assert.Equal(lattice.LogLikelihood, new PairSweep<double>(numbers, width).LogLikelihood(), 1e-9);
                Assert.Equal(lattice.LogLikelihood, new PairSweep<float>(numbers, width).LogLikelihood(), 1e-3);
                double[] transitions = new double[9], matches = new double[expectedMatches.Length];
                new PairSweep<double>(numbers, width).Posteriors(transitions, (i, match, _, _) => match.CopyTo(matches.AsSpan(i * match.Length)));
                Brute.Near(expected, transitions, 1e-9);
                Brute.Near(expectedMatches, matches, 1e-10);
            }
        }
    }

    [Fact]
    public void Every_variant_finds_the_best_alignment_of_long_sequences_in_parts_and_strips()
    {
        PairHmm model = PairBrute.Random(6, tied: false, gapToGap: true);
        string x = PairBrute.Dna(40, 1, unknown: true), y = x[..15] + PairBrute.Dna(1050, 2) + x[20..] + PairBrute.Dna(10, 3);
        foreach (bool barriers in new[] { false, true })
        {
            // Symbols that are never inserted, C in x and G in y, stand where no gap and no flank may pass.
            if (barriers) model.SetEmissions(model.Match.Value.ToArray(), [0.4, 0, 0.4, 0.2], [0.3, 0.3, 0, 0.4]);
            string other = barriers ? x[..15].Replace('A', 'T') + "TA" + x[15..] + "TACA" : y;
            foreach (PairMode mode in Enum.GetValues<PairMode>())
            {
                foreach (int? band in new int?[] { null, 45 })
                {
                    PairNumbers numbers = model.Numbers(x, other, new() { Mode = mode, Band = band });
                    (double best, string states, int startX, int startY) = PairViterbi.Run(numbers, long.MaxValue, SimdWidth.Reference);
                    Assert.True(double.IsFinite(best) && best <= new PairLattice(numbers).LogLikelihood + 1e-9, $"{mode} {band} {barriers}: {best}");
                    if (mode == PairMode.Global) Assert.True(states.Length >= other.Length);
                    foreach (SimdWidth width in Simd.Available)
                    {
                        foreach (long cells in new[] { long.MaxValue, 3000, 1 })
                        {
                            (double value, string own, int ownX, int ownY) = PairViterbi.Run(numbers, cells, width);
                            Assert.Equal(best, value, 1e-9);
                            // Rounding may decide between two equally good ones, not between one and a worse.
                            Assert.Equal(Score(states, startX, startY), Score(own, ownX, ownY), 1e-9);
                        }
                    }

                    double Score(string columns, int i, int j)
                    {
                        double sum = numbers.MayStart(i, j) ? FlankX(0, i) + FlankY(0, j) + numbers.FlankEnds : double.NegativeInfinity;
                        int state = 0;
                        foreach (char column in columns)
                        {
                            int next = "MXY".IndexOf(column, StringComparison.Ordinal);
                            (i, j) = (i + (next == 2 ? 0 : 1), j + (next == 1 ? 0 : 1));
                            (int from, int to) = numbers.Columns(i);
                            Assert.InRange(j, from, to);
                            sum += Math.Log(numbers.A[state * 4 + next] * (next == 0 ? numbers.Emit(i, j) : next == 1 ? numbers.Qx[numbers.Xs[i - 1]] : numbers.Qy[numbers.Ys[j - 1]]));
                            state = next;
                        }

                        return numbers.MayEnd(i, j) ? sum + Math.Log(numbers.A[state * 4 + 3]) + FlankX(i, numbers.N) + FlankY(j, numbers.K) : double.NegativeInfinity;
                    }

                    double FlankX(int from, int to) => mode == PairMode.Global ? 0 : Enumerable.Range(from, to - from).Sum(at => numbers.Fx[numbers.Xs[at]]);
                    double FlankY(int from, int to) => mode == PairMode.Global ? 0 : Enumerable.Range(from, to - from).Sum(at => numbers.Fy[numbers.Ys[at]]);
                }
            }
        }
    }

    [Fact]
    public void A_gap_far_longer_than_the_range_of_numbers_is_found()
    {
        // Two long halves with 700 inserted between: on the way the right path is e^−600 below the best.
        var model = new PairHmm(Alphabet.Dna);
        model.SetGaps(0.01, 0.4, 0.001);
        model.SetIdentity(0.97);
        string a = PairBrute.Dna(900, 1), b = PairBrute.Dna(900, 2), x = a + b, y = a + PairBrute.Dna(700, 3) + b;
        double exact = model.LogLikelihood(x, y);
        Assert.Equal(exact, model.LogLikelihood(x, y, new() { SinglePrecision = true }), 2e-5 * Math.Abs(exact));
        Assert.Equal(exact, new PairSweep<double>(model.Numbers(x, y, null), SimdWidth.Vector128).LogLikelihood(), 1e-10 * Math.Abs(exact));
        PairAlignment alignment = model.Viterbi(x, y);
        Assert.True(alignment.LogProbability < exact);
        Assert.True(exact - alignment.LogProbability < 60, "the sum is dominated by alignments near the best");
        Assert.Equal(alignment.LogProbability, model.LogProbability(x, y, alignment.States), 1e-8);
        Assert.Contains(new string('Y', 700)[..600], alignment.States, StringComparison.Ordinal);
    }

    [Fact]
    public void Viterbi_is_affine_needleman_wunsch() => Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], Gen.Long[0, 100_000]).Sample((n, m, seed) =>
    {
        RandomKey key = RandomKey.Of(seed);
        (double delta, double epsilon, double tau, double eta) = (0.02 + 0.2 * key.Uniform(0), 0.1 + 0.6 * key.Uniform(1), 0.01 + 0.1 * key.Uniform(2), 0.01 + 0.1 * key.Uniform(3));
        var model = new PairHmm(Alphabet.Dna) { RandomEnd = eta };
        model.SetGaps(delta, epsilon, tau);
        model.SetIdentity(0.5 + 0.4 * key.Uniform(4), [0.3, 0.2, 0.1, 0.4]);
        string x = PairBrute.Dna(n, seed + 7), y = PairBrute.Dna(m, seed + 8);
        double log = model.Viterbi(x, y).LogProbability - model.RandomLogLikelihood(x, y);

        // Durbin et al. 1998, p. 86: s(a, b), gap opening d and extension e; c is added to the final scores of X and Y.
        double[] p = model.Match.Value.ToArray(), q = model.Insert.Value.ToArray();
        int[] xs = Alphabet.Dna.Encode(x), ys = Alphabet.Dna.Encode(y);
        double gain = Math.Log((1 - 2 * delta - tau) / ((1 - eta) * (1 - eta)));
        double d = -Math.Log(delta * (1 - epsilon - tau) / ((1 - eta) * (1 - 2 * delta - tau))), e = -Math.Log(epsilon / (1 - eta));
        double c = Math.Log(1 - 2 * delta - tau) - Math.Log(1 - epsilon - tau), none = double.NegativeInfinity;
        double[,,] f = new double[n + 1, m + 1, 3];
        for (int i = 0; i <= n; i++)
        {
            for (int j = 0; j <= m; j++)
            {
                double Of(int di, int dj, int s) => i >= di && j >= dj ? f[i - di, j - dj, s] : none;
                f[i, j, 0] = i == 0 && j == 0
                    ? 0
                    : i == 0 || j == 0 ? none : Math.Log(p[xs[i - 1] * 4 + ys[j - 1]] / (q[xs[i - 1]] * q[ys[j - 1]])) + gain + Math.Max(Of(1, 1, 0), Math.Max(Of(1, 1, 1), Of(1, 1, 2)));
                f[i, j, 1] = Math.Max(Of(1, 0, 0) - d, Of(1, 0, 1) - e);
                f[i, j, 2] = Math.Max(Of(0, 1, 0) - d, Of(0, 1, 2) - e);
            }
        }

        double best = Math.Max(f[n, m, 0], Math.Max(f[n, m, 1], f[n, m, 2]) + c);
        Assert.Equal(best + Math.Log(tau) - 2 * Math.Log(eta), log, 1e-11);
    }, iter: 60);

    [Fact]
    public void A_tied_model_does_not_care_which_sequence_comes_first() => Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], Gen.Long[0, 100_000]).Sample((n, m, seed) =>
    {
        PairHmm model = PairBrute.Random(seed, tied: true);
        string x = PairBrute.Dna(n, seed, unknown: true), y = PairBrute.Dna(m, seed + 1, unknown: true);
        double there = model.LogLikelihood(x, y), back = model.LogLikelihood(y, x);
        Assert.Equal(there, back, 1e-12 * Math.Abs(there));
    }, iter: 40);

    [Fact]
    public void The_likelihood_never_falls_tied_or_not_with_unknown_symbols() => Gen.Select(Gen.Bool, Gen.Long[0, 100_000]).Sample((tied, seed) =>
    {
        PairHmm model = PairBrute.Random(seed, tied, gapToGap: seed % 2 == 0);
        (string, string)[] pairs = [.. Enumerable.Range(0, 3).Select(n => (PairBrute.Dna(12 + n, seed + n, true), PairBrute.Dna(14 - n, seed + 9 + n, true)))];
        foreach (PairMode mode in Enum.GetValues<PairMode>())
        {
            PairTrainingResult result = ((PairHmm)model.To<double>()).Fit(pairs, new() { Iterations = 6, Tolerance = 0, Comparison = new() { Mode = mode } });
            for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-9, string.Join(" ", result.Trace));
            Assert.True(double.IsFinite(result.LogLikelihood));
        }
    }, iter: 15);

    [Fact]
    public void Degrees_of_freedom_come_from_the_tyings()
    {
        Assert.Equal(2 + 9 + 3, new PairHmm(Alphabet.Dna).DegreesOfFreedom);
        Assert.Equal(4 + 15 + 6, new PairHmm(Alphabet.Dna, tied: false).DegreesOfFreedom);
        Assert.Equal(3 + 9 + 3, new PairHmm(Alphabet.Dna, transitionTying: PairTying.Transitions(true, gapToGap: true)).DegreesOfFreedom);
        Assert.Equal(2 + 209 + 19, new PairHmm(Alphabet.Protein).DegreesOfFreedom);
    }

    [Fact]
    public void Drawn_alignments_follow_the_posterior()
    {
        PairHmm model = PairBrute.Random(5, tied: true);
        const string X = "ACGT", Y = "AGT";
        double[] expected = model.Posterior(X, Y).Matches.ToArray(), seen = new double[expected.Length];
        const int Draws = 3000;
        for (int draw = 0; draw < Draws; draw++)
        {
            PairAlignment alignment = model.SampleAlignment(X, Y, RandomKey.Of(2).Fork(draw));
            Assert.True(double.IsFinite(model.LogProbability(X, Y, alignment.States)));
            foreach ((int i, int j) in alignment.Matches) seen[i * 3 + j] += 1.0 / Draws;
        }

        Brute.Near(expected, seen, 0.04);
        PairAlignment local = model.SampleAlignment(X, Y, RandomKey.Of(2), new() { Mode = PairMode.Local });
        Assert.InRange(local.EndX, local.StartX, 4);
    }

    [Fact]
    public void Sampled_pairs_teach_the_model_again()
    {
        var truth = new PairHmm(Alphabet.Dna);
        truth.SetGaps(0.08, 0.5, 0.01);
        truth.SetIdentity(0.9);
        (string X, string Y)[] pairs = [.. Enumerable.Range(0, 30).Select(n => truth.Sample(RandomKey.Of(n))).Select(sample => (sample.X, sample.Y))];
        Assert.Equal(pairs[3].X, truth.Sample(RandomKey.Of(3)).X);
        var model = new PairHmm(Alphabet.Dna);
        PairTrainingResult result = model.Fit(pairs, new() { Iterations = 20 });
        Assert.True(result.LogLikelihood >= pairs.Sum(pair => truth.LogLikelihood(pair.X, pair.Y)) - 2);
        Assert.Equal(0.08, model.Transitions.Value[0, 1], 0.025);
        Assert.Equal(model.Transitions.Value[0, 1], model.Transitions.Value[0, 2]);
        Assert.Equal(0.5, model.Transitions.Value[1, 1], 0.1);
    }

    [Fact]
    public void Local_alignments_find_the_common_part()
    {
        var model = new PairHmm(Alphabet.Dna);
        model.SetGaps(0.02, 0.4, 0.05);
        model.SetIdentity(0.95);
        string common = PairBrute.Dna(40, 5), x = PairBrute.Dna(25, 6) + common + PairBrute.Dna(30, 7), y = common + PairBrute.Dna(50, 8);
        PairAlignment local = model.Viterbi(x, y, new() { Mode = PairMode.Local }), free = model.Viterbi(x, y, new() { Mode = PairMode.SemiGlobal });
        Assert.InRange(local.StartX, 20, 26);
        Assert.InRange(local.StartY, 0, 3);
        Assert.Contains(new string('M', 36), local.States, StringComparison.Ordinal);
        Assert.True(free.StartX == 0 || free.StartY == 0);
        Assert.Equal(local.LogProbability, model.Viterbi(x, y, new() { Mode = PairMode.Local, TraceCells = 10 }).LogProbability, 1e-9);
    }

    [Fact]
    public void Scores_make_a_protein_model()
    {
        var model = new PairHmm(Alphabet.Protein);
        int[] scores = [.. Enumerable.Range(0, 400).Select(i => i / 20 == i % 20 ? 5 : -1)];
        double[] background = [.. Enumerable.Repeat(0.05, 20)];
        model.SetScores(scores, background);
        double same = model.Match.Value[0, 0], other = model.Match.Value[0, 1];
        Assert.Equal(6 * Math.Log(2) / 2, Math.Log(same / other), 1e-12);
        Assert.Equal(1, model.Match.Value.Sum().Item(), 1e-12);
        Assert.Equal("MMMM", model.Viterbi("WLKX", "WLRQ").States);
        Assert.StartsWith("SetScores: 3 scores", Assert.Throws<ArgumentException>(() => model.SetScores([1, 2, 3], background)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blosum62_has_its_published_lambda_and_scores()
    {
        SubstitutionMatrix matrix = SubstitutionMatrix.Blosum62;
        // Karlin and Altschul's parameters of ungapped BLOSUM62: λ = 0.3176, relative entropy 0.40 nats.
        Assert.Equal(0.3176, matrix.Lambda, 5e-5);
        var model = new PairHmm(Alphabet.Protein);
        model.SetScores(matrix);
        double entropy = 0;
        double[] p = model.Match.Value.ToArray();
        for (int i = 0; i < 400; i++)
        {
            double odds = Math.Log(p[i] / (matrix.Background[i / 20] * matrix.Background[i % 20]));
            Assert.Equal(matrix.Scores[i], odds / matrix.Lambda, 1e-9);
            entropy += p[i] * odds;
        }

        Assert.Equal(0.401, entropy, 5e-4);
        Assert.Equal(1, matrix.Background.Sum(), 1e-12);
        int Score(char a, char b) => matrix.Scores[Alphabet.Protein.Symbols.IndexOf(a, StringComparison.Ordinal) * 20 + Alphabet.Protein.Symbols.IndexOf(b, StringComparison.Ordinal)];
        Assert.Equal([11, 9, 4, -4, 2, 3], new[] { Score('W', 'W'), Score('C', 'C'), Score('A', 'A'), Score('D', 'L'), Score('E', 'Q'), Score('I', 'V') });
    }

    [Fact]
    public void A_matrix_without_probabilities_is_refused()
    {
        Alphabet two = Alphabet.Of("AB");
        Assert.StartsWith("SubstitutionMatrix m: 3 scores", Assert.Throws<ArgumentException>(() => new SubstitutionMatrix("m", two, [1, 2, 3], [0.5, 0.5])).Message, StringComparison.Ordinal);
        Assert.StartsWith("SubstitutionMatrix m: s(A, B) = 2 and s(B, A) = 3", Assert.Throws<ArgumentException>(() => new SubstitutionMatrix("m", two, [1, 2, 3, 1], [0.5, 0.5])).Message, StringComparison.Ordinal);
        Assert.StartsWith("SubstitutionMatrix m: the mean score is 0.5", Assert.Throws<ArgumentException>(() => new SubstitutionMatrix("m", two, [2, -1, -1, 2], [0.5, 0.5])).Message, StringComparison.Ordinal);
        Assert.StartsWith("SubstitutionMatrix m: the background sums to 0.9", Assert.Throws<ArgumentException>(() => new SubstitutionMatrix("m", two, [1, -2, -2, 1], [0.5, 0.4])).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "SetScores: BLOSUM62 is for the alphabet ACDEFGHIKLMNPQRSTVWY, the model has ACGT",
            Assert.Throws<ArgumentException>(() => new PairHmm(Alphabet.Dna).SetScores(SubstitutionMatrix.Blosum62)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Proteins_align_by_blosum62_and_learn_from_there()
    {
        var model = new PairHmm(Alphabet.Protein) { RandomEnd = 0.005 };
        model.SetScores(SubstitutionMatrix.Blosum62);
        model.SetGaps(0.03, 0.4, 0.005);
        // Related: aspartate for glutamate, isoleucine for valine, two residues lost.
        const string First = "MKVLITGDEEWYCHNAQRSTF", Second = "MKILITGEEWYCHNQRSTF";
        Assert.True(model.LogOdds(First, Second) > 20);
        Assert.True(model.LogOdds(First, "PPPGGGSSSPPPGGGSSSP") < 0);
        Assert.Equal(2, model.Viterbi(First, Second).States.Count(state => state == 'X'));
        (string, string)[] pairs = [.. Enumerable.Range(0, 4).Select(n => model.Sample(RandomKey.Of(n))).Select(sample => (sample.X, sample.Y))];
        PairTrainingResult result = model.Fit(pairs, new() { Iterations = 3, Tolerance = 0, EmissionPrior = DirichletPrior.Adding(0.5) });
        for (int i = 1; i < result.Trace.Count; i++) Assert.True(result.Trace[i] >= result.Trace[i - 1] - 1e-9);
        Assert.All(model.Match.Value.ToArray(), p => Assert.True(p > 0));
    }

    [Fact]
    public void What_a_tying_forbids_is_refused()
    {
        var model = new PairHmm(Alphabet.Dna);
        Assert.StartsWith("SetGaps: the values differ by", Assert.Throws<ArgumentException>(() => model.SetGaps(0.1, 0.2, 0.3, 0.3, 0.01)).Message, StringComparison.Ordinal);
        Assert.Contains("leave a negative probability", Assert.Throws<ArgumentException>(() => model.SetGaps(0.6, 0.3, 0.01)).Message, StringComparison.Ordinal);
        Assert.StartsWith("LogProbability: the columns MX", Assert.Throws<ArgumentException>(() => model.LogProbability("AC", "AC", "MX")).Message, StringComparison.Ordinal);
        Assert.StartsWith("Alphabet ACGT: character '!' at position 1", Assert.Throws<ArgumentException>(() => model.LogLikelihood("A!", "A")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_keeps_ties_and_the_random_model()
    {
        PairHmm model = PairBrute.Random(2, tied: true);
        var copy = (PairHmm)model.To<double>();
        Assert.Equal(model.LogOdds("ACGT", "AGT"), copy.LogOdds("ACGT", "AGT"));
        Assert.Equal(model.DegreesOfFreedom, copy.DegreesOfFreedom);
        Assert.Equal(3, copy.Parameters.Count);
        Assert.Equal("X = Y", copy.Transitions.Transform);
    }

    [Fact]
    public void An_alignment_prints_in_blocks()
    {
        var alignment = new PairAlignment("ACGTACGT", "ACTTCGT", "MMMMXMMM", 0, 0, 0);
        Assert.Equal("ACTT-CGT", alignment.AlignedY);
        Assert.Equal("a  1 ACGT 4\n     ||.|\nbc 1 ACTT 4\n\na  5 ACGT 8\n      |||\nbc 5 -CGT 7\n", alignment.ToString(4, "a", "bc"));
        Assert.Equal(6 / 7.0, alignment.Identity, 1e-12);
        Assert.Equal(1, alignment.Agreement("ACGTACGT", "ACTT-CGT"));
        Assert.Equal(4 / 7.0, alignment.Agreement("ACGTACGT", "ACTTCGT-"));
    }

    [Fact]
    public void Division_needs_few_cells_and_finds_as_good_an_alignment()
    {
        PairHmm model = PairBrute.Random(9, tied: true);
        string x = PairBrute.Dna(300, 1), y = x[..120] + PairBrute.Dna(60, 2) + x[150..];
        PairAlignment whole = model.Viterbi(x, y), divided = model.Viterbi(x, y, new() { TraceCells = 500 });
        Assert.Equal(whole.LogProbability, divided.LogProbability, 1e-9);
        Assert.Equal(whole.LogProbability, model.LogProbability(x, y, divided.States), 1e-9);
        PairAlignment band = model.Viterbi(x, y, new() { Band = 80, TraceCells = 500 });
        Assert.True(band.LogProbability <= whole.LogProbability + 1e-9);
        Assert.Equal(band.LogProbability, model.LogProbability(x, y, band.States), 1e-9);
    }
}
