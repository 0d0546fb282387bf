using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Markov;

/// <summary>
/// Sharing across the states of a hidden Markov model: a left-right model whose similar states share one emission, against one in which each state learns
/// its own, by the number of training sequences; and the occasionally dishonest casino.
/// </summary>
internal sealed class HmmExperiment : Experiment
{
    private const int Rolls = 5000;

    private static readonly int[] Sizes = [2, 5, 10, 20, 50, 100, 500];
    private static readonly string[] Models = ["tied", "untied"];

    /// <inheritdoc/>
    public override string Name => "hmm";

    /// <inheritdoc/>
    public override string Summary => "What sharing emissions across states buys a hidden Markov model: fewer sequences to learn from; and the dishonest casino.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Log-likelihood a symbol of held-out sequences after 2, 5, 10 … training sequences, in nats (mean over seeds)",
            [.. Models.SelectMany(model => Sizes.Select(n => $"heldout.{model}.n{n}"))]),
        new("The same of the model that drew the sequences", ["heldout.truth"]),
        new("What training can choose", [.. Models.Select(model => $"freedom.{model}")]),
        new("Casino: share of rolls whose die is told rightly, from the best path and from the posteriors, by the true model; and by one trained on the rolls alone",
            ["casino.viterbi", "casino.posterior", "casino.trained"]),
        new("Casino: probability of a six with the loaded die, as trained (true: 0.5)", ["casino.six"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        int seeds = context.Quick ? 2 : 12, iterations = context.Quick ? 8 : 60;
        int[][][] heldOut = [.. Enumerable.Range(0, seeds).Select(seed => LeftRightProblem.Draw(200, Key(seed).Fork("test")))];
        var values = new double[Models.Length, Sizes.Length, seeds];
        var truth = new double[seeds];
        var jobs = new List<Job>();
        for (int seed = 0; seed < seeds; seed++)
        {
            int own = seed;
            truth[seed] = LeftRightProblem.PerSymbol(LeftRightProblem.Truth(), heldOut[seed]);
            int[][] training = LeftRightProblem.Draw(Sizes[^1], Key(seed).Fork("training"));
            foreach ((int m, string model) in Models.Index())
            {
                foreach ((int at, int n) in Sizes.Index())
                {
                    jobs.Add(new Job("left-right models", n, () =>
                    {
                        HiddenMarkovModel<int> trained = LeftRightProblem.Train(model == "tied", training[..n], Key(own).Fork("restarts"), iterations);
                        values[m, at, own] = LeftRightProblem.PerSymbol(trained, heldOut[own]);
                    }));
                }
            }
        }

        Casino casino = new(Key(0).Fork("casino"), Rolls);
        jobs.Add(new Job("casino", 100, () => casino.Learn(iterations)));
        context.RunAll(jobs);

        var metrics = new MetricSet(this);
        Sample Of(int m, int at) => new([.. Enumerable.Range(0, seeds).Select(seed => values[m, at, seed])]);
        foreach ((int m, string model) in Models.Index())
        {
            foreach ((int at, int n) in Sizes.Index()) metrics[$"heldout.{model}.n{n}"] = Of(m, at).Mean;
            metrics[$"freedom.{model}"] = LeftRightProblem.Model(model == "tied").DegreesOfFreedom;
        }

        metrics["heldout.truth"] = truth.Average();
        metrics["casino.viterbi"] = casino.Viterbi;
        metrics["casino.posterior"] = casino.Posterior;
        metrics["casino.trained"] = casino.Trained;
        metrics["casino.six"] = casino.Six;
        var table = new ReportTable("Held-out log-likelihood a symbol", ["sequences", .. Models], [.. Sizes.Select((n, at) => (string[])
            [Numbers.Count(n), .. Models.Select((_, m) => string.Create(CultureInfo.InvariantCulture, $"{Of(m, at).Mean:0.0000} ± {Of(m, at).Deviation:0.0000}"))])]);
        return new ExperimentResult(metrics, [table], [.. Page(metrics, table, truth.Average(), casino, seeds)], ["The sequences and rolls are drawn by the program."]);

        RandomKey Key(int seed) => RandomKey.Of(context.Seed).Fork(seed);
    }

    private static IEnumerable<ReportBlock> Page(MetricSet metrics, ReportTable table, double truth, Casino casino, int seeds)
    {
        double[] sizes = [.. Sizes.Select(n => (double)n)];
        yield return new Paragraph($"A left-right model runs through {LeftRightProblem.States} states and stays a while in each. States of one kind emit alike, as the same sound returns in a "
            + $"word: {LeftRightProblem.Kinds} kinds, {LeftRightProblem.Symbols} symbols. The tied model knows which states are of one kind and adds their expected counts before it normalises them; in the "
            + "untied one each state learns from its own alone. Both have the same structure otherwise, and the same Dirichlet prior, which adds "
            + string.Create(CultureInfo.InvariantCulture, $"{LeftRightProblem.PseudoCount} to every free value."));
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"After 5 sequences the tied model predicts new ones with {metrics["heldout.tied.n5"]:0.000} nats a symbol, the untied with {metrics["heldout.untied.n5"]:0.000}; after 500 with {metrics["heldout.tied.n500"]:0.000} ")
            + string.Create(CultureInfo.InvariantCulture, $"and {metrics["heldout.untied.n500"]:0.000}. The truth has {truth:0.000}."));
        yield return new Figure("learning", "Log-likelihood a symbol of held-out sequences, by the number of training sequences.", theme => Charts.Lines(
            theme, "training sequences", "log-likelihood a symbol",
            [
                .. Models.Select(model => new Line(model, sizes, [.. Sizes.Select(n => metrics[$"heldout.{model}.n{n}"])])),
                new Line("truth", [sizes[0], sizes[^1]], [truth, truth], Dashed: true, Marked: false),
            ], logX: true));
        yield return new TableBlock(table);
        yield return new Heading("The occasionally dishonest casino");
        yield return new Paragraph("A fair die is exchanged for a loaded one, which shows a six half of the time, and back (Durbin et al. 1998). Only the rolls are seen.");
        yield return new Finding(string.Create(CultureInfo.InvariantCulture,
            $"The best path tells the die of {100 * casino.Viterbi:0} % of the rolls rightly, the posteriors {100 * casino.Posterior:0} %; a model trained on the rolls alone {100 * casino.Trained:0} %. It gives a six with the loaded die a probability of {casino.Six:0.00}."));
        yield return new Figure("casino", "300 rolls: the posterior of the loaded die, and when it was in use.", theme => Charts.Lines(
            theme, "roll", "probability of the loaded die",
            [
                new Line("posterior", [.. Enumerable.Range(0, 300).Select(t => (double)t)], casino.FirstPosteriors, Marked: false),
                new Line("loaded die in use", [.. Enumerable.Range(0, 300).Select(t => (double)t)], casino.FirstStates, Dashed: true, Marked: false),
            ]));
        yield return new Heading("How it was measured");
        yield return new Paragraph($"{seeds} seeds; for each, sequences are drawn from the true model, which has the ties, and both models learn from the same ones by Baum and Welch from {LeftRightProblem.Starts} "
            + $"random points, of which the most probable result stays. {Rolls} rolls of the casino; its model is trained from five points.");
    }
}

