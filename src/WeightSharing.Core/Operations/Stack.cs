namespace WeightSharing.Tensors;

/// <summary>Tensors side by side along a new dimension.</summary>
public static class StackOperation
{
    extension(Tensor)
    {
        // y = [x₀, x₁, …] along a new dimension       ∂xᵢ += its part of ∂y
        /// <summary>Tensors of one shape, one after the other along a new dimension.</summary>
        /// <param name="tensors">At least one.</param>
        /// <param name="dimension">Where the new dimension stands in the result; −1 is last.</param>
        /// <exception cref="ArgumentException">No tensors, or their shapes differ.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
        public static Tensor<T> Stack<T>(ReadOnlySpan<Tensor<T>> tensors, int dimension = 0)
            where T : unmanaged
        {
            if (tensors.IsEmpty) throw new ArgumentException("Stack: no tensors; there must be at least one.", nameof(tensors));
            Shape first = tensors[0].Shape;
            if ((uint)(dimension < 0 ? dimension + first.Rank + 1 : dimension) > (uint)first.Rank)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(dimension),
                    $"Stack: position {dimension} does not exist for tensors of shape {first}; "
                    + $"expected {-first.Rank - 1} to {first.Rank}.");
            }

            var layers = new Tensor<T>[tensors.Length];
            for (int i = 0; i < layers.Length; i++)
            {
                if (tensors[i].Shape != first)
                {
                    throw new ArgumentException(
                        $"Stack: tensor {i} has shape {tensors[i].Shape}, the first {first}; they must be equal.", nameof(tensors));
                }

                layers[i] = tensors[i].Unsqueeze(dimension);
            }

            return Tensor.Concat<T>(layers, dimension);
        }
    }
}
