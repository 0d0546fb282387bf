using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Vector products of vectors in space.</summary>
public static class CrossOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[i] = a[i + 1]·b[i + 2] − a[i + 2]·b[i + 1], counted modulo 3
        /// <summary>The vector product along a dimension of extent 3; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast, or the dimension does not have 3 elements in both.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> Cross(Tensor<T> b, int dimension = -1)
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            Shape shape = Shape.Broadcast(a.Shape, b.Shape, "Cross");
            int at = shape.Normalize(dimension, "Cross"), fromEnd = at - shape.Rank;
            bool fits = a.Rank + fromEnd >= 0 && b.Rank + fromEnd >= 0 && a.Shape[fromEnd] == 3 && b.Shape[fromEnd] == 3;
            if (!fits) throw new ArgumentException($"Cross: left {a.Shape} · right {b.Shape}; dimension {dimension} must have 3 elements in both.");
            return a.Roll(-1, fromEnd) * b.Roll(-2, fromEnd) - a.Roll(-2, fromEnd) * b.Roll(-1, fromEnd);
        }
    }
}
