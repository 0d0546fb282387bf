using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>What divisions leave over, elementwise with NumPy broadcasting.</summary>
public static class RemainderOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = a − ⌊a/b⌋·b       ∂a += ∂y       ∂b −= ∂y ⊙ ⌊a/b⌋
        /// <summary>What a division towards −∞ leaves over, with the sign of b as in Python, elementwise; NaN where b is 0. The shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Remainder(Tensor<T> b) => Slopes.Combine(
            a, b, default(Scalar2<T, FloorRemainder<T>>), static (a, b) => Tensor.Scalar(T.One), static (a, b) => -Quotient(a, b, a.Detach().Remainder(b.Detach())),
            "Remainder");

        /// <summary>The remainder by a number, with its sign.</summary>
        public Tensor<T> Remainder(T b) => a.Remainder(Tensor.Scalar(b));

        // y = a − trunc(a/b)·b       ∂a += ∂y       ∂b −= ∂y ⊙ trunc(a/b)
        /// <summary>What a division towards 0 leaves over, exactly, with the sign of a as in C#, elementwise; NaN where b is 0. The shapes broadcast.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Fmod(Tensor<T> b) => Slopes.Combine(
            a, b, default(Scalar2<T, Fmod<T>>), static (a, b) => Tensor.Scalar(T.One), static (a, b) => -Quotient(a, b, a.Detach().Fmod(b.Detach())), "Fmod");

        /// <summary>The remainder by a number, with the sign of a.</summary>
        public Tensor<T> Fmod(T b) => a.Fmod(Tensor.Scalar(b));
    }

    // The whole number that a/b was rounded to: from the remainder, since a/b itself may be rounded up to the next one.
    private static Tensor<T> Quotient<T>(Tensor<T> a, Tensor<T> b, Tensor<T> remainder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ((a.Detach() - remainder) / b.Detach()).Round();
}
