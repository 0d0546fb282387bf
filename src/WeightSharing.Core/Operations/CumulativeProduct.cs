using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Running products along a dimension.</summary>
public static class CumulativeProductOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[0] = x[0], y[k] = x[k]·y[k − 1]       ∂x[j] += y[j − 1]·g[j], g[j] = ∂y[j] + x[j + 1]·g[j + 1]
        /// <summary>The product of each element and all before it along one dimension. Its gradient needs no division: it is exact beside zeros too.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> CumulativeProduct(int dimension)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank == 0 && dimension is 0 or -1) return x;
            int at = x.Shape.Normalize(dimension, "CumulativeProduct");
            if (x.Shape[at] == 0) return x;
            Tensor<T> start = x.Slice(at, 0, 1), rest = Tensor.Zeros<T>(x.Shape.With(at, x.Shape[at] - 1));
            return LinearScan.Run(x, Tensor.Concat([start, rest], at), at, down: false, "CumulativeProduct");
        }
    }
}
