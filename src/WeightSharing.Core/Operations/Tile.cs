using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Copies of a tensor side by side, and of its elements.</summary>
public static class TileOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i] = x[i mod n]       ∂x[i] += Σ ∂y over the copies
        /// <summary>
        /// The whole tensor repeated along each dimension; more counts than dimensions put new ones in front, fewer leave the first alone.
        /// </summary>
        /// <param name="counts">How often, the last for the last dimension.</param>
        /// <exception cref="ArgumentException">A negative count.</exception>
        public Tensor<T> Tile(params ReadOnlySpan<int> counts)
        {
            if (counts.ContainsAnyInRange(int.MinValue, -1))
            {
                throw new ArgumentException(
                    $"Tile: counts [{string.Join(", ", counts.ToArray())}] for shape {x.Shape}; none may be negative.", nameof(counts));
            }

            Tensor<T> y = x;
            while (y.Rank < counts.Length) y = y.Unsqueeze(0);
            for (int i = 0, d = y.Rank - counts.Length; i < counts.Length; i++, d++)
            {
                int extent = y.Shape[d];
                if (counts[i] != 1) y = y.IndexSelect(d, Positions(checked(extent * counts[i]), k => k % extent));
            }

            return y;
        }

        // y[i] = x[⌊i / count⌋]       ∂x[i] += Σ ∂y over the copies
        /// <summary>Each position of one dimension repeated in place: a b → a a b b.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or the count is negative.</exception>
        public Tensor<T> RepeatInterleave(int count, int dimension)
        {
            int at = x.Shape.Normalize(dimension, "RepeatInterleave");
            if (count < 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(count), $"RepeatInterleave: count {count}; it must not be negative.");
            }

            return count == 1 ? x : x.IndexSelect(at, Positions(checked(x.Shape[at] * count), i => i / count));
        }

        // y[i] = x[i − shift mod n]       ∂x[i] += ∂y[i + shift mod n]
        /// <summary>
        /// The positions of one dimension moved on by <paramref name="shift"/>; what leaves at one end enters at the other.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Roll(int shift, int dimension)
        {
            int at = x.Shape.Normalize(dimension, "Roll"), extent = x.Shape[at];
            if (extent == 0 || shift % extent == 0) return x;
            int back = (extent - shift % extent) % extent;
            return x.IndexSelect(at, Positions(extent, i => (i + back) % extent));
        }

        // y[i] = x[n − 1 − i]       ∂x[i] += ∂y[n − 1 − i]
        /// <summary>The positions of some dimensions in reverse; none stands for all.</summary>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Flip(params ReadOnlySpan<int> dimensions)
        {
            Tensor<T> y = x;
            Span<bool> flipped = stackalloc bool[Shape.MaximumRank];
            if (dimensions.IsEmpty) flipped[..x.Rank].Fill(true);
            foreach (int dimension in dimensions)
            {
                int at = x.Shape.Normalize(dimension, "Flip");
                if (flipped[at])
                {
                    throw new ArgumentException(
                        $"Flip: dimension {dimension} occurs twice in [{string.Join(", ", dimensions.ToArray())}].", nameof(dimensions));
                }

                flipped[at] = true;
            }

            for (int d = 0; d < x.Rank; d++)
            {
                int last = x.Shape[d] - 1;
                if (flipped[d]) y = y.IndexSelect(d, Positions(last + 1, i => last - i));
            }

            return y;
        }
    }

    private static Tensor<int> Positions(int count, Func<int, int> position)
    {
        Tensor<int> positions = Tensor<int>.Uninitialized(count, "positions");
        for (int i = 0; i < count; i++) positions.Buffer[i] = position(i);
        return positions;
    }
}
