using System.Numerics;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Sums of numbers given by their logarithms, elementwise with NumPy broadcasting.</summary>
public static class LogAddExpOperation
{
    extension<T>(Tensor<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = ln(eᵃ + eᵇ)       ∂a += ∂y ⊙ σ(a − b)       ∂b += ∂y ⊙ σ(b − a)
        /// <summary>ln(eᵃ + eᵇ) without overflow, elementwise; the shapes broadcast. Equal infinities stay, and halve the gradient.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> LogAddExp(Tensor<T> b) =>
            Slopes.Combine(a, b, default(LogAddExp<T>), static (a, b) => Difference(a, b).Sigmoid(), static (a, b) => Difference(b, a).Sigmoid(), "LogAddExp");
    }

    // ∞ − ∞ has no value; the halves of equal terms are right for it too.
    private static Tensor<T> Difference<T>(Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<bool> undefined = a.Detach().Equal(b.Detach()).And(a.IsInfinity());
        return undefined.Any() ? Tensor.Where(undefined, Tensor.Scalar(T.Zero), a - b) : a - b;
    }
}
