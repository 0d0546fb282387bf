using WeightSharing.Autograd;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Rotated;

/// <summary>How long and in which batches the networks are trained.</summary>
/// <param name="Passes">Over the training digits.</param>
/// <param name="BatchSize">Digits a step.</param>
/// <param name="LearningRate">Adam's at the start; it falls to zero along a cosine.</param>
internal sealed record RotatedRecipe(int Passes, int BatchSize, double LearningRate);

/// <summary>What became of one network.</summary>
/// <param name="Error">Fraction of test digits taken for another.</param>
/// <param name="ErrorOfTurned">The same digits turned by a further quarter.</param>
/// <param name="Network">The network.</param>
internal sealed record RotatedOutcome(double Error, double ErrorOfTurned, Sequential<float> Network);

/// <summary>Trains and measures one network.</summary>
internal static class RotatedTrial
{
    private const int EvaluationBatch = 500;

    /// <summary>Trains on the digits and measures with those held back.</summary>
    public static RotatedOutcome Run(
        FilterSharing sharing, RotatedDigits digits, RotatedRecipe recipe, RandomKey key, CancellationToken cancellation, Action<Sequential<float>, int>? afterStep = null)
    {
        Sequential<float> network = RotatedNetwork.Create(sharing, digits.Size, (long)key.Fork("weights").Value);
        Train(network, sharing, digits, recipe, key.Fork("order"), cancellation, afterStep);
        network.Evaluate();
        return new RotatedOutcome(Error(network, digits.Test, turned: false, cancellation), Error(network, digits.Test, turned: true, cancellation), network);
    }

    private static void Train(
        Sequential<float> network, FilterSharing sharing, RotatedDigits digits, RotatedRecipe recipe, RandomKey key, CancellationToken cancellation,
        Action<Sequential<float>, int>? afterStep = null)
    {
        using var silent = UsageLedger.Off();
        var optimizer = new Adam<float>(network.Parameters, recipe.LearningRate);
        int[] labels = digits.Training.Labels.ToArray();
        int batches = labels.Length / recipe.BatchSize, steps = recipe.Passes * batches;
        Tensor<float> images = digits.Training.Images;
        int[] order = [];
        afterStep?.Invoke(network, 0);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step % batches == 0)
            {
                order = Tensor.Permutation(labels.Length, key.Fork(step / batches)).ToArray();
                if (sharing.TurnsPictures) images = digits.Again(step / batches);
            }

            using var scope = TensorScope.Begin();
            int[] chosen = order.AsSpan(step % batches * recipe.BatchSize, recipe.BatchSize).ToArray();
            optimizer.LearningRate = recipe.LearningRate * (1 + Math.Cos(Math.PI * step / steps)) / 2;
            optimizer.ZeroGradient();
            Tensor<float> logits = network.Forward(images.IndexSelect(0, Tensor.From(chosen, [chosen.Length])));
            Loss.CrossEntropy(logits, Tensor.From(Array.ConvertAll(chosen, image => labels[image]), [chosen.Length])).Backward();
            optimizer.Step();
            afterStep?.Invoke(network, step + 1);
        }
    }

    private static double Error(Sequential<float> network, Examples test, bool turned, CancellationToken cancellation)
    {
        double right = 0;
        for (int first = 0; first < test.Count; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using NoGrad inference = NoGrad.Begin();
            using var scope = TensorScope.Begin();
            int end = Math.Min(first + EvaluationBatch, test.Count);
            var part = new Examples(test.Images[first..end], test.Labels[first..end]);
            // A quarter turn of the pixels themselves: nothing is interpolated.
            if (turned) part = part with { Images = Symmetry.PlanarGroup.P4.OnImages(1, test.Images.Shape[3]).Apply(1, part.Images) };
            right += Teaching.Accuracy(network, part) * part.Count;
        }

        return 1 - right / test.Count;
    }
}
