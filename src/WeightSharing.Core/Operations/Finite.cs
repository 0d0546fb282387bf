using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Which elements are numbers, and which are nearly equal.</summary>
public static class FiniteOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>True where an element is not a number.</summary>
        public Tensor<bool> IsNaN() => Pointwise.Test<T, IsNotNumber>(x, x, "IsNaN");

        /// <summary>True where an element is ∞ or −∞.</summary>
        public Tensor<bool> IsInfinity() => Pointwise.Test<T, IsInfinite>(x, x, "IsInfinity");

        /// <summary>True where an element is neither infinite nor NaN.</summary>
        public Tensor<bool> IsFinite() => Pointwise.Test<T, IsFiniteNumber>(x, x, "IsFinite");

        // y = x where finite, else a number       ∂x += ∂y where finite
        /// <summary>Finite numbers as they are; numbers in place of NaN, ∞ and −∞, by default 0 and the largest and smallest there are.</summary>
        public Tensor<T> NaNToNumber(T? nan = null, T? positiveInfinity = null, T? negativeInfinity = null)
        {
            T largest = T.BitDecrement(T.PositiveInfinity);
            Tensor<T> y = Tensor.Where(x.IsNaN(), Tensor.Scalar(nan ?? T.Zero), x);
            y = Tensor.Where(x.Detach().Equal(T.PositiveInfinity), Tensor.Scalar(positiveInfinity ?? largest), y);
            return Tensor.Where(x.Detach().Equal(T.NegativeInfinity), Tensor.Scalar(negativeInfinity ?? -largest), y);
        }

        /// <summary>
        /// True where |x − y| ≤ absolute + relative · |y|, or both are the same infinity, or, when asked for, both are NaN; the shapes broadcast.
        /// </summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<bool> IsClose(Tensor<T> y, double relative = 1e-5, double absolute = 1e-8, bool equalNaN = false)
        {
            ArgumentNullException.ThrowIfNull(y);
            Tensor<T> a = x.Detach(), b = y.Detach();
            _ = Shape.Broadcast(a.Shape, b.Shape, "IsClose");
            Tensor<bool> near = (a - b).Abs().LessOrEqual(b.Abs() * T.CreateChecked(relative) + T.CreateChecked(absolute)).And((a - b).IsFinite());
            near = near.Or(a.Equal(b));
            return equalNaN ? near.Or(a.IsNaN().And(b.IsNaN())) : near;
        }

        /// <summary>True when <c>IsClose</c> holds everywhere.</summary>
        /// <inheritdoc cref="IsClose{T}(Tensor{T}, Tensor{T}, double, double, bool)"/>
        public bool AllClose(Tensor<T> y, double relative = 1e-5, double absolute = 1e-8, bool equalNaN = false) =>
            x.IsClose(y, relative, absolute, equalNaN).All();
    }
}
