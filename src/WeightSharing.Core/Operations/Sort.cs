using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Elements in order along a dimension. NaN counts as greater than every number.</summary>
public static class SortOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[k] = x[π(k)]       ∂x[π(k)] += ∂y[k]
        /// <summary>The elements of each row along one dimension in order, and where each was; equal ones keep their order.</summary>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="descending">Largest first.</param>
        /// <returns>The values, which gradients flow through, and their former positions along the dimension.</returns>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public (Tensor<T> Values, Tensor<int> Indices) Sort(int dimension = -1, bool descending = false)
        {
            Tensor<int> order = Order(x, dimension, descending, "Sort");
            return (x.Gather(dimension, order), order);
        }

        /// <summary>The positions that put each row along one dimension in order; equal elements keep their order.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<int> ArgSort(int dimension = -1, bool descending = false) => Order(x, dimension, descending, "ArgSort");

        /// <summary>
        /// The <paramref name="count"/> largest elements of each row along one dimension, largest first, and where they are.
        /// </summary>
        /// <param name="count">How many.</param>
        /// <param name="dimension">Which dimension.</param>
        /// <param name="largest">False for the smallest, smallest first.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or it has fewer elements.</exception>
        public (Tensor<T> Values, Tensor<int> Indices) TopK(int count, int dimension = -1, bool largest = true)
        {
            if (x.Rank == 0 && dimension is 0 or -1)
            {
                (Tensor<T> values, Tensor<int> indices) = x.Reshape(1).TopK(count, 0, largest);
                return count == 1 ? (values.Reshape([]), indices.Reshape([])) : (values, indices);
            }

            int at = x.Shape.Normalize(dimension, "TopK");
            if (count < 0 || count > x.Shape[at])
            {
                throw new ArgumentOutOfRangeException(
                    nameof(count), $"TopK: {count} of dimension {dimension} of shape {x.Shape}; it has {x.Shape[at]} elements.");
            }

            Tensor<int> order = Order(x, at, largest, "TopK").Slice(at, 0, count).Contiguous();
            return (x.Gather(at, order), order);
        }
    }

    private static Tensor<int> Order<T>(Tensor<T> x, int dimension, bool descending, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A scalar counts as a row of one.
        int at = x.Rank == 0 && dimension is 0 or -1 ? 0 : x.Shape.Normalize(dimension, operation);
        (int outer, int count, int inner) = x.Rank == 0 ? (1, 1, 1) : SoftmaxOperation.Cut(x.Shape, at);
        Tensor<int> order = Tensor<int>.Uninitialized(x.Shape, operation);
        Sorting.Order(outer, count, inner, x.DenseSpan(), order.Buffer, descending);
        return order;
    }
}
