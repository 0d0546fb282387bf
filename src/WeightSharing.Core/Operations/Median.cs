using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Middle elements: of an even number the lower one of the two, so that the median is an element. NaN wins over every number.</summary>
public static class MedianOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x[k*], k* the middle of the order       ∂x += ∂y / m at the m elements like it
        /// <summary>The median of all elements, a scalar; equal ones share the gradient.</summary>
        /// <exception cref="InvalidOperationException">The tensor is empty.</exception>
        public Tensor<T> Median()
        {
            ArgumentNullException.ThrowIfNull(x);
            return Middle(x.Reshape(1, x.Count), shared: true).Values.Reshape([]);
        }

        // y = x[k*]       ∂x[k*] += ∂y
        /// <summary>The median along one dimension and where it is; the gradient goes there.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        /// <exception cref="InvalidOperationException">The dimension is empty.</exception>
        public (Tensor<T> Values, Tensor<int> Indices) Median(int dimension, bool keepDimensions = false)
        {
            (Tensor<T> rows, Shape kept, Shape squeezed) = ReductionArrangement.Last(x, [dimension], "Median");
            (Tensor<T> values, Tensor<int> indices) = Middle(rows, shared: false);
            Shape shape = keepDimensions ? kept : squeezed;
            return (values.Reshape(shape), indices.Reshape(shape));
        }
    }

    private static (Tensor<T> Values, Tensor<int> Indices) Middle<T>(Tensor<T> rows, bool shared)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = rows.Shape[1];
        Tensor<T> values = Tensor<T>.Uninitialized(rows.Shape[0], "Median");
        Tensor<int> indices = Tensor<int>.Uninitialized(rows.Shape[0], "Median");
        if (count == 0 && values.Count > 0)
        {
            throw new InvalidOperationException($"Median: the reduced dimensions of [{rows.Shape[0]}, 0] are empty; the median of nothing is undefined.");
        }

        ReadOnlySpan<T> x = rows.DenseSpan();
        var order = new int[count];
        for (int r = 0; r < values.Count; r++)
        {
            ReadOnlySpan<T> row = x.Slice(r * count, count);
            Sorting.Order(1, count, 1, row, order, descending: false);
            int at = order[(count - 1) / 2];
            // NaN stands at the end of the order.
            if (T.IsNaN(row[order[count - 1]])) for (at = 0; !T.IsNaN(row[at]);) at++;
            (values.Buffer[r], indices.Buffer[r]) = (row[at], at);
        }

        return (ExtremumOperation.Picked(rows, values, indices, shared, "Median"), indices);
    }
}
