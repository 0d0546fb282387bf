using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>How many elements lie in each of several intervals.</summary>
public static class HistogramOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>How many elements lie in each of <paramref name="bins"/> equal intervals, and the edges of these.</summary>
        /// <param name="bins">How many intervals.</param>
        /// <param name="lower">The lowest edge; by default the smallest element, half a unit below it where all are equal.</param>
        /// <param name="upper">The highest edge; by default the largest element, half a unit above it where all are equal.</param>
        /// <returns>Counts [bins] and edges [bins + 1]; elements outside, and NaN, are not counted.</returns>
        /// <exception cref="ArgumentOutOfRangeException">No bins, or bounds that are not finite or not in order.</exception>
        public (Tensor<int> Counts, Tensor<T> Edges) Histogram(int bins, T? lower = null, T? upper = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (bins < 1) throw new ArgumentOutOfRangeException(nameof(bins), $"Histogram: {bins} bins; there must be at least 1.");
            T low = lower ?? (x.Count > 0 ? x.Detach().Min().Item() : T.Zero), high = upper ?? (x.Count > 0 ? x.Detach().Max().Item() : T.Zero);
            if (low == high)
            {
                low -= T.CreateChecked(0.5);
                high += T.CreateChecked(0.5);
            }

            if (!(T.IsFinite(low) && T.IsFinite(high) && low < high))
            {
                throw new ArgumentOutOfRangeException(nameof(lower), $"Histogram: bounds {low} and {high}; they must be finite and in order.");
            }

            Tensor<T> edges = Tensor.Linspace(low, high, bins + 1);
            return (x.Histogram(edges), edges);
        }

        /// <summary>
        /// How many elements lie between each edge and the next: the lower edge belongs to an interval, and to the last one its upper edge too.
        /// </summary>
        /// <param name="edges">A vector of at least two numbers in ascending order.</param>
        /// <returns>Counts, one less than edges; elements outside, and NaN, are not counted.</returns>
        /// <exception cref="ArgumentException">The edges are no such vector.</exception>
        public Tensor<int> Histogram(Tensor<T> edges)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(edges);
            ReadOnlySpan<T> bounds = edges.DenseSpan();
            bool ascends = edges.Rank == 1 && bounds.Length >= 2;
            for (int i = 1; ascends && i < bounds.Length; i++) ascends = bounds[i - 1] <= bounds[i];
            if (!ascends) throw new ArgumentException($"Histogram: edges {edges.Shape}; they must be a vector of at least 2 numbers in ascending order.", nameof(edges));
            Tensor<int> y = Tensor<int>.Zeroed(bounds.Length - 1, "Histogram");
            Span<int> counts = y.Buffer;
            foreach (T value in x.DenseSpan())
            {
                if (!(value >= bounds[0] && value <= bounds[^1])) continue;
                counts[Math.Min(SearchSortedOperation.Place(bounds, value, right: true), counts.Length) - 1]++;
            }

            return y;
        }
    }
}
