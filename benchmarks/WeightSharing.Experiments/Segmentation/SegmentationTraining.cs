using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Experiments.Segmentation;

/// <summary>How a network learns to segment.</summary>
/// <param name="Steps">Number of batches.</param>
/// <param name="Crop">Height and width of the pieces that it sees.</param>
/// <param name="Batch">Pieces in a batch.</param>
/// <param name="LearningRate">The largest of the cycle.</param>
internal sealed record SegmentationRecipe(int Steps, int Crop, int Batch, double LearningRate);

/// <summary>Training and measuring a network that gives every pixel a class.</summary>
internal static class SegmentationTraining
{
    /// <summary>Trains on random pieces, turned and mirrored, of the sections that are learned from: cross-entropy and Dice loss together.</summary>
    public static void Train(
        Layer<float> network, Sections sections, SegmentationRecipe recipe, RandomKey key, CancellationToken cancellation, Action<int>? afterStep = null)
    {
        // Counting uses is for the sharing report; the training needs none.
        using var silent = UsageLedger.Off();
        var optimizer = new Adam<float>(network.Parameters, recipe.LearningRate);
        Schedule schedule = Schedule.OneCycle(recipe.Steps, rise: 0.15);
        for (int step = 0; step < recipe.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            (Tensor<float> images, Tensor<int> labels) = Pieces(sections, recipe, key.Fork(step));
            optimizer.LearningRate = recipe.LearningRate * schedule.Factor(step);
            optimizer.ZeroGradient();
            Tensor<float> logits = network.Forward(images);
            (Loss.CrossEntropy(logits, labels) + Loss.Dice(logits.Softmax(1), labels)).Backward();
            optimizer.Step();
            afterStep?.Invoke(step + 1);
        }
    }

    /// <summary>The probability of the inside of a cell at every pixel of a section.</summary>
    public static float[] Segment(Layer<float> network, Sections sections, int section)
    {
        using NoGrad inference = NoGrad.Begin();
        using var scope = TensorScope.Begin();
        Tensor<float> logits = network.Forward(Tensor.From(Normalized(sections.Images[section]), [1, 1, sections.Size, sections.Size]));
        return logits.Softmax(1)[.., 1..].ToArray();
    }

    /// <summary>The share of pixels whose class is the more probable one.</summary>
    public static double Accuracy(float[] inside, int[] labels) => inside.Zip(labels).Count(pair => (pair.First > 0.5f) == (pair.Second == 1)) / (double)labels.Length;

    /// <summary>Random pieces of the sections that are learned from, turned and mirrored.</summary>
    public static (Tensor<float> Images, Tensor<int> Labels) Pieces(Sections sections, SegmentationRecipe recipe, RandomKey key)
    {
        int crop = recipe.Crop, pixels = crop * crop, size = sections.Size;
        var images = new float[recipe.Batch * pixels];
        var labels = new int[recipe.Batch * pixels];
        for (int i = 0; i < recipe.Batch; i++)
        {
            RandomKey own = key.Fork(i);
            int section = own.Below(sections.TrainingCount, 0), top = own.Below(size - crop + 1, 1), left = own.Below(size - crop + 1, 2), turn = own.Below(8, 3);
            float[] image = sections.Images[section];
            int[] truth = sections.Labels[section];
            for (int row = 0; row < crop; row++)
            {
                for (int column = 0; column < crop; column++)
                {
                    (int r, int c) = (turn & 1) == 0 ? (row, column) : (column, row);
                    if ((turn & 2) != 0) r = crop - 1 - r;
                    if ((turn & 4) != 0) c = crop - 1 - c;
                    int from = (top + r) * size + left + c, to = i * pixels + row * crop + column;
                    images[to] = image[from];
                    labels[to] = truth[from];
                }
            }
        }

        return (Tensor.From(Normalized(images), [recipe.Batch, 1, crop, crop]), Tensor.From(labels, [recipe.Batch, crop, crop]));
    }

    // The same for all pictures: brightness is a hint too.
    private static float[] Normalized(float[] pixels) => Array.ConvertAll(pixels, value => (value - 0.5f) * 4);
}
