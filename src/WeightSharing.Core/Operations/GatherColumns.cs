using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Rows picked by the columns of a sparse pattern: what travels along the edges of a graph.</summary>
public static class GatherColumnsOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[e, ..] = x[column(e), ..]       ∂x[j, ..] += Σ ∂y[e, ..] over the entries e of column j
        /// <summary>For each entry of a pattern the row of x that its column names: [columns, ..] → [entries, ..].</summary>
        /// <exception cref="ArgumentException">x has another number of rows than the pattern has columns.</exception>
        public Tensor<T> GatherColumns(SparsePattern pattern)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(pattern);
            if (x.Rank == 0 || x.Shape[0] != pattern.Columns)
            {
                throw new ArgumentException($"GatherColumns: x {x.Shape} for a pattern {pattern}; x's first dimension must be {pattern.Columns}.", nameof(pattern));
            }

            return new GatherMap<T>(pattern, x.Shape).Apply(x);
        }
    }

    private sealed class GatherMap<T>(SparsePattern pattern, Shape shape) : LinearMap<T>("GatherColumns")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int inner = shape.Slice(1, shape.Rank).Count;

        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Tensor<T> y = Tensor<T>.Uninitialized(shape.With(0, pattern.Count), Name);
            Gather.Take(x.DenseSpan(), pattern.Columns, pattern.ColumnIndices, [], inner, y.Buffer);
            return y;
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            (SparsePattern transposed, int[] order) = pattern.Transposed();
            Tensor<T> x = Tensor<T>.Zeroed(shape, Name);
            if (order.Length > 0) SparseProduct.Sum(transposed.RowStarts, order, inner, y.DenseSpan(), x.Buffer);
            return x;
        }
    }
}
