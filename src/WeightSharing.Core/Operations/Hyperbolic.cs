using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Inverses of the hyperbolic functions, elementwise.</summary>
public static class HyperbolicOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = asinh x       ∂x += ∂y / √(x² + 1)
        /// <summary>The number whose hyperbolic sine is x.</summary>
        public Tensor<T> Asinh() => Slopes.Map(x, default(Scalar<T, Asinh<T>>), static v => T.One / v.Hypot(Tensor.Scalar(T.One)), "Asinh");

        // y = acosh x       ∂x += ∂y / √((x − 1)(x + 1))
        /// <summary>The number that is not negative and whose hyperbolic cosine is x; NaN below 1.</summary>
        public Tensor<T> Acosh() =>
            Slopes.Map(x, default(Scalar<T, Acosh<T>>), static v => T.One / ((v - T.One).Sqrt() * (v + T.One).Sqrt()), "Acosh");

        // y = atanh x       ∂x += ∂y / ((1 − x)(1 + x))
        /// <summary>The number whose hyperbolic tangent is x; ±∞ at ±1, NaN beyond.</summary>
        public Tensor<T> Atanh() =>
            Slopes.Map(x, default(Scalar<T, Atanh<T>>), static v => T.One / ((T.One - v) * (T.One + v)), "Atanh");
    }
}
