namespace WeightSharing.Tensors;

/// <summary>A tensor in parts along a dimension, as views.</summary>
public static class SplitOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged
    {
        /// <summary>Parts of these extents along one dimension, as views.</summary>
        /// <exception cref="ArgumentException">The extents do not add up to the dimension's, or one is negative.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T>[] Split(ReadOnlySpan<int> extents, int dimension = 0)
        {
            int at = x.Shape.Normalize(dimension, "Split");
            long total = 0;
            foreach (int extent in extents) total += extent < 0 ? int.MaxValue : extent;
            if (total != x.Shape[at])
            {
                throw new ArgumentException(
                    $"Split: extents [{string.Join(", ", extents.ToArray())}] of dimension {dimension} of shape {x.Shape}; "
                    + $"none may be negative, and they must add up to {x.Shape[at]}.", nameof(extents));
            }

            var parts = new Tensor<T>[extents.Length];
            int start = 0;
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = x.Slice(at, start, start + extents[i]);
                start += extents[i];
            }

            return parts;
        }

        /// <summary>Parts of <paramref name="extent"/> positions along one dimension, the last with what is left, as views.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or the extent is below 1.</exception>
        public Tensor<T>[] Split(int extent, int dimension = 0)
        {
            int length = x.Shape[x.Shape.Normalize(dimension, "Split")];
            if (extent < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(extent), $"Split: parts of extent {extent}; it must be at least 1.");
            }

            int[] extents = [.. Enumerable.Range(0, (length + extent - 1) / extent).Select(i => Math.Min(extent, length - i * extent))];
            return x.Split(extents, dimension);
        }

        /// <summary>
        /// At most <paramref name="count"/> parts of equal extent along one dimension, the last with what is left, as views.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or the count is below 1.</exception>
        public Tensor<T>[] Chunk(int count, int dimension = 0)
        {
            int length = x.Shape[x.Shape.Normalize(dimension, "Chunk")];
            if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"Chunk: {count} parts; there must be at least 1.");
            return x.Split(Math.Max(1, (length + count - 1) / count), dimension);
        }

        /// <summary>Each position of one dimension as a tensor without it, as views.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T>[] Unbind(int dimension = 0)
        {
            int at = x.Shape.Normalize(dimension, "Unbind");
            var parts = new Tensor<T>[x.Shape[at]];
            for (int i = 0; i < parts.Length; i++) parts[i] = x.Select(at, i);
            return parts;
        }
    }
}
