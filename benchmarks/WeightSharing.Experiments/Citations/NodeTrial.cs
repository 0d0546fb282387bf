using WeightSharing.Autograd;
using WeightSharing.Experiments.Data;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Citations;

/// <summary>What a training came to.</summary>
/// <param name="Accuracy">Fraction of test nodes classified rightly.</param>
/// <param name="Epoch">The epoch that was measured, from 1.</param>
/// <param name="Parameters">Free parameters.</param>
/// <param name="Hops">Learned weights of hops at that epoch, or null.</param>
internal sealed record NodeResult(double Accuracy, int Epoch, long Parameters, HopProfile? Hops);

/// <summary>Trains one model on one data set.</summary>
internal static class NodeTrial
{
    /// <summary>Trains and measures.</summary>
    /// <param name="recipe">Model and settings.</param>
    /// <param name="data">Graph, features, labels, split.</param>
    /// <param name="seed">Of first weights and dropout.</param>
    /// <param name="epochs">At most so many; null for the recipe's.</param>
    /// <param name="cancellation">Ends the training early.</param>
    /// <param name="afterEpoch">Called with the model and the number of epochs done, after each and once before the first.</param>
    public static NodeResult Run(
        NodeRecipe recipe, NodeData data, long seed, int? epochs, CancellationToken cancellation, Action<NodeModel, int>? afterEpoch = null)
    {
        using var silent = UsageLedger.Off();
        NodeModel model = recipe.Make(data.Features.Shape[1], data.Classes);
        model.Initialize(seed);
        Adam<float> optimizer = recipe.Optimizer(model.Parameters);
        (Tensor<int> train, Tensor<int> trainLabels) = Part(data, data.Train);
        (Tensor<int> validation, Tensor<int> validationLabels) = Part(data, data.Validation);
        var hops = model.NamedModules().Select(pair => pair.Module).OfType<MultiHopConvolution<float>>().FirstOrDefault();
        int last = Math.Min(recipe.Epochs, epochs ?? recipe.Epochs);
        double lowest = double.PositiveInfinity;
        NodeResult? result = null;
        afterEpoch?.Invoke(model, 0);
        for (int epoch = 1; epoch <= last; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using (TensorScope.Begin())
            {
                optimizer.ZeroGradient();
                Loss.CrossEntropy(model.Forward(data.Features, data.Graph).IndexSelect(0, train), trainLabels).Backward();
                optimizer.Step();
            }

            afterEpoch?.Invoke(model, epoch);
            if (!recipe.IsBestEpoch && epoch < last) continue;
            model.Evaluate();
            using (TensorScope.Begin())
            using (NoGrad.Begin())
            {
                Tensor<float> logits = model.Forward(data.Features, data.Graph);
                double loss = Loss.CrossEntropy(logits.IndexSelect(0, validation), validationLabels).Item();
                if (loss < lowest || result is null)
                {
                    lowest = loss;
                    result = new NodeResult(Accuracy(logits, data), epoch, model.Parameters.FreeCount, hops?.HopProfile());
                }
            }

            model.Train();
        }

        return result!;
    }

    private static double Accuracy(Tensor<float> logits, NodeData data)
    {
        int[] classes = logits.ArgMax(1).ToArray();
        return (double)data.Test.Count(node => classes[node] == data.Labels[node]) / data.Test.Length;
    }

    private static (Tensor<int> Nodes, Tensor<int> Labels) Part(NodeData data, int[] nodes) =>
        (Tensor.From(nodes), Tensor.From(Array.ConvertAll(nodes, node => data.Labels[node])));
}
