using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Log-odds of probabilities, elementwise.</summary>
public static class LogitOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = ln(x / (1 − x))       ∂x += ∂y / (x(1 − x))
        /// <summary>ln(x / (1 − x)), the inverse of the sigmoid, without cancellation near ½: −∞ at 0, ∞ at 1, NaN outside.</summary>
        public Tensor<T> Logit() => Slopes.Map(x, default(Logit<T>), static v => T.One / (v * (T.One - v)), "Logit");

        /// <summary>The log-odds of x limited to [ε, 1 − ε]; the gradient beyond the limits is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">ε lies outside [0, ½].</exception>
        public Tensor<T> Logit(T epsilon) => epsilon >= T.Zero && epsilon <= T.CreateChecked(0.5)
            ? x.Clamp(epsilon, T.One - epsilon).Logit()
            : throw new ArgumentOutOfRangeException(nameof(epsilon), $"Logit: ε {epsilon}; it must lie between 0 and ½.");
    }
}
