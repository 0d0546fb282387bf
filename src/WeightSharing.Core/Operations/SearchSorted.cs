using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Where values belong in ascending sequences.</summary>
public static class SearchSortedOperation
{
    extension<T>(Tensor<T> sorted)
        where T : unmanaged, INumber<T>
    {
        /// <summary>
        /// For each value the first position at which it could be inserted so that the sequence stays in order: [n], [..] → [..], or for each row its own
        /// sequence, [.., n], [.., m] → [.., m]. NaN belongs behind everything.
        /// </summary>
        /// <param name="values">What to place.</param>
        /// <param name="right">The last such position instead: behind equal elements, not before them.</param>
        /// <exception cref="ArgumentException">The rows of sequences and values differ, or the sequence is a scalar.</exception>
        public Tensor<int> SearchSorted(Tensor<T> values, bool right = false)
        {
            ArgumentNullException.ThrowIfNull(sorted);
            ArgumentNullException.ThrowIfNull(values);
            bool one = sorted.Rank == 1;
            if (!one && (sorted.Rank == 0 || values.Rank != sorted.Rank || sorted.Shape.Slice(0, sorted.Rank - 1) != values.Shape.Slice(0, sorted.Rank - 1)))
            {
                throw new ArgumentException(
                    $"SearchSorted: sequences {sorted.Shape} and values {values.Shape}; all dimensions but the last must agree, or the sequence must be a vector.",
                    nameof(values));
            }

            Tensor<int> y = Tensor<int>.Uninitialized(values.Shape, "SearchSorted");
            ReadOnlySpan<T> from = sorted.DenseSpan(), of = values.DenseSpan();
            int n = sorted.Shape[^1], m = one ? Math.Max(1, values.Count) : values.Shape[^1];
            Span<int> places = y.Buffer;
            for (int i = 0; i < of.Length; i++) places[i] = Place(from.Slice(i / m * n, n), of[i], right);
            return y;
        }

        /// <summary>
        /// For each element the number of the interval between boundaries b that it lies in: i with b[i − 1] &lt; x ≤ b[i], or b[i − 1] ≤ x &lt; b[i]
        /// when <paramref name="right"/>. The opposite view of <see cref="SearchSorted{T}"/>.
        /// </summary>
        /// <param name="boundaries">A vector in ascending order.</param>
        /// <param name="right">Which side of an interval is closed.</param>
        /// <exception cref="ArgumentException">The boundaries are no vector.</exception>
        public Tensor<int> Bucketize(Tensor<T> boundaries, bool right = false)
        {
            ArgumentNullException.ThrowIfNull(boundaries);
            return boundaries.Rank == 1
                ? boundaries.SearchSorted(sorted, right)
                : throw new ArgumentException($"Bucketize: the boundaries have shape {boundaries.Shape}; they must be a vector.", nameof(boundaries));
        }
    }

    /// <summary>The first position whose element is not below the value, or above it when <paramref name="right"/>.</summary>
    internal static int Place<T>(ReadOnlySpan<T> sorted, T value, bool right)
        where T : unmanaged, INumber<T>
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            // Comparisons with NaN are false: it goes on to the end.
            bool stops = right ? sorted[middle] > value : sorted[middle] >= value;
            if (stops) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
