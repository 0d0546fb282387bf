using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Distances of every point of one set from every point of another.</summary>
public static class CDistOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[.., i, j] = (Σ |a[.., i, k] − b[.., j, k]|ᵖ)^(1/p)
        /// <summary>
        /// The distance of each row of a from each row of b: [.., m, k], [.., n, k] → [.., m, n]; leading dimensions broadcast. It comes from the differences
        /// themselves, so that near points lose no digits; the gradient of equal points is 0. It needs memory for m·n·k differences.
        /// </summary>
        /// <param name="b">The other points.</param>
        /// <param name="p">2 for the Euclidean distance, 1 for the sum of magnitudes, infinity for the largest.</param>
        /// <exception cref="ArgumentException">The points have different dimensions, or the leading dimensions do not broadcast.</exception>
        /// <exception cref="ArgumentOutOfRangeException">p is negative.</exception>
        public Tensor<T> CDist(Tensor<T> b, double p = 2)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            return a.Rank >= 2 && b.Rank >= 2 && a.Shape[^1] == b.Shape[^1]
                ? (a.Unsqueeze(-2) - b.Unsqueeze(-3)).Norm(-1, p)
                : throw new ArgumentException($"CDist: left {a.Shape} · right {b.Shape}; expected [.., m, k] and [.., n, k].");
        }
    }
}
