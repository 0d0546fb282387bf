using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Diagonals, as views, and matrices of diagonals.</summary>
public static class DiagonalOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>The elements with equal positions in two dimensions, as the last dimension of a view without these two.</summary>
        /// <param name="first">A dimension.</param>
        /// <param name="second">Another.</param>
        /// <param name="offset">By how much the position in the second dimension is greater; beyond the matrix the diagonal is empty.</param>
        /// <exception cref="ArgumentException">Twice the same dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Diagonal(int first = -2, int second = -1, int offset = 0)
        {
            int a = x.Shape.Normalize(first, "Diagonal"), b = x.Shape.Normalize(second, "Diagonal");
            return a == b
                ? throw new ArgumentException(
                    $"Diagonal: dimensions {first} and {second} of shape {x.Shape} are the same; a diagonal needs two.")
                : new DiagonalMap<T>(x.Shape, Math.Min(a, b), Math.Max(a, b), a < b ? offset : -offset, "Diagonal").Apply(x);
        }

        /// <summary>Square matrices with x on a diagonal and zeros elsewhere: [.., n] → [.., m, m], m = n + |offset|.</summary>
        /// <param name="offset">0 is the main diagonal, positive ones lie above.</param>
        /// <exception cref="ArgumentOutOfRangeException">x is a scalar.</exception>
        public Tensor<T> DiagonalEmbed(int offset = 0)
        {
            int at = x.Shape.Normalize(-1, "DiagonalEmbed"), extent = x.Shape[at] + Math.Abs(offset);
            return new DiagonalMap<T>(x.Shape.With(at, extent).Concat(extent), at, at + 1, offset, "DiagonalEmbed").ApplyAdjoint(x);
        }
    }

    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = Σ x[.., i, i]       ∂x[.., i, i] += ∂y
        /// <summary>The sum of the diagonal of each matrix: [.., m, n] → [..].</summary>
        /// <exception cref="ArgumentOutOfRangeException">Fewer than two dimensions.</exception>
        public Tensor<T> Trace()
        {
            _ = x.Shape.Normalize(-2, "Trace");
            return x.Diagonal().Sum(-1);
        }
    }

    // y[.., i] = x[.., i, .., i + k, ..]       ∂x there += ∂y[.., i]
    private sealed class DiagonalMap<T>(Shape shape, int first, int second, int offset, string operation) : LinearMap<T>(operation)
        where T : unmanaged
    {
        protected override Tensor<T> Forward(Tensor<T> x) => Part(x);

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Tensor<T> x = Tensor<T>.Zeroed(shape, Name);
            Part(x).CopyFrom(y);
            return x;
        }

        private Tensor<T> Part(Tensor<T> x)
        {
            Span<int> own = stackalloc int[Shape.MaximumRank], strides = stackalloc int[Shape.MaximumRank];
            x.CopyStrides(own);
            int next = 0;
            for (int i = 0; i < shape.Rank; i++)
            {
                if (i != first && i != second) strides[next++] = own[i];
            }

            strides[next] = own[first] + own[second];
            int down = Math.Max(0, -offset), right = Math.Max(0, offset);
            int length = Math.Max(0, Math.Min(shape[first] - down, shape[second] - right));
            Shape rest = shape.Without(second).Without(first).Concat(length);
            return x.View(rest, length == 0 ? x.Offset : x.Offset + down * own[first] + right * own[second], strides[..rest.Rank]);
        }
    }
}
