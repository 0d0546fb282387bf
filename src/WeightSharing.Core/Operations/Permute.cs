namespace WeightSharing.Tensors;

/// <summary>The dimensions in another order, as a view.</summary>
public static class PermuteOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>Dimension i of the result is dimension <paramref name="dimensions"/>[i] of this tensor; a view.</summary>
        /// <exception cref="ArgumentException">Not a permutation of the dimensions.</exception>
        public Tensor<T> Permute(params ReadOnlySpan<int> dimensions)
        {
            if (dimensions.Length != x.Rank)
            {
                throw new ArgumentException($"Permute: {dimensions.Length} dimensions [{string.Join(", ", dimensions.ToArray())}] for shape {x.Shape}, which has {x.Rank}.", nameof(dimensions));
            }

            int[] order = new int[x.Rank], inverse = new int[x.Rank];
            Array.Fill(inverse, -1);
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = x.Shape.Normalize(dimensions[i], "Permute");
                if (inverse[order[i]] >= 0)
                {
                    throw new ArgumentException($"Permute: dimension {order[i]} occurs twice in [{string.Join(", ", dimensions.ToArray())}]; each must occur once.", nameof(dimensions));
                }

                inverse[order[i]] = i;
            }

            return new PermuteMap<T>(order, inverse).Apply(x);
        }

        /// <summary>Two dimensions exchanged, by default the last two; a view.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Transpose(int first = -2, int second = -1)
        {
            int a = x.Shape.Normalize(first, "Transpose"), b = x.Shape.Normalize(second, "Transpose");
            Span<int> order = stackalloc int[x.Rank];
            for (int i = 0; i < order.Length; i++) order[i] = i == a ? b : i == b ? a : i;
            return x.Permute(order);
        }
    }

    private sealed class PermuteMap<T>(int[] order, int[] inverse) : LinearMap<T>("Permute")
        where T : unmanaged
    {
        protected override Tensor<T> Forward(Tensor<T> x) => Permuted(x, order);

        protected override Tensor<T> Adjoint(Tensor<T> y) => Permuted(y, inverse);

        private static Tensor<T> Permuted(Tensor<T> x, int[] order)
        {
            Span<int> own = stackalloc int[Shape.MaximumRank], extents = stackalloc int[order.Length], strides = stackalloc int[order.Length];
            x.CopyStrides(own);
            for (int i = 0; i < order.Length; i++) (extents[i], strides[i]) = (x.Shape[order[i]], own[order[i]]);
            return x.View(new Shape(extents), x.Offset, strides);
        }
    }
}
