using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Trigonometric, hyperbolic and other functions that follow from the elementary ones.</summary>
public static class TrigonometryOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>sin x / cos x, elementwise, x in radians.</summary>
        public Tensor<T> Tan() => x.Sin() / x.Cos();

        /// <summary>The angle in [−π/2, π/2] whose tangent is x.</summary>
        public Tensor<T> Atan() => x.Atan2(Tensor.Scalar(T.One));

        /// <summary>The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1].</summary>
        public Tensor<T> Asin() => x.Atan2(((T.One - x) * (T.One + x)).Sqrt());

        /// <summary>The angle in [0, π] whose cosine is x; NaN outside [−1, 1].</summary>
        public Tensor<T> Acos() => ((T.One - x) * (T.One + x)).Sqrt().Atan2(x);

        /// <summary>½(eˣ − e⁻ˣ), without cancellation near 0.</summary>
        public Tensor<T> Sinh() => (x.Expm1() - (-x).Expm1()) * T.CreateChecked(0.5);

        /// <summary>½(eˣ + e⁻ˣ).</summary>
        public Tensor<T> Cosh() => (x.Exp() + (-x).Exp()) * T.CreateChecked(0.5);

        /// <summary>1 / √x.</summary>
        public Tensor<T> ReciprocalSqrt() => T.One / x.Sqrt();

        /// <summary>1 / x.</summary>
        public Tensor<T> Reciprocal() => T.One / x;

        /// <summary>x².</summary>
        public Tensor<T> Square() => x * x;
    }
}
