using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Classes drawn by their weights.</summary>
public static class MultinomialOperation
{
    extension<T>(Tensor<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// Classes drawn with probabilities in proportion to the weights: [.., n] → [.., count]. What is drawn depends on the key and the position alone.
        /// </summary>
        /// <param name="count">How many to draw of each row.</param>
        /// <param name="key">Where the randomness comes from.</param>
        /// <param name="replacement">Draws independently; otherwise no class twice, as from an urn (Efraimidis and Spirakis 2006).</param>
        /// <exception cref="ArgumentException">
        /// A weight is negative, infinite or NaN, all of a row are 0, or without replacement fewer are positive than are drawn; or the weights are a scalar.
        /// </exception>
        /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
        public Tensor<int> Multinomial(int count, RandomKey key, bool replacement = false)
        {
            ArgumentNullException.ThrowIfNull(weights);
            if (count < 0) throw new ArgumentOutOfRangeException(nameof(count), $"Multinomial: count {count}; it must not be negative.");
            if (weights.Rank == 0) throw new ArgumentException("Multinomial: the weights are a scalar; expected [.., classes].");
            int n = weights.Shape[^1], rows = weights.Shape.Slice(0, weights.Rank - 1).Count;
            Tensor<int> y = Tensor<int>.Uninitialized(weights.Shape.With(weights.Rank - 1, count), "Multinomial");
            ReadOnlySpan<T> all = weights.DenseSpan();
            for (int r = 0; r < rows; r++)
            {
                double[] row = Positive(all.Slice(r * n, n), r, weights.Shape, replacement ? Math.Min(1, count) : count);
                Span<int> drawn = y.Buffer.Slice(r * count, count);
                if (replacement) Independent(row, key, (ulong)r * (ulong)count, drawn);
                else Different(row, key, (ulong)r * (ulong)n, drawn);
            }

            return y;
        }
    }

    private static double[] Positive<T>(ReadOnlySpan<T> row, int number, in Shape shape, int needed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var weights = new double[row.Length];
        int positive = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (!(row[i] >= T.Zero && T.IsFinite(row[i])))
            {
                throw new ArgumentException($"Multinomial: weight {row[i]} of class {i} in row {number} of {shape}; it must be finite and not negative.");
            }

            weights[i] = double.CreateChecked(row[i]);
            if (weights[i] > 0) positive++;
        }

        return positive >= needed
            ? weights
            : throw new ArgumentException($"Multinomial: {positive} positive weights in row {number} of {shape}; the draw needs {needed}.");
    }

    private static void Independent(double[] weights, RandomKey key, ulong first, Span<int> drawn)
    {
        double total = 0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0) last = i;
            weights[i] = total += weights[i];
        }

        for (int k = 0; k < drawn.Length; k++)
        {
            int place = SearchSortedOperation.Place<double>(weights, key.Uniform(first + (ulong)k) * total, right: true);
            drawn[k] = Math.Min(place, last);
        }
    }

    // Exponential waiting times with the weights as rates: the order of arrival is that of drawing one after the other.
    private static void Different(double[] weights, RandomKey key, ulong first, Span<int> drawn)
    {
        int[] order = [.. Enumerable.Range(0, weights.Length)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = weights[i] > 0 ? -Math.Log(1 - key.Uniform(first + (ulong)i)) / weights[i] : double.PositiveInfinity;
        }

        order.AsSpan().Sort((a, b) => weights[a] != weights[b] ? weights[a].CompareTo(weights[b]) : a.CompareTo(b));
        order.AsSpan(0, drawn.Length).CopyTo(drawn);
    }
}
