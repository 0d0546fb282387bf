using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Linear interpolation, elementwise with NumPy broadcasting.</summary>
public static class LerpOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a + t ⊙ (b − a)
        /// <summary>a where t is 0, b where it is 1, and on the line between and beyond; the shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Lerp(Tensor<T> b, Tensor<T> t)
        {
            ArgumentNullException.ThrowIfNull(b);
            ArgumentNullException.ThrowIfNull(t);
            _ = Shape.Broadcast(Shape.Broadcast(a.Shape, b.Shape, "Lerp"), t.Shape, "Lerp");
            return a + t * (b - a);
        }

        /// <summary>a where t is 0, b where it is 1, and on the line between and beyond.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Lerp(Tensor<T> b, T t)
        {
            ArgumentNullException.ThrowIfNull(b);
            _ = Shape.Broadcast(a.Shape, b.Shape, "Lerp");
            return a + (b - a) * t;
        }
    }
}
