using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Lengths of pairs, elementwise with NumPy broadcasting.</summary>
public static class HypotOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = √(a² + b²)       ∂a += ∂y ⊙ a/y       ∂b += ∂y ⊙ b/y, both 0 at the origin
        /// <summary>√(a² + b²) without overflow, elementwise; the shapes broadcast. The gradient at the origin is 0.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Hypot(Tensor<T> b) =>
            Slopes.Combine(a, b, default(Scalar2<T, Hypot<T>>), static (a, b) => a / Length(a, b), static (a, b) => b / Length(a, b), "Hypot");
    }

    private static Tensor<T> Length<T>(Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> length = a.Hypot(b);
        Tensor<bool> origin = length.Detach().Equal(T.Zero);
        return origin.Any() ? Tensor.Where(origin, Tensor.Scalar(T.One), length) : length;
    }
}
