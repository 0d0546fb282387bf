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
        public Tensor<int> CountNonZero(int dimension, bool keepDimensions = false) =>
            DimensionFold.Run(x, dimension, keepDimensions, 0, static (count, value) => value.Equals(default) ? count : count + 1, "CountNonZero");
    }
}