/// <summary>The casino's rolls, and what models say about them.</summary>
internal sealed class Casino
{
    private readonly RandomKey key;
    private readonly HmmSample<int> rolls;
    private readonly HiddenMarkovModel<int> truth;

    /// <summary>Rolls the dice.</summary>
    public Casino(RandomKey key, int count)
    {
        this.key = key;
        var emission = new CategoricalEmission(2, 6);
        emission.Probabilities.SetFull(Tensor.From(new[,] { { 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0 }, { 0.1, 0.1, 0.1, 0.1, 0.1, 0.5 } }));
        truth = new HiddenMarkovModel<int>(emission);
        truth.Transitions.SetFull(Tensor.From(new[,] { { 0.95, 0.05 }, { 0.1, 0.9 } }));
        rolls = truth.Sample(count, key.Fork("rolls"));
        HmmPosterior posterior = truth.Posterior(rolls.Observations);
        IReadOnlyList<int> path = truth.Viterbi(rolls.Observations).EmittingStates;
        Viterbi = Share(t => path[t]);
        Posterior = Share(t => posterior.States[t, 1] > 0.5 ? 1 : 0);
        FirstPosteriors = [.. Enumerable.Range(0, Math.Min(300, count)).Select(t => posterior.States[t, 1])];
        FirstStates = [.. rolls.States.Take(300).Select(state => (double)state)];
    }

    /// <summary>Shares of rolls whose die is told rightly.</summary>
    public double Viterbi { get; }

    public double Posterior { get; }

    public double Trained { get; private set; }

    /// <summary>The loaded die's six, as trained.</summary>
    public double Six { get; private set; }

    public double[] FirstPosteriors { get; }

    public double[] FirstStates { get; }

    /// <summary>Trains a model on the rolls alone.</summary>
    public void Learn(int iterations)
    {
        var emission = new CategoricalEmission(2, 6);
        var model = new HiddenMarkovModel<int>(emission);
        model.InitializeFrom([rolls.Observations], key.Fork("start"));
        model.Fit([rolls.Observations], new() { Iterations = iterations, Restarts = 4, Seed = (long)key.Fork("restarts").Value });
        int loaded = emission.Probabilities.Value[0, 5] > emission.Probabilities.Value[1, 5] ? 0 : 1;
        HmmPosterior posterior = model.Posterior(rolls.Observations);
        Trained = Share(t => posterior.States[t, loaded] > 0.5 ? 1 : 0);
        Six = emission.Probabilities.Value[loaded, 5];
    }

    private double Share(Func<int, int> told) => Enumerable.Range(0, rolls.Observations.Length).Count(t => told(t) == rolls.States[t]) / (double)rolls.Observations.Length;
}
