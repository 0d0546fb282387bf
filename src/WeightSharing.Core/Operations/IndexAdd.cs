using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Sums into positions given by index: segment sums.</summary>
public static class IndexAddOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x, y[.., index[i], ..] += source[.., i, ..]       ∂x += ∂y       ∂source[.., i, ..] += ∂y[.., index[i], ..]
        /// <summary>
        /// x with each position of <paramref name="source"/> along one dimension added to the one that the index names; repeats add up.
        /// </summary>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="index">A vector of positions from 0, one for each position of the source.</param>
        /// <param name="source">As x, except for this dimension.</param>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension or position.</exception>
        public Tensor<T> IndexAdd(int dimension, Tensor<int> index, Tensor<T> source)
        {
            ArgumentNullException.ThrowIfNull(index);
            ArgumentNullException.ThrowIfNull(source);
            int at = x.Shape.Normalize(dimension, "IndexAdd");
            if (index.Rank != 1 || source.Rank != x.Rank || source.Shape != x.Shape.With(at, index.Count))
            {
                throw new ArgumentException(
                    $"IndexAdd: x {x.Shape}, index {index.Shape}, source {source.Shape}; "
                    + $"the index must be a vector, and the source as x with one position of dimension {at} for each index.");
            }

            int[] rows = index.ToArray();
            foreach (int row in rows)
            {
                if ((uint)row >= (uint)x.Shape[at])
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(index),
                        $"IndexAdd: index {row} lies outside dimension {dimension} of shape {x.Shape}; expected 0 to {x.Shape[at] - 1}.");
                }
            }

            return x + source.TakeAdjoint(x.Shape, x.Shape, source.Shape, at, rows, null, "IndexAdd");
        }
    }
}
