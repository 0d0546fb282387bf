using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Citations;

/// <summary>A model and its published settings.</summary>
/// <param name="Key">In the names of metrics.</param>
/// <param name="Title">In tables.</param>
/// <param name="Make">A model for so many features and classes.</param>
/// <param name="LearningRate">Adam's.</param>
/// <param name="Epochs">Of training.</param>
/// <param name="WeightDecay">Added as λ·w to the gradients of those parameters that decay.</param>
/// <param name="Decays">Which parameters decay, by name.</param>
/// <param name="IsBestEpoch">Measured at the epoch of lowest validation loss, else at the last one.</param>
/// <param name="Settings">In words.</param>
internal sealed record NodeRecipe(
    string Key, string Title, Func<int, int, NodeModel> Make, double LearningRate, int Epochs, double WeightDecay, Func<string, bool> Decays,
    bool IsBestEpoch, string Settings)
{
    /// <summary>Hops of the models that learn from afar.</summary>
    public const int Hops = 10;

    private const int Hidden = 64;
    private const double Dropout = 0.5, Alpha = 0.1;

    /// <summary>One linear map after two hops.</summary>
    public static NodeRecipe Simplified { get; } = new(
        "sgc", "SGC", (features, classes) => new LinearModel(features, classes), 0.2, 100, 1.3026973714043257e-05, _ => true, false,
        "K = 2, learning rate 0.2, 100 epochs, weight decay 1.3e-5");

    /// <summary>Two graph convolutions.</summary>
    public static NodeRecipe Convolution { get; } = new(
        "gcn", "GCN", (features, classes) => HiddenModel.Convolutions(features, 16, classes, Dropout), 0.01, 200, 5e-4, IsFirst, false,
        "hidden 16, dropout 0.5, learning rate 0.01, weight decay 5e-4 on the first layer, 200 epochs");

    /// <summary>A perceptron and personalised PageRank.</summary>
    public static NodeRecipe PageRank { get; } = new(
        "appnp", "APPNP",
        (features, classes) => HiddenModel.Perceptron(
            features, Hidden, new DenseThenPropagate(new Dense<float>(Hidden, classes), new Appnp<float>(Hops, Alpha)), Dropout),
        0.01, 200, 5e-4, IsFirst, true, "hidden 64, K = 10, α = 0.1, dropout 0.5, learning rate 0.01, weight decay 5e-4 on the first layer, 200 epochs");

    /// <summary>A perceptron whose second transform is shared over hops of learned weights.</summary>
    public static NodeRecipe MultiHop { get; } = new(
        "multihop", "multi-hop, shared",
        (features, classes) => HiddenModel.Perceptron(features, Hidden, new MultiHopConvolution<float>(Hidden, classes, Hops, HopInitializer.Ppr(Alpha)), Dropout),
        0.005, 200, 5e-4, name => !name.EndsWith("gamma", StringComparison.Ordinal), true,
        "hidden 64, K = 10, γ from α = 0.1, dropout 0.5, learning rate 0.005, weight decay 5e-4 but on γ, 200 epochs");

    /// <summary>The same with a transform a hop.</summary>
    public static NodeRecipe PerHop { get; } = new(
        "perhop", "multi-hop, one transform a hop",
        (features, classes) => HiddenModel.Perceptron(features, Hidden, new PerHopConvolution<float>(Hidden, classes, Hops), Dropout),
        0.005, 200, 5e-4, _ => true, true, "as the shared one");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NodeRecipe> All { get; } = [Simplified, Convolution, PageRank, MultiHop, PerHop];

    /// <summary>Adam with the recipe's decay.</summary>
    public Adam<float> Optimizer(ParameterSet<float> parameters) => new(
        parameters, LearningRate, new AdamSettings(),
        new ParameterGroup<float, AdamSettings>(
            [.. parameters.Named.Where(pair => Decays(pair.Name)).Select(pair => pair.Weight.Parameter)], new AdamSettings { WeightDecay = WeightDecay }));

    private static bool IsFirst(string name) => name.StartsWith("input.", StringComparison.Ordinal);
}
