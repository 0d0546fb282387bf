using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>Tensors side by side along a dimension that they have.</summary>
public static class ConcatOperation
{
    extension(Tensor)
    {
        // y = [x₀, x₁, …]       ∂xᵢ += its part of ∂y
        /// <summary>The tensors one after the other along a dimension, in which alone they may differ.</summary>
        /// <param name="tensors">At least one.</param>
        /// <param name="dimension">Which dimension; −1 is the last.</param>
        /// <exception cref="ArgumentException">No tensors, or their shapes differ in another dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public static Tensor<T> Concat<T>(ReadOnlySpan<Tensor<T>> tensors, int dimension)
            where T : unmanaged
        {
            if (tensors.IsEmpty) throw new ArgumentException("Concat: no tensors; there must be at least one.", nameof(tensors));
            Shape first = tensors[0].Shape;
            int at = first.Normalize(dimension, "Concat"), extent = 0;
            for (int i = 0; i < tensors.Length; i++)
            {
                Shape shape = tensors[i].Shape;
                if (shape.Rank != first.Rank || shape.With(at, 0) != first.With(at, 0))
                {
                    throw new ArgumentException(
                        $"Concat: tensor {i} has shape {shape}, the first {first}; "
                        + $"they may differ in dimension {at} only.", nameof(tensors));
                }

                extent = checked(extent + shape[at]);
            }

            if (tensors.Length == 1) return tensors[0];
            Tensor<T> y = Tensor<T>.Uninitialized(first.With(at, extent), "Concat");
            int start = 0;
            foreach (Tensor<T> tensor in tensors)
            {
                y.Slice(at, start, start + tensor.Shape[at]).CopyFrom(tensor);
                start += tensor.Shape[at];
            }

            return Graph.Records(tensors) ? y.From(new ConcatNode<T>(tensors, at)) : y;
        }
    }

    private sealed class ConcatNode<T> : Node<T>
        where T : unmanaged
    {
        private readonly int dimension;
        private readonly int[] ends;

        public ConcatNode(ReadOnlySpan<Tensor<T>> tensors, int dimension)
            : base(tensors)
        {
            this.dimension = dimension;
            ends = new int[tensors.Length];
            for (int i = 0; i < ends.Length; i++) ends[i] = (i == 0 ? 0 : ends[i - 1]) + tensors[i].Shape[dimension];
        }

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            for (int i = 0; i < ends.Length; i++)
            {
                if (to.Wants(i)) to.Add(i, dy.Slice(dimension, i == 0 ? 0 : ends[i - 1], ends[i]));
            }
        }
    }
}
