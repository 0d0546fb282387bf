using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Elements picked along a dimension, in each row others.</summary>
public static class GatherOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i, .., j] = x[i, .., index[i, .., j], ..]       ∂x there += ∂y[i, .., j]
        /// <summary>y[i, j, ..] = x[i, .., index[i, j, ..], ..], the index taking the place of one coordinate.</summary>
        /// <param name="dimension">Which coordinate.</param>
        /// <param name="index">Positions from 0, of the result's shape: as many dimensions as x, none but this one longer.</param>
        /// <exception cref="ArgumentException">The index's shape does not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> Gather(int dimension, Tensor<int> index)
        {
            ArgumentNullException.ThrowIfNull(index);
            // A scalar counts as a row of one.
            if (x.Rank == 0 && index.Rank == 0 && dimension is 0 or -1) return x.Reshape(1).Gather(0, index.Reshape(1)).Reshape([]);
            int at = x.Shape.Normalize(dimension, "Gather");
            bool fits = index.Rank == x.Rank;
            for (int i = 0; fits && i < x.Rank; i++) fits = i == at || index.Shape[i] <= x.Shape[i];
            if (!fits)
            {
                throw new ArgumentException(
                    $"Gather: the index {index.Shape} does not fit x {x.Shape}; "
                    + $"it must have as many dimensions, and none but dimension {at} may be longer.", nameof(index));
            }

            int[] positions = Positions(x.Shape, at, index, "Gather");
            return x.Take(x.Count, index.Shape, 0, positions, null, "Gather");
        }
    }

    /// <summary>Row-major positions in a tensor of this shape.</summary>
    internal static int[] Positions(in Shape shape, int dimension, Tensor<int> index, string operation)
    {
        Span<int> strides = stackalloc int[Shape.MaximumRank], at = stackalloc int[Shape.MaximumRank];
        shape.DenseStrides(strides);
        at.Clear();
        int[] picked = index.ToArray();
        for (int k = 0; k < picked.Length; k++)
        {
            int position = picked[k];
            if ((uint)position >= (uint)shape[dimension])
            {
                throw new ArgumentOutOfRangeException(
                    nameof(index),
                    $"{operation}: index {position} lies outside dimension {dimension} of shape {shape}; expected 0 to {shape[dimension] - 1}.");
            }

            int offset = position * strides[dimension];
            for (int d = 0; d < shape.Rank; d++) offset += d == dimension ? 0 : at[d] * strides[d];
            picked[k] = offset;
            for (int d = shape.Rank - 1; d >= 0 && ++at[d] == index.Shape[d]; d--) at[d] = 0;
        }

        return picked;
    }
}
