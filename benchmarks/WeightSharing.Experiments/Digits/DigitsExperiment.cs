using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;

namespace WeightSharing.Experiments.Digits;

/// <summary>
/// What sharing buys on handwritten digits: three networks of one shape, whose hidden layers are dense, local without sharing, or local and shared
/// (convolutions). Weights, data efficiency with digits centred and scattered, and digits in corners where none was ever learned.
/// </summary>
internal sealed class DigitsExperiment : Experiment
{
    /// <summary>Examples a class of the learning curves.</summary>
    public static IReadOnlyList<int> PerClass { get; } = [1, 2, 5, 10, 20, 50, 100];

    /// <inheritdoc/>
    public override string Name => "digits";

    /// <inheritdoc/>
    public override string Summary =>
        "What sharing weights over the places of an image buys, on real handwritten digits: fewer weights, fewer examples, and places never seen.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Free parameters of the network for the 14×14 canvas", [.. Connectivity.All.Select(net => $"parameters.{net.Key}")]),
        new("Accuracy on held-back digits centred in their 8×8 frame after 1, 2, 5 … examples a class, a fraction (mean over repeats)", Curve(Layout.Centred)),
        new("The same with every digit at a random place of a 14×14 canvas", Curve(Layout.Scattered)),
        new("Accuracy on held-back digits in the corner of the training, a fraction", [.. Connectivity.All.Select(net => $"seen.{net.Key}")]),
        new("The same digits in the three other corners", [.. Connectivity.All.Select(net => $"corner.{net.Key}")]),
        new("Largest absolute difference between their logits there and in the corner of the training",
            [.. Connectivity.All.Select(net => $"corner_logit_error.{net.Key}")]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        DigitImages digits = DigitImages.Load(context.Data);
        int repeats = context.Quick ? 1 : 4;
        int cornerRepeats = context.Quick ? 1 : 2;
        DigitTrial[] trials = [.. Enumerable.Range(0, repeats).Select(repeat => new DigitTrial(digits, context.Seed, repeat))];
        var results = new DigitResults(this, repeats, cornerRepeats);
        var jobs = new List<Job>();
        foreach (Connectivity net in Connectivity.All)
        {
            foreach (Layout layout in new[] { Layout.Centred, Layout.Scattered })
            {
                Recipe recipe = Shortened(DigitRecipes.For(net, layout));
                for (int repeat = 0; repeat < repeats; repeat++)
                {
                    DigitTrial trial = trials[repeat];
                    foreach ((int at, int perClass) in PerClass.Index())
                    {
                        double[] sample = results.Accuracies(layout, net, at);
                        int slot = repeat;
                        jobs.Add(new Job($"{layout.Key} digits", Cost(net, layout, recipe), () =>
                        {
                            Sequential<float> network = trial.Network(net, layout);
                            trial.Train(network, layout, perClass, recipe, context.Cancellation);
                            sample[slot] = Teaching.Accuracy(network, trial.Lay(layout, trial.Split.Test));
                        }));
                    }
                }
            }

            Recipe cornerRecipe = Shortened(DigitRecipes.For(net, Layout.Corners));
            for (int repeat = 0; repeat < cornerRepeats; repeat++)
            {
                (DigitTrial trial, int slot) = (trials[repeat], repeat);
                jobs.Add(new Job("unseen corners", Cost(net, Layout.Corners, cornerRecipe), () =>
                    results.Corners[net][slot] = CornerTest.Run(trial, net, cornerRecipe, context.Quick ? 10 : DigitSplit.TrainingPerClass, context.Cancellation)));
            }
        }

        context.RunAll(jobs);
        return results.Report(digits, trials[0]);

        Recipe Shortened(Recipe recipe) => context.Quick ? recipe with { Steps = Math.Min(recipe.Steps, 8) } : recipe;
    }

    private static double Cost(Connectivity net, Layout layout, Recipe recipe) =>
        recipe.Steps * net.RelativeCost * Math.Pow(layout.Canvas, net == Connectivity.Dense ? 4 : 2);

    private static string[] Curve(Layout layout) =>
        [.. Connectivity.All.SelectMany(net => PerClass.Select(perClass => $"{layout.Key}.{net.Key}.n{perClass}"))];
}
