using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Triplets of rows of a batch.</summary>
/// <param name="Anchor">[P], row numbers.</param>
/// <param name="Positive">[P], other rows of the anchors' classes.</param>
/// <param name="Negative">[P], rows of other classes.</param>
public sealed record Triplets(Tensor<int> Anchor, Tensor<int> Positive, Tensor<int> Negative)
{
    /// <summary>P.</summary>
    public int Count => Anchor.Count;

    /// <summary>The rows of the three, for a loss that takes embeddings.</summary>
    /// <param name="embeddings">[N, D].</param>
    public (Tensor<T> Anchor, Tensor<T> Positive, Tensor<T> Negative) Of<T>(Tensor<T> embeddings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (embeddings.IndexSelect(0, Anchor), embeddings.IndexSelect(0, Positive), embeddings.IndexSelect(0, Negative));
}

/// <summary>Chooses the triplets of a batch that a triplet loss learns from. A batch with one class, or one row a class, has none.</summary>
public static class TripletMining
{
    /// <summary>Every triplet.</summary>
    /// <param name="labels">[N], the class of each row.</param>
    /// <exception cref="ArgumentException">The labels are no vector.</exception>
    public static Triplets All(Tensor<int> labels)
    {
        int[] classes = Mining.Classes("TripletMining.All", labels);
        return Collect(classes, (a, _) => Enumerable.Range(0, classes.Length).Where(n => classes[n] != classes[a]));
    }

    /// <summary>
    /// For each anchor and positive the nearest negative that is farther away than the positive, if by less than the margin; where none is
    /// farther, the farthest (Schroff et al. 2015, section 3.2).
    /// </summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">[N], the class of each row.</param>
    /// <param name="margin">Of the loss; greater than 0.</param>
    /// <param name="distance">Null is Euclidean.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a distance is not a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public static Triplets SemiHard<T>(Tensor<T> embeddings, Tensor<int> labels, double margin = 1, Distance<T>? distance = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int[] classes, double[,] d) = Mining.Measured("TripletMining.SemiHard", embeddings, labels, margin, distance);
        return Collect(classes, (a, p) =>
        {
            int beyond = -1, farthest = -1;
            for (int n = 0; n < classes.Length; n++)
            {
                if (classes[n] == classes[a]) continue;
                if (farthest < 0 || d[a, n] > d[a, farthest]) farthest = n;
                if (d[a, n] > d[a, p] && (beyond < 0 || d[a, n] < d[a, beyond])) beyond = n;
            }

            if (beyond < 0) return farthest < 0 ? [] : [farthest];
            return d[a, beyond] < d[a, p] + margin ? [beyond] : [];
        });
    }

    /// <summary>For each anchor its farthest positive and its nearest negative (Hermans, Beyer &amp; Leibe 2017, "batch hard").</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">[N], the class of each row.</param>
    /// <param name="distance">Null is Euclidean.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a distance is not a number.</exception>
    public static Triplets Hard<T>(Tensor<T> embeddings, Tensor<int> labels, Distance<T>? distance = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int[] classes, double[,] d) = Mining.Measured("TripletMining.Hard", embeddings, labels, 1, distance);
        List<int> anchors = [], positives = [], negatives = [];
        for (int a = 0; a < classes.Length; a++)
        {
            int positive = -1, negative = -1;
            for (int i = 0; i < classes.Length; i++)
            {
                if (classes[i] != classes[a] && (negative < 0 || d[a, i] < d[a, negative])) negative = i;
                if (classes[i] == classes[a] && i != a && (positive < 0 || d[a, i] > d[a, positive])) positive = i;
            }

            if (positive < 0 || negative < 0) continue;
            anchors.Add(a);
            positives.Add(positive);
            negatives.Add(negative);
        }

        return new Triplets(Mining.Vector(anchors), Mining.Vector(positives), Mining.Vector(negatives));
    }

    private static Triplets Collect(int[] classes, Func<int, int, IEnumerable<int>> negativesOf)
    {
        List<int> anchors = [], positives = [], negatives = [];
        for (int a = 0; a < classes.Length; a++)
        {
            for (int p = 0; p < classes.Length; p++)
            {
                if (p == a || classes[p] != classes[a]) continue;
                foreach (int n in negativesOf(a, p))
                {
                    anchors.Add(a);
                    positives.Add(p);
                    negatives.Add(n);
                }
            }
        }

        return new Triplets(Mining.Vector(anchors), Mining.Vector(positives), Mining.Vector(negatives));
    }
}
