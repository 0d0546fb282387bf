using WeightSharing.Autograd;
using WeightSharing.Experiments.Data;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Digits;

/// <summary>How a network is trained: Adam on the cross-entropy of batches.</summary>
/// <param name="LearningRate">Adam's.</param>
/// <param name="Steps">Number of batches.</param>
internal sealed record Recipe(double LearningRate, int Steps)
{
    /// <summary>Examples in a batch; fewer where there are fewer.</summary>
    public const int BatchSize = 32;
}

/// <summary>Training and measuring a network.</summary>
internal static class Teaching
{
    /// <summary>Trains a network on random batches, every example once before any comes again.</summary>
    /// <param name="network">The network.</param>
    /// <param name="examples">What it learns from.</param>
    /// <param name="recipe">How.</param>
    /// <param name="key">Of the order of the examples.</param>
    /// <param name="cancellation">Ends the training early.</param>
    /// <param name="afterStep">Called with the number of steps done, after each.</param>
    public static void Train(
        Layer<float> network, Examples examples, Recipe recipe, RandomKey key, CancellationToken cancellation, Action<int>? afterStep = null)
    {
        // Counting uses is for the sharing report; the trainings need none.
        using var silent = UsageLedger.Off();
        var optimizer = new Adam<float>(network.Parameters, learningRate: recipe.LearningRate);
        int batch = Math.Min(Recipe.BatchSize, examples.Count);
        int batches = examples.Count / batch;
        int[] labels = examples.Labels.ToArray();
        int[] order = [];
        for (int step = 0; step < recipe.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step % batches == 0) order = Tensor.Permutation(examples.Count, key.Fork(step / batches)).ToArray();
            using var scope = TensorScope.Begin();
            int first = step % batches * batch;
            int[] chosen = order[first..(first + batch)];
            optimizer.ZeroGradient();
            Tensor<float> logits = network.Forward(examples.Images.IndexSelect(0, Tensor.From(chosen, [batch])));
            Loss.CrossEntropy(logits, Tensor.From(Array.ConvertAll(chosen, image => labels[image]), [batch])).Backward();
            optimizer.Step();
            afterStep?.Invoke(step + 1);
        }
    }

    /// <summary>The network's logits [N, classes], row by row.</summary>
    public static float[] Logits(Layer<float> network, Examples examples)
    {
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        return network.Forward(examples.Images).ToArray();
    }

    /// <summary>The network's class probabilities [N][classes].</summary>
    public static double[][] Probabilities(Layer<float> network, Examples examples)
    {
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        double[] rows = network.Forward(examples.Images).To<double>().Softmax(1).ToArray();
        return [.. rows.Chunk(DigitImages.Classes)];
    }

    /// <summary>The fraction of examples whose largest logit is that of their class.</summary>
    public static double Accuracy(float[] logits, Examples examples)
    {
        int[] labels = examples.Labels.ToArray();
        int right = Enumerable.Range(0, labels.Length)
            .Count(i => IndexOfMaximum(logits.AsSpan(i * DigitImages.Classes, DigitImages.Classes)) == labels[i]);
        return (double)right / labels.Length;
    }

    /// <summary>The fraction of examples that a network classifies rightly.</summary>
    public static double Accuracy(Layer<float> network, Examples examples) => Accuracy(Logits(network, examples), examples);

    private static int IndexOfMaximum(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            if (row[i] > row[best]) best = i;
        }

        return best;
    }
}
