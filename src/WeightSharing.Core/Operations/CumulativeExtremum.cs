using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Running maxima and minima along a dimension, and where they are. NaN wins over every number.</summary>
public static class CumulativeExtremumOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[k] = x[π(k)], π(k) ≤ k       ∂x[π(k)] += ∂y[k]
        /// <summary>The largest of each element and all before it along one dimension, and the last position where it stands.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public (Tensor<T> Values, Tensor<int> Indices) CumulativeMax(int dimension) => Run(x, dimension, largest: true, "CumulativeMax");

        /// <summary>The smallest of each element and all before it along one dimension, and the last position where it stands.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public (Tensor<T> Values, Tensor<int> Indices) CumulativeMin(int dimension) => Run(x, dimension, largest: false, "CumulativeMin");
    }

    private static (Tensor<T> Values, Tensor<int> Indices) Run<T>(Tensor<T> x, int dimension, bool largest, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        int at = x.Rank == 0 && dimension is 0 or -1 ? 0 : x.Shape.Normalize(dimension, operation);
        (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, at);
        Tensor<int> index = Tensor<int>.Uninitialized(x.Shape, operation);
        Scan.Extremum(outer, count, inner, x.DenseSpan(), index.Buffer, largest);
        return (x.Gather(at, index), index);
    }
}
