using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// Terms on chosen parameters that are added to the loss. They see each parameter's free values once, however often it is used, and do not
/// count as a use of it.
/// </summary>
public static class Penalty
{
    // ℓ = λ·Σ p²       ∂p += 2λ∂ℓ·p
    /// <summary>λ·Σ p² over the parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number of at least 0.</exception>
    public static Func<Tensor<T>> L2<T>(double strength, params IEnumerable<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Over("Penalty.L2", strength, parameters, p => (p * p).Sum());

    // ℓ = λ·Σ |p|       ∂p += λ∂ℓ·sign(p), 0 at 0
    /// <summary>λ·Σ |p| over the parameters; the derivative at 0 is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number of at least 0.</exception>
    public static Func<Tensor<T>> L1<T>(double strength, params IEnumerable<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Over("Penalty.L1", strength, parameters, p => (p.Relu() + (-p).Relu()).Sum());

    private static Func<Tensor<T>> Over<T>(string name, double strength, IEnumerable<Parameter<T>> parameters, Func<Tensor<T>, Tensor<T>> term)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        T factor = T.CreateChecked(Hyperparameter.NotNegative(strength, name, "strength"));
        Parameter<T>[] each = [.. parameters.Distinct<Parameter<T>>(ReferenceEqualityComparer.Instance)];
        return () =>
        {
            Tensor<T> sum = Tensor.Scalar(T.Zero);
            foreach (Parameter<T> parameter in each) sum += term(parameter.Value);
            return sum * factor;
        };
    }
}
