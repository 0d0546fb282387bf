using System.Globalization;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;

namespace WeightSharing.Experiments.Digits;

/// <summary>
/// The choice of the training recipes of <see cref="DigitsExperiment"/>: every network is offered the same learning rates and numbers of steps, and
/// gets the fewest steps that come within <see cref="Tie"/> of its best accuracy on validation digits, which neither teach nor measure.
/// </summary>
internal sealed class DigitsTuningExperiment : Experiment
{
    /// <summary>Differences of accuracy below this are taken for chance.</summary>
    private const double Tie = 0.005;

    private static readonly Layout[] Layouts = [Layout.Centred, Layout.Scattered];

    /// <inheritdoc/>
    public override string Name => "digits-tuning";

    /// <inheritdoc/>
    public override string Summary => "How the learning rates and steps of digits were chosen: by accuracy on validation digits, from one grid for all networks.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Accuracy of the choice on validation digits, a fraction (mean over 5, 20 and 100 examples a class)", Keys("accuracy")),
        new("Learning rate of the choice", Keys("learning_rate")),
        new("Steps of the choice", Keys("steps")),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        DigitImages digits = DigitImages.Load(context.Data);
        double[] rates = context.Quick ? [0.01] : [.. DigitRecipes.LearningRates];
        int[] steps = context.Quick ? [10] : [.. DigitRecipes.Steps];
        var jobs = new List<Job>();
        var scores = new Dictionary<(Layout, Connectivity, double Rate, int Steps), double[]>();
        DigitTrial[] trials = [.. Enumerable.Range(0, context.Quick ? 1 : 2).Select(repeat => new DigitTrial(digits, context.Seed, repeat))];
        foreach (Layout layout in Layouts)
        {
            int[] sizes = [5, 20, 100];
            foreach (Connectivity connectivity in Connectivity.All)
            {
                foreach (double rate in rates)
                {
                    foreach (int step in steps) scores[(layout, connectivity, rate, step)] = new double[trials.Length * sizes.Length];
                    for (int i = 0; i < trials.Length * sizes.Length; i++)
                    {
                        (DigitTrial trial, int perClass, int slot) = (trials[i / sizes.Length], sizes[i % sizes.Length], i);
                        jobs.Add(new Job($"{layout.Key} digits", connectivity.RelativeCost * layout.Canvas * layout.Canvas, () => Try(trial, perClass, slot)));
                    }

                    void Try(DigitTrial trial, int perClass, int slot)
                    {
                        Sequential<float> network = trial.Network(connectivity, layout);
                        Examples validation = trial.Lay(layout, trial.Split.Validation);
                        trial.Train(network, layout, perClass, new Recipe(rate, steps[^1]), context.Cancellation, done =>
                        {
                            if (steps.Contains(done)) scores[(layout, connectivity, rate, done)][slot] = Teaching.Accuracy(network, validation);
                        });
                    }
                }
            }
        }

        context.RunAll(jobs);
        return Result(scores.ToDictionary(pair => pair.Key, pair => pair.Value.Average()), rates, steps);
    }

    private ExperimentResult Result(Dictionary<(Layout Layout, Connectivity Net, double Rate, int Steps), double> scores, double[] rates, int[] steps)
    {
        var metrics = new MetricSet(this);
        var page = new List<ReportBlock>
        {
            new Paragraph("Every network is offered the same learning rates and numbers of steps. The entries are accuracies on validation digits, "
                + "which neither teach nor measure; the experiment digits trains with the fewest steps that come within half a point of a network's best."),
        };
        var tables = new List<ReportTable>();
        foreach (Layout layout in Layouts)
        {
            var rows = new List<string[]>();
            foreach (Connectivity net in Connectivity.All)
            {
                (Layout Layout, Connectivity Net, double Rate, int Steps)[] offered = [.. scores.Keys.Where(at => at.Layout == layout && at.Net == net)];
                double highest = offered.Max(at => scores[at]);
                (Layout Layout, Connectivity Net, double Rate, int Steps) best = offered.Where(at => scores[at] >= highest - Tie).OrderBy(at => at.Steps).ThenByDescending(at => scores[at]).First();
                metrics[$"accuracy.{layout.Key}.{net.Key}"] = scores[best];
                metrics[$"learning_rate.{layout.Key}.{net.Key}"] = best.Rate;
                metrics[$"steps.{layout.Key}.{net.Key}"] = best.Steps;
                foreach (int step in steps)
                {
                    rows.Add([net.Title, step.ToString(CultureInfo.InvariantCulture), .. rates.Select(rate => Numbers.Fraction(scores[(layout, net, rate, step)])),
                        best.Steps == step ? $"chosen: {best.Rate.ToString(CultureInfo.InvariantCulture)}" : ""]);
                }
            }

            tables.Add(new ReportTable($"{layout.Key}: accuracy on validation digits", ["network", "steps", .. rates.Select(rate => rate.ToString(CultureInfo.InvariantCulture)), ""], rows));
        }

        page.AddRange(tables.Select(table => new TableBlock(table)));
        return new ExperimentResult(metrics, tables, page, [DigitImages.Credit]);
    }

    private static string[] Keys(string first) => [.. Layouts.SelectMany(layout => Connectivity.All.Select(net => $"{first}.{layout.Key}.{net.Key}"))];
}
