using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Products of every element with every other.</summary>
public static class OuterOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a·bᵀ       [m, n] = [m, 1] ⊙ [1, n]
        /// <summary>y[i, j] = a[i]·b[j] of two vectors.</summary>
        /// <exception cref="ArgumentException">An operand is no vector.</exception>
        public Tensor<T> Outer(Tensor<T> b)
        {
            ArgumentNullException.ThrowIfNull(b);
            return a.Rank == 1 && b.Rank == 1
                ? a.Unsqueeze(1) * b.Unsqueeze(0)
                : throw new ArgumentException($"Outer: left {a.Shape} · right {b.Shape}; both must be vectors (Flatten makes one).");
        }
    }
}
