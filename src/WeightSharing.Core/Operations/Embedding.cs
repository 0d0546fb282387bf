using System.Numerics;
using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>Rows of a table, looked up by number.</summary>
public static class EmbeddingOperation
{
    extension(Tensor)
    {
        // y[i, ·] = weight[indices[i], ·]       ∂weight[indices[i], ·] += ∂y[i, ·], except for the padding row
        /// <summary>Rows of a table: indices [..], weight [rows, D] → [.., D]. Gradients of repeated rows add up.</summary>
        /// <param name="weight">[rows, D].</param>
        /// <param name="indices">Row numbers from 0, of any shape.</param>
        /// <param name="paddingIndex">A row that gets no gradient, or null.</param>
        /// <exception cref="ArgumentException">The weight is no matrix.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A row number lies outside.</exception>
        public static Tensor<T> Embedding<T>(Tensor<T> weight, Tensor<int> indices, int? paddingIndex = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(weight);
            ArgumentNullException.ThrowIfNull(indices);
            if (weight.Rank != 2) throw new ArgumentException($"Embedding: weight {weight.Shape}; expected [rows, D].", nameof(weight));
            int count = weight.Shape[0];
            int[] rows = indices.ToArray();
            foreach (int row in rows)
            {
                if ((uint)row >= (uint)count)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(indices), $"Embedding: index {row} lies outside weight {weight.Shape}; expected 0 to {count - 1}.");
                }
            }

            if (paddingIndex is { } padding && (uint)padding >= (uint)count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(paddingIndex),
                    $"Embedding: padding index {padding} lies outside weight {weight.Shape}; expected 0 to {count - 1}.");
            }

            Shape result = indices.Shape.Concat(weight.Shape[1]);
            if (paddingIndex is null || !Graph.Records(weight)) return weight.Take(weight.Shape, result, 0, rows, null, "Embedding");
            Tensor<T> y = weight.Detach().Take(weight.Shape, result, 0, rows, null, "Embedding");
            return y.From(new PaddedNode<T>(weight, [.. rows.Select(row => row == paddingIndex ? -1 : row)]));
        }
    }

    private sealed class PaddedNode<T>(Tensor<T> weight, int[] rows) : Node<T>(weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Shape shape = weight.Shape;

        public override string Name => "Embedding";

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Add(0, dy.TakeAdjoint(shape, shape, dy.Shape, 0, rows, null, Name));
    }
}
