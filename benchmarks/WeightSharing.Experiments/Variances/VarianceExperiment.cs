using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;

namespace WeightSharing.Experiments.Variances;

/// <summary>
/// Bias and variance of dense, locally connected and convolutional networks on scattered digits against the number of training examples, by training
/// each network anew on every deal of the digits.
/// </summary>
internal sealed class VarianceExperiment : Experiment
{
    /// <summary>Examples a class.</summary>
    public static IReadOnlyList<int> PerClass { get; } = [2, 5, 10, 20, 50];

    /// <inheritdoc/>
    public override string Name => "variance";

    /// <inheritdoc/>
    public override string Summary =>
        "Bias and variance of the three networks on scattered digits: how much what is learned depends on which digits were seen.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Variance of the class probabilities over deals of the training digits, summed over classes, mean over held-back digits, after 2, 5, 10 "
            + "… examples a class", Keys("variance")),
        new("Squared distance of their mean from the true class", Keys("bias")),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        DigitImages digits = DigitImages.Load(context.Data);
        int deals = context.Quick ? 3 : 20;
        DigitTrial[] trials = [.. Enumerable.Range(0, deals).Select(deal => new DigitTrial(digits, context.Seed, deal))];
        // The same digits at the same places measure all networks of all deals.
        Examples test = trials[0].Lay(Layout.Scattered, trials[0].Split.Test);
        var predictions = Connectivity.All.ToDictionary(net => net, _ => PerClass.Select(_ => new double[deals][][]).ToArray());
        var jobs = new List<Job>();
        foreach (Connectivity net in Connectivity.All)
        {
            Recipe recipe = DigitRecipes.For(net, Layout.Scattered);
            if (context.Quick) recipe = recipe with { Steps = 12 };
            foreach ((int at, int perClass) in PerClass.Index())
            {
                for (int deal = 0; deal < deals; deal++)
                {
                    int slot = deal;
                    jobs.Add(new Job(net.Title, net.RelativeCost, () =>
                    {
                        Sequential<float> network = trials[slot].Network(net, Layout.Scattered);
                        trials[slot].Train(network, Layout.Scattered, perClass, recipe, context.Cancellation);
                        predictions[net][at][slot] = Teaching.Probabilities(network, test);
                    }));
                }
            }
        }

        context.RunAll(jobs);
        int[] classes = test.Labels.ToArray();
        VarianceStudy[] studies = [.. Connectivity.All.Select(net => new VarianceStudy(net, predictions[net], classes))];
        var metrics = new MetricSet(this);
        foreach (VarianceStudy study in studies)
        {
            foreach ((int at, int perClass) in PerClass.Index())
            {
                metrics[$"variance.{study.Net.Key}.n{perClass}"] = study.Parts[at].Variance;
                metrics[$"bias.{study.Net.Key}.n{perClass}"] = study.Parts[at].Bias;
            }
        }

        var page = new VariancePage(studies, deals);
        return new ExperimentResult(metrics, [page.Squared, page.Votes], [.. page.Blocks()], [DigitImages.Credit]);
    }

    private static string[] Keys(string measure) =>
        [.. Connectivity.All.SelectMany(net => PerClass.Select(perClass => $"{measure}.{net.Key}.n{perClass}"))];
}
