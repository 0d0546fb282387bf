using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Classes by their prototypes, the means of their embeddings: a new class needs a few examples and no training.
/// Snell, Swersky &amp; Zemel, "Prototypical networks for few-shot learning", 2017.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Prototypes<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Distance<T> distance;

    private Prototypes(Tensor<T> means, IReadOnlyList<int> classes, Distance<T> distance) => (Means, Classes, this.distance) = (means, classes, distance);

    /// <summary>[C, D], one row a class; differentiable.</summary>
    public Tensor<T> Means { get; }

    /// <summary>The class of each row, ascending.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>The prototypes of labelled embeddings.</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">[N], the class of each row.</param>
    /// <param name="distance">Null is the squared Euclidean one, for which means are the best representatives.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is no example.</exception>
    public static Prototypes<T> Of(Tensor<T> embeddings, Tensor<int> labels, Distance<T>? distance = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        int[] classes = Mining.Classes("Prototypes", labels);
        if (embeddings.Rank != 2 || embeddings.Shape[0] != classes.Length || classes.Length == 0)
        {
            throw new ArgumentException($"Prototypes: embeddings {embeddings.Shape} and labels {labels.Shape}; expected [N, D] and [N] with N at least 1.", nameof(embeddings));
        }

        int[] distinct = [.. classes.Distinct().Order()];
        int[] rows = [.. classes.Select(label => Array.BinarySearch(distinct, label))];
        Tensor<T> counts = Tensor.From([.. Enumerable.Range(0, distinct.Length).Select(row => T.CreateChecked(rows.Count(r => r == row)))], [distinct.Length, 1]);
        Tensor<T> sums = Tensor.Zeros<T>(distinct.Length, embeddings.Shape[1]).IndexAdd(0, Tensor.From(rows, [rows.Length]), embeddings);
        return new Prototypes<T>(sums / counts, distinct, distance ?? new EuclideanDistance<T>(squared: true));
    }

    /// <summary>−d to each prototype, [N, C]: their softmax are the class probabilities.</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Logits(Tensor<T> embeddings) => -distance.Pairwise(embeddings, Means);

    /// <summary>The class of the nearest prototype, [N]; the lower class number of equally near ones.</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<int> Classify(Tensor<T> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        using NoGrad off = NoGrad.Begin();
        return Tensor.From(Array.ConvertAll(Logits(embeddings.Detach()).ArgMax(1).ToArray(), row => Classes[row]), [embeddings.Shape[0]]);
    }
}
