using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Logarithms and powers to the bases two and ten, elementwise.</summary>
public static class LogarithmOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = log₂ x       ∂x += ∂y / (x ln 2)
        /// <summary>The logarithm to the base 2, elementwise: exact at powers of two, −∞ at 0, NaN below.</summary>
        public Tensor<T> Log2() => Slopes.Map(x, default(Scalar<T, Log2<T>>), static v => T.One / (v * T.Log(T.CreateChecked(2))), "Log2");

        // y = log₁₀ x       ∂x += ∂y / (x ln 10)
        /// <summary>The logarithm to the base 10, elementwise: exact at powers of ten, −∞ at 0, NaN below.</summary>
        public Tensor<T> Log10() => Slopes.Map(x, default(Scalar<T, Log10<T>>), static v => T.One / (v * T.Log(T.CreateChecked(10))), "Log10");

        // y = 2ˣ       ∂x += ∂y ⊙ 2ˣ ln 2
        /// <summary>2ˣ, elementwise: exact at integers.</summary>
        public Tensor<T> Exp2() => Slopes.Map(x, default(Scalar<T, Exp2<T>>), static v => v.Exp2() * T.Log(T.CreateChecked(2)), "Exp2");
    }
}
