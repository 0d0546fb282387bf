namespace WeightSharing.Tensors;

/// <summary>Diagonals, as views.</summary>
public static class DiagonalOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>The elements with equal positions in two dimensions, as the last dimension of a view without these two.</summary>
        /// <param name="first">A dimension.</param>
        /// <param name="second">Another.</param>
        /// <exception cref="ArgumentException">Twice the same dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Diagonal(int first = -2, int second = -1)
        {
            int a = x.Shape.Normalize(first, "Diagonal"), b = x.Shape.Normalize(second, "Diagonal");
            return a == b
                ? throw new ArgumentException(
                    $"Diagonal: dimensions {first} and {second} of shape {x.Shape} are the same; a diagonal needs two.")
                : new DiagonalMap<T>(x.Shape, Math.Min(a, b), Math.Max(a, b)).Apply(x);
        }
    }

    // y[.., i] = x[.., i, .., i, ..]       ∂x there += ∂y[.., i]
    private sealed class DiagonalMap<T>(Shape shape, int first, int second) : LinearMap<T>("Diagonal")
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
            Shape rest = shape.Without(second).Without(first).Concat(Math.Min(shape[first], shape[second]));
            return x.View(rest, x.Offset, strides[..rest.Rank]);
        }
    }
}
