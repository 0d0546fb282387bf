using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Makes trainers.</summary>
/// <example><code>
/// var train = new TensorDataSource&lt;float, int&gt;(images, labels, batchSize: 64, seed: 1);
/// var trainer = Trainer.Classifier(model, new Adam&lt;float&gt;(model.Parameters));
/// TrainingHistory history = trainer.Fit(train, epochs: 5, validation: test);
/// </code></example>
public static class Trainer
{
    /// <summary>Trains a layer by any loss of output and target; the loss is a scalar, the mean over the batch.</summary>
    public static Trainer<T, T, TTarget> Of<T, TTarget>(Layer<T> model, Optimizer<T> optimizer, Func<Tensor<T>, Tensor<TTarget>, Tensor<T>> loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Trainer<T, T, TTarget>(model, optimizer, model.Forward, loss);
    }

    /// <summary>
    /// Trains a layer whose outputs are logits [N, C, ..] by cross-entropy with class labels [N, ..], and counts right and wrong classes.
    /// </summary>
    public static Trainer<T, T, int> Classifier<T>(Layer<T> model, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Trainer<T, T, int>(model, optimizer, model.Forward, (logits, labels) => Loss.CrossEntropy(logits, labels)) { CountClasses = CountClasses };
    }

    /// <summary>
    /// Counts a batch of logits and labels into a matrix, made at the first batch: what <see cref="Classifier"/> counts by.
    /// </summary>
    public static ConfusionMatrix CountClasses<T>(ConfusionMatrix? confusion, Tensor<T> logits, Tensor<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Rank < 2)
        {
            throw new ArgumentException($"CountClasses: logits {logits.Shape}; expected [N, C] or [N, C, d1, …].", nameof(logits));
        }

        confusion ??= new ConfusionMatrix(logits.Shape[1]);
        confusion.Add(logits, labels);
        return confusion;
    }
}
