using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Matrix products.</summary>
public static class MatMulOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// The matrix product over the last two dimensions, [.., m, k] · [.., k, n] → [.., m, n]; leading dimensions broadcast. As in NumPy, a
        /// vector on the left counts as a row, on the right as a column, and that dimension is left out of the result.
        /// </summary>
        /// <exception cref="ArgumentException">The inner dimensions differ, an operand is a scalar, or the leading dimensions do not broadcast.</exception>
        public Tensor<T> MatMul(Tensor<T> b)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            if (a.Rank == 0 || b.Rank == 0)
            {
                throw new ArgumentException($"MatMul: a scalar operand: left {a.Shape} · right {b.Shape}; multiply by a scalar with *.");
            }

            int inner = a.Shape[^1], other = b.Rank == 1 ? b.Shape[0] : b.Shape[^2];
            if (inner != other)
            {
                throw new ArgumentException(
                    $"MatMul: inner dimensions differ: left {a.Shape} · right {b.Shape}; left's last ({inner}) must equal right's {(b.Rank == 1 ? "only one" : b.Rank == 2 ? "first" : "second to last")} ({other}).");
            }

            if (a.Rank == 1) return a.Unsqueeze(0).MatMul(b).Squeeze(b.Rank == 1 ? -1 : -2);
            if (b.Rank == 1) return a.MatMul(b.Unsqueeze(1)).Squeeze(-1);
            // One matrix on the right: all rows of the left are one tall matrix, and its gradient needs no sum over a batch.
            if (a.Rank > 2 && b.Rank == 2)
            {
                return a.Reshape([a.Shape.Slice(0, a.Rank - 1).Count, inner]).MatMul(b).Reshape(a.Shape.With(-1, b.Shape[1]));
            }

            if (a.Rank > 2 || b.Rank > 2) _ = Shape.Broadcast(a.Shape.Slice(0, a.Rank - 2), b.Shape.Slice(0, b.Rank - 2), "MatMul: leading dimensions");
            return new MatMulMap<T>().Apply(a, b);
        }
    }

    private sealed class MatMulMap<T>() : BilinearMap<T>("MatMul")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a·b            [.., m, n] = [.., m, k] · [.., k, n]
        protected override Tensor<T> Forward(Tensor<T> a, Tensor<T> b) => Multiply(a, b);

        // ∂a += ∂y·bᵀ        [.., m, k] = [.., m, n] · [.., n, k]   (summed over broadcast dimensions where it is added)
        protected override Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b) => Multiply(y, b.Detach().Transpose());

        // ∂b += aᵀ·∂y        [.., k, n] = [.., k, m] · [.., m, n]
        protected override Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y) => Multiply(a.Detach().Transpose(), y);
    }

    /// <summary>The product of operands of rank 2 or more, without recording.</summary>
    private static Tensor<T> Multiply<T>(Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int m = a.Shape[^2], k = a.Shape[^1], n = b.Shape[^1];
        Shape leading = Shape.Broadcast(a.Shape.Slice(0, a.Rank - 2), b.Shape.Slice(0, b.Rank - 2), "MatMul: leading dimensions");
        int rank = leading.Rank;
        Tensor<T> y = Tensor<T>.Uninitialized(leading.Concat([m, n]), "MatMul");
        if (y.Count == 0) return y;
        if (k == 0)
        {
            // Sums of nothing; the operands, though, may begin behind the end of what they are views of.
            y.Buffer.Clear();
            return y;
        }

        Span<int> left = stackalloc int[Shape.MaximumRank], right = stackalloc int[Shape.MaximumRank];
        a.BroadcastStrides(leading.Concat([m, k]), left);
        b.BroadcastStrides(leading.Concat([k, n]), right);
        ReadOnlySpan<T> av = a.Storage.Span, bv = b.Storage.Span;
        Span<T> yv = y.Buffer;

        // The innermost leading dimension is a batch of the kernel; the ones outside it are counted through.
        int batch = rank == 0 ? 1 : leading[^1], outer = leading.Count / Math.Max(batch, 1);
        Span<int> index = stackalloc int[Shape.MaximumRank];
        index.Clear();
        for (int i = 0; i < outer; i++)
        {
            int ao = a.Offset, bo = b.Offset;
            for (int d = 0; d < rank - 1; d++) (ao, bo) = (ao + index[d] * left[d], bo + index[d] * right[d]);
            Gemm.MultiplyBatch(
                batch, m, n, k,
                av[ao..], rank == 0 ? 0 : left[rank - 1], left[rank], left[rank + 1],
                bv[bo..], rank == 0 ? 0 : right[rank - 1], right[rank], right[rank + 1],
                yv[(i * batch * m * n)..], m * n, n, accumulate: false);
            for (int d = rank - 2; d >= 0 && ++index[d] == leading[d]; d--) index[d] = 0;
        }

        return y;
    }
}
