using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How far two embeddings are apart: symmetric, and 0 from anything to itself, exactly and with gradient 0.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class Distance<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Elements of the differences that Pairwise makes at a time.
    private const int Share = 1 << 20;

    /// <summary>The distance of each pair: [.., D] and [.., D], which broadcast, → [..].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> left, Tensor<T> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rank == 0 || right.Rank == 0 || left.Shape[^1] != right.Shape[^1])
        {
            throw new ArgumentException(
                $"{GetType().Name.Split('`')[0]}: embeddings {left.Shape} and {right.Shape}; their last dimensions must be equal.", nameof(right));
        }

        return Measure(left, right);
    }

    /// <summary>All distances between the rows of two matrices: [N, D] and [M, D] → [N, M].</summary>
    /// <exception cref="ArgumentException">An operand is no matrix, or the widths differ.</exception>
    public Tensor<T> Pairwise(Tensor<T> left, Tensor<T> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rank != 2 || right.Rank != 2)
        {
            throw new ArgumentException($"Pairwise: embeddings {left.Shape} and {right.Shape}; expected matrices [N, D] and [M, D].", nameof(left));
        }

        int rows = Math.Max(1, Share / Math.Max(1, right.Count)), count = left.Shape[0];
        if (count <= rows) return Forward(left.Unsqueeze(1), right.Unsqueeze(0));
        var parts = new List<Tensor<T>>();
        for (int first = 0; first < count; first += rows)
        {
            parts.Add(Forward(left[first..Math.Min(count, first + rows)].Unsqueeze(1), right.Unsqueeze(0)));
        }

        return Tensor.Concat<T>([.. parts], 0);
    }

    /// <summary>All distances between the rows of one matrix, without recording: what mining looks at.</summary>
    internal double[,] Matrix(Tensor<T> embeddings)
    {
        using NoGrad off = NoGrad.Begin();
        T[] values = Pairwise(embeddings.Detach(), embeddings.Detach()).ToArray();
        int count = embeddings.Shape[0];
        var distances = new double[count, count];
        for (int i = 0; i < values.Length; i++) distances[i / count, i % count] = double.CreateChecked(values[i]);
        return distances;
    }

    /// <summary>The distance over the last dimension, of operands that were checked.</summary>
    protected abstract Tensor<T> Measure(Tensor<T> left, Tensor<T> right);
}
