using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Products of a sparse matrix with a dense one.</summary>
public static class SparseMatMulOperation
{
    extension<T>(SparseMatrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i, ·] = Σₑ v[e]·x[column(e), ·]       ∂v[e] += ⟨∂y[row(e), ·], x[column(e), ·]⟩       ∂x += Aᵀ·∂y
        /// <summary>The product [rows, columns] · [columns, n] → [rows, n]; a vector counts as a column, [columns] → [rows].</summary>
        /// <exception cref="ArgumentException">The inner dimensions differ, or x is neither vector nor matrix.</exception>
        public Tensor<T> MatMul(Tensor<T> x)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank is not (1 or 2) || x.Shape[0] != a.Pattern.Columns)
            {
                throw new ArgumentException(
                    $"MatMul: sparse left {a.Shape} · right {x.Shape}; the right must be a vector or matrix whose first dimension is {a.Pattern.Columns}.", nameof(x));
            }

            return x.Rank == 1 ? a.MatMul(x.Unsqueeze(1)).Squeeze(1) : new SparseMap<T>(a.Pattern).Apply(a.Values, x);
        }
    }

    private sealed class SparseMap<T>(SparsePattern pattern) : BilinearMap<T>("sparse MatMul")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = A·x            [rows, n] = [rows, columns] · [columns, n]
        protected override Tensor<T> Forward(Tensor<T> a, Tensor<T> b)
        {
            int n = b.Shape[1];
            Tensor<T> y = Tensor<T>.Uninitialized([pattern.Rows, n], Name);
            SparseProduct.Multiply(pattern.RowStarts, pattern.ColumnIndices, [], a.DenseSpan(), n, b.DenseSpan(), y.Buffer);
            return y;
        }

        // ∂v[e] += Σ ∂y[row, ·]·x[column, ·]: the entries of ∂y·xᵀ that the pattern has
        protected override Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b)
        {
            Tensor<T> values = Tensor<T>.Uninitialized(pattern.Count, Name);
            SparseProduct.Sample(pattern.RowStarts, pattern.ColumnIndices, b.Shape[1], y.DenseSpan(), b.DenseSpan(), values.Buffer);
            return values;
        }

        // ∂x += Aᵀ·∂y        [columns, n] = [columns, rows] · [rows, n]
        protected override Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y)
        {
            int n = y.Shape[1];
            (SparsePattern transposed, int[] order) = pattern.Transposed();
            Tensor<T> x = Tensor<T>.Uninitialized([pattern.Columns, n], Name);
            SparseProduct.Multiply(transposed.RowStarts, transposed.ColumnIndices, order, a.DenseSpan(), n, y.DenseSpan(), x.Buffer);
            return x;
        }
    }
}
