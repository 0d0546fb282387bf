using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Markov;

namespace WeightSharing.Experiments.Markov;

/// <summary>
/// Sharing between the two sequences of a pair HMM: gaps in x and in y as one thing, or as two, on seven introns of prickly pears. Held-out likelihood,
/// agreement with a reference alignment, and the test of the hypothesis that insertions and deletions are symmetric.
/// </summary>
internal sealed class AlignExperiment : Experiment
{
    private const int Trained = 5, Bins = 96;

    private static readonly string[] Models = ["guessed", "tied", "untied"];

    /// <inheritdoc/>
    public override string Name => "align";

    /// <inheritdoc/>
    public override string Summary => "Pair HMMs with gaps tied or not between the sequences, trained on seven real introns: likelihood, alignments, and a test of the tie.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Largest |ln P(x, y) − ln P(y, x)| / |ln P(x, y)| of the tied model over all pairs", ["swap_error"]),
        new("Log-likelihood of the pairs with a sequence not trained on, in nats, total", [.. Models.Select(model => $"heldout.{model}")]),
        new("Share of the reference's matched pairs that the best alignments of all 21 pairs match too", [.. Models.Select(model => $"agreement.{model}")]),
        new("Likelihood-ratio test of the tie on the training pairs: statistic, degrees of freedom, p-value", ["lrt.statistic", "lrt.freedom", "lrt.p"]),
        new("Akaike's and Schwarz's criteria, untied less tied: above 0 the tied model is better", ["aic.difference", "bic.difference"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        Introns introns = Introns.Load(context.Data);
        (string X, string Y)[] training = [.. introns.Pairs.Where(pair => pair.B < Trained).Select(introns.Sequences)];
        Introns.Pair[] heldOut = [.. introns.Pairs.Where(pair => pair.B >= Trained)];
        if (context.Quick) training = training[..3];
        PairTrainingOptions options = new() { Iterations = context.Quick ? 3 : 60, Tolerance = 1e-7 };
        PairHmm guessed = Guess(tied: true), tied = Guess(tied: true), untied = Guess(tied: false);
        double tiedTraining = 0, untiedTraining = 0;
        context.RunAll(
        [
            new Job("training", 1, () => tiedTraining = tied.Fit(training, options).LogLikelihood),
            new Job("training", 1, () => untiedTraining = untied.Fit(training, options).LogLikelihood),
        ]);
        PairHmm[] models = [guessed, tied, untied];
        int count = introns.Pairs.Count;
        double[] swaps = new double[count];
        var agreement = new double[models.Length, count];
        var likelihood = new double[models.Length, count];
        context.RunAll([.. Enumerable.Range(0, count).Select(at => new Job("alignments", 1, () =>
        {
            (string x, string y) = introns.Sequences(introns.Pairs[at]);
            double there = tied.LogLikelihood(x, y), back = tied.LogLikelihood(y, x);
            swaps[at] = Math.Abs(there - back) / Math.Abs(there);
            foreach ((int m, PairHmm model) in models.Index())
            {
                likelihood[m, at] = model.LogLikelihood(x, y);
                agreement[m, at] = model.Viterbi(x, y).Agreement(introns.Pairs[at].ReferenceA, introns.Pairs[at].ReferenceB);
            }
        }))]);

        long symbols = training.Sum(pair => (long)pair.X.Length + pair.Y.Length);
        // The untied model contains the tied one: where training stopped a little short of that, the difference is nothing.
        var comparison = new ModelComparison(tiedTraining, untiedTraining, tied.DegreesOfFreedom, untied.DegreesOfFreedom, symbols);
        var metrics = new MetricSet(this) { ["swap_error"] = swaps.Max() };
        foreach ((int m, string name) in Models.Index())
        {
            metrics[$"heldout.{name}"] = heldOut.Sum(pair => likelihood[m, introns.Pairs.Index().First(one => one.Item == pair).Index]);
            metrics[$"agreement.{name}"] = Matched(m);
        }

        metrics["lrt.statistic"] = comparison.Statistic;
        metrics["lrt.freedom"] = comparison.DegreesOfFreedom;
        metrics["lrt.p"] = comparison.PValue;
        metrics["aic.difference"] = comparison.UntiedAic - comparison.TiedAic;
        metrics["bic.difference"] = comparison.UntiedBic - comparison.TiedBic;
        var table = new ReportTable("Pair HMMs on seven introns", ["model", "free", "held-out ln P", "agreement", "δx", "δy", "εx", "εy"], [.. Models.Select((name, m) => (string[])
        [
            name, m == 0 ? "0" : Numbers.Count(models[m].DegreesOfFreedom), metrics[$"heldout.{name}"].ToString("0.0", CultureInfo.InvariantCulture),
            metrics[$"agreement.{name}"].ToString("0.0000", CultureInfo.InvariantCulture),
            .. new[] { (0, 1), (0, 2), (1, 1), (2, 2) }.Select(entry => models[m].Transitions.Value[entry.Item1, entry.Item2].ToString("0.0000", CultureInfo.InvariantCulture)),
        ])]);
        return new ExperimentResult(metrics, [table], [.. Page(metrics, table, comparison, introns, tied, training.Length)], [Introns.Credit]);

        // Over all pairs together, so that each matched pair of the reference counts once.
        double Matched(int m)
        {
            double[] sizes = [.. introns.Pairs.Select(pair => (double)pair.ReferenceMatches)];
            return Enumerable.Range(0, count).Sum(at => agreement[m, at] * sizes[at]) / sizes.Sum();
        }
    }

    /// <summary>A model as one would guess it: alike sequences with few, short gaps, and a background rich in A and T.</summary>
    internal static PairHmm Guess(bool tied)
    {
        var model = new PairHmm(Alphabet.Dna, tied);
        model.SetGaps(0.02, 0.3, 0.001);
        model.SetIdentity(0.95, [0.35, 0.15, 0.2, 0.3]);
        model.RandomEnd = 0.001;
        return model;
    }

    private static IEnumerable<ReportBlock> Page(MetricSet metrics, ReportTable table, ModelComparison comparison, Introns introns, PairHmm tied, int trainingPairs)
    {
        yield return new Paragraph("Seven introns of the chloroplast gene rpl16 of prickly pears (Opuntia), 21 pairs. A pair HMM says how probable two sequences are as relatives, over all ways to "
            + "align them. In the tied model a gap costs the same in either sequence, matches are symmetric, and insertions have one distribution: the order of the two does not matter. In the "
            + $"untied one all that is doubled. Both are trained by expectation maximisation from the same guess on {trainingPairs} pairs of {Trained} of the sequences.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"On pairs with a sequence never seen, training raises ln P from {metrics["heldout.guessed"]:0} to {metrics["heldout.tied"]:0} (tied) and {metrics["heldout.untied"]:0} (untied). ")
            + string.Create(CultureInfo.InvariantCulture, $"The guess already finds {100 * metrics["agreement.guessed"]:0.0} % of the reference's matched pairs, the trained model {100 * metrics["agreement.tied"]:0.0} %: agreement hardly tells models apart."));
        yield return new TableBlock(table);
        yield return new Heading("Are insertions and deletions symmetric?");
        yield return new Verbatim(comparison.ToString());
        yield return new Paragraph("Which of two sequences is called x is arbitrary here, and the pairs share sequences, so the test's assumption of independent observations does not hold and a small p-value "
            + "says that these particular orderings differ, not that evolution has a direction.");
        yield return new Heading("Where the alignment is certain");
        (string x, string y) = introns.Sequences(introns.Pairs[^1]);
        PairPosterior posterior = tied.Posterior(x, y);
        yield return new Paragraph($"{introns.Names[introns.Pairs[^1].A]} against {introns.Names[introns.Pairs[^1].B]}: the probability, over all alignments, that two places belong together.");
        yield return new Figure("posterior", "Match posteriors of the tied model, the largest of each cell of 1/96 of the sequences; x downwards, y to the right.", theme => Charts.Maps(
            theme, [("", Thinned(posterior))], 1, 560));
        double[] certainty = [.. Enumerable.Range(0, x.Length).Select(i => Enumerable.Range(0, y.Length).Max(j => posterior.Matches[i, j]))];
        yield return new Figure("certainty", "The largest match posterior of every place of the first sequence: it falls where gaps may lie in several places.", theme => Charts.Lines(
            theme, "position", "largest match posterior", [new Line("tied", [.. Enumerable.Range(1, x.Length).Select(i => (double)i)], certainty, Marked: false)]));
        yield return new Paragraph("The most probable alignment:");
        yield return new Verbatim(tied.Viterbi(x, y).ToString(90, introns.Names[introns.Pairs[^1].A], introns.Names[introns.Pairs[^1].B]));
    }

    private static double[,] Thinned(PairPosterior posterior)
    {
        (int n, int m) = (posterior.Matches.Shape[0], posterior.Matches.Shape[1]);
        double[] values = posterior.Matches.ToArray();
        var bins = new double[Bins, Bins];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < m; j++) bins[i * Bins / n, j * Bins / m] = Math.Max(bins[i * Bins / n, j * Bins / m], values[i * m + j]);
        }

        return bins;
    }
}
