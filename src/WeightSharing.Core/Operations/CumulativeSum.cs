using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Running sums along a dimension.</summary>
public static class CumulativeSumOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[k] = Σ_{j ≤ k} x[j]       ∂x[j] += Σ_{k ≥ j} ∂y[k]
        /// <summary>The sum of each element and all before it along one dimension.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> CumulativeSum(int dimension) =>
            x.Rank == 0 && dimension is 0 or -1 ? x : new CumulativeSumMap<T>(x.Shape.Normalize(dimension, "CumulativeSum")).Apply(x);
    }

    private sealed class CumulativeSumMap<T>(int dimension) : LinearMap<T>("CumulativeSum")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override Tensor<T> Forward(Tensor<T> x) => Run(x, reverse: false);

        protected override Tensor<T> Adjoint(Tensor<T> y) => Run(y, reverse: true);

        private Tensor<T> Run(Tensor<T> x, bool reverse)
        {
            (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, dimension);
            Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, Name);
            Scan.Sum(outer, count, inner, x.DenseSpan(), y.Buffer, reverse);
            return y;
        }
    }
}
