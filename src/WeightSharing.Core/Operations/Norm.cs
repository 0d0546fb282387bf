using System.Numerics;
using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>Lengths of vectors: (Σ |x|ᵖ)^(1/p).</summary>
public static class NormOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>(Σ |x|ᵖ)^(1/p) over all elements, a scalar; by default the Euclidean length.</summary>
        /// <exception cref="ArgumentOutOfRangeException">p is negative.</exception>
        public Tensor<T> Norm(double p = 2) => x.Norm([], p);

        /// <summary>(Σ |x|ᵖ)^(1/p) along one dimension; by default the Euclidean length.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or p is negative.</exception>
        public Tensor<T> Norm(int dimension, double p = 2, bool keepDimensions = false) => x.Norm([dimension], p, keepDimensions);

        /// <summary>
        /// (Σ |x|ᵖ)^(1/p) over some dimensions, max |x| for p = ∞, whose gradient goes in equal parts to all that are largest. The gradient of a
        /// zero vector is 0.
        /// </summary>
        /// <param name="dimensions">Which; none stands for all.</param>
        /// <param name="p">
        /// 1 for the sum of magnitudes, 2 for the Euclidean length, infinity for the largest magnitude, 0 for the number of elements that are not 0, whose
        /// gradient is 0.
        /// </param>
        /// <param name="keepDimensions">Keeps each reduced dimension with extent 1.</param>
        /// <exception cref="ArgumentException">A dimension occurs twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or p is negative.</exception>
        /// <exception cref="InvalidOperationException">The largest magnitude of nothing.</exception>
        public Tensor<T> Norm(ReadOnlySpan<int> dimensions, double p = 2, bool keepDimensions = false)
        {
            if (!(p >= 0)) throw new ArgumentOutOfRangeException(nameof(p), $"Norm: p {p}; it must not be negative.");
            // Magnitudes of signs are 1 and 0, with a gradient of 0.
            if (p == 0) return x.Sign().Abs().Sum(dimensions, keepDimensions);
            if (p == 1) return x.Abs().Sum(dimensions, keepDimensions);
            if (p == 2) return RootOrZero((x * x).Sum(dimensions, keepDimensions), p);
            Tensor<T> magnitudes = x.Abs();
            return double.IsPositiveInfinity(p)
                ? magnitudes.Max(dimensions, keepDimensions)
                : RootOrZero(magnitudes.Pow(T.CreateChecked(p)).Sum(dimensions, keepDimensions), p);
        }
    }

    /// <summary>The p-th root of numbers that are not negative, as a constant 0 at 0, where the root has an infinite slope.</summary>
    internal static Tensor<T> RootOrZero<T>(Tensor<T> x, double p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<bool>? zero = Graph.Records(x) ? x.Detach().Equal(T.Zero) : null;
        if (zero is null || !zero.Any()) return Root(x, p);
        return Tensor.Where(zero, Tensor.Scalar(T.Zero), Root(Tensor.Where(zero, Tensor.Scalar(T.One), x), p));
    }

    private static Tensor<T> Root<T>(Tensor<T> x, double p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => p == 2 ? x.Sqrt() : x.Pow(T.CreateChecked(1 / p));
}
