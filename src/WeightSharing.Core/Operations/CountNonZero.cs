namespace WeightSharing.Tensors;

/// <summary>How many elements are not zero, or true.</summary>
public static class CountNonZeroOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IEquatable<T>
    {
        /// <summary>How many elements are not 0, or, of booleans, true; NaN is not 0.</summary>
        public int CountNonZero()
        {
            ArgumentNullException.ThrowIfNull(x);
            ReadOnlySpan<T> values = x.DenseSpan();
            return values.Length - values.Count(default(T));
        }

        /// <summary>How many elements along a dimension are not 0, or, of booleans, true.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<int> CountNonZero(int dimension, bool keepDimensions = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            int at = x.Shape.Normalize(dimension, "CountNonZero");
            (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, at);
            Tensor<int> y = Tensor<int>.Zeroed(keepDimensions ? x.Shape.With(at, 1) : x.Shape.Without(at), "CountNonZero");
            ReadOnlySpan<T> values = x.DenseSpan();
            for (int i = 0; i < values.Length; i++)
            {
                if (!values[i].Equals(default)) y.Buffer[i / (count * inner) * inner + i % inner]++;
            }

            return y;
        }
    }
}
