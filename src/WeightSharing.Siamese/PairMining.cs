using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Pairs of rows of a batch.</summary>
/// <param name="Left">[P], row numbers.</param>
/// <param name="Right">[P], row numbers.</param>
/// <param name="Similar">[P], true where both rows are of one class.</param>
public sealed record Pairs(Tensor<int> Left, Tensor<int> Right, Tensor<bool> Similar)
{
    /// <summary>P.</summary>
    public int Count => Left.Count;

    /// <summary>The rows of both sides, for a loss that takes embeddings.</summary>
    /// <param name="embeddings">[N, D].</param>
    public (Tensor<T> Left, Tensor<T> Right) Of<T>(Tensor<T> embeddings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (embeddings.IndexSelect(0, Left), embeddings.IndexSelect(0, Right));

    /// <summary>1 for similar pairs and 0 for different ones, [P], as <see cref="Loss"/> takes them.</summary>
    /// <param name="different">Another value for different pairs, such as −1 for the cosine embedding loss.</param>
    public Tensor<T> Labels<T>(int different = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Tensor.From(Array.ConvertAll(Similar.ToArray(), similar => similar ? T.One : T.CreateChecked(different)), Similar.Shape);
}

/// <summary>Chooses the pairs of a batch that a contrastive loss learns from.</summary>
public static class PairMining
{
    /// <summary>Every pair of rows once.</summary>
    /// <param name="labels">[N], the class of each row.</param>
    /// <exception cref="ArgumentException">The labels are no vector.</exception>
    public static Pairs All(Tensor<int> labels)
    {
        int[] classes = Mining.Classes("PairMining.All", labels);
        return Mining.Pairs(classes, (_, _) => true);
    }

    /// <summary>
    /// All similar pairs, and of the different ones the nearest for each row, within the margin: those that a contrastive loss still pushes apart.
    /// </summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">[N], the class of each row.</param>
    /// <param name="margin">The distance from which on a different pair costs nothing; greater than 0.</param>
    /// <param name="distance">Null is Euclidean.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a distance is not a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public static Pairs HardNegatives<T>(Tensor<T> embeddings, Tensor<int> labels, double margin = 1, Distance<T>? distance = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int[] classes, double[,] distances) = Mining.Measured("PairMining.HardNegatives", embeddings, labels, margin, distance);
        var nearest = new int[classes.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            nearest[i] = -1;
            for (int j = 0; j < classes.Length; j++)
            {
                if (classes[j] != classes[i] && distances[i, j] < margin && (nearest[i] < 0 || distances[i, j] < distances[i, nearest[i]])) nearest[i] = j;
            }
        }

        return Mining.Pairs(classes, (i, j) => classes[i] == classes[j] || nearest[i] == j || nearest[j] == i);
    }
}

/// <summary>What the miners share.</summary>
internal static class Mining
{
    public static int[] Classes(string operation, Tensor<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Rank != 1) throw new ArgumentException($"{operation}: labels {labels.Shape}; expected a vector, one class for each row.", nameof(labels));
        return labels.ToArray();
    }

    public static (int[] Classes, double[,] Distances) Measured<T>(
        string operation, Tensor<T> embeddings, Tensor<int> labels, double margin, Distance<T>? distance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        int[] classes = Classes(operation, labels);
        if (embeddings.Rank != 2 || embeddings.Shape[0] != classes.Length)
        {
            throw new ArgumentException($"{operation}: embeddings {embeddings.Shape} and labels {labels.Shape}; expected [N, D] and [N].", nameof(embeddings));
        }

        if (!(margin > 0)) throw new ArgumentOutOfRangeException(nameof(margin), $"{operation}: margin {margin}; it must be greater than 0.");
        double[,] distances = (distance ?? new EuclideanDistance<T>()).Matrix(embeddings);
        for (int i = 0; i < distances.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, classes.Length);
            if (double.IsNaN(distances[row, column]))
            {
                throw new ArgumentException($"{operation}: the distance of rows {row} and {column} is not a number; look for NaN in the embeddings.", nameof(embeddings));
            }
        }

        return (classes, distances);
    }

    public static Pairs Pairs(int[] classes, Func<int, int, bool> isWanted)
    {
        List<int> left = [], right = [];
        List<bool> similar = [];
        for (int i = 0; i < classes.Length; i++)
        {
            for (int j = i + 1; j < classes.Length; j++)
            {
                if (!isWanted(i, j)) continue;
                left.Add(i);
                right.Add(j);
                similar.Add(classes[i] == classes[j]);
            }
        }

        return new Pairs(Vector(left), Vector(right), Vector(similar));
    }

    public static Tensor<TItem> Vector<TItem>(List<TItem> items)
        where TItem : unmanaged => Tensor.From(items.ToArray(), [items.Count]);
}
