using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Which values occur, and how often.</summary>
public static class UniqueOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, INumber<T>
    {
        /// <summary>
        /// The different elements in ascending order, for each element of x which of them it is, and how often each occurs. Every NaN counts as another
        /// value, and stands last.
        /// </summary>
        /// <returns>The values [k], positions among them of x's shape, and counts [k]; none of them has a gradient.</returns>
        public (Tensor<T> Values, Tensor<int> Inverse, Tensor<int> Counts) Unique()
        {
            ArgumentNullException.ThrowIfNull(x);
            T[] elements = x.Detach().ToArray();
            int[] order = [.. Enumerable.Range(0, elements.Length)];
            order.AsSpan().Sort((a, b) =>
            {
                T left = elements[a], right = elements[b];
                int byValue = left < right ? -1 : left > right ? 1 : T.IsNaN(left).CompareTo(T.IsNaN(right));
                return byValue != 0 ? byValue : a.CompareTo(b);
            });

            Tensor<int> inverse = Tensor<int>.Uninitialized(x.Shape, "Unique");
            var values = new List<T>();
            var counts = new List<int>();
            foreach (int at in order)
            {
                if (values.Count == 0 || values[^1] != elements[at])
                {
                    values.Add(elements[at]);
                    counts.Add(0);
                }

                counts[^1]++;
                inverse.Buffer[at] = values.Count - 1;
            }

            return (Tensor.From(values.ToArray()), inverse, Tensor.From(counts.ToArray()));
        }
    }
}
