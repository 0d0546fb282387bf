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

    // ℓ = λ·Σ_t ‖p_{t+1} − p_t‖²       ∂p_t += 2λ∂ℓ·((p_t − p_{t−1}) − (p_{t+1} − p_t))
    /// <summary>
    /// λ·Σ_t ‖p_{t+1} − p_t‖² along the first dimension of each parameter: neighbours may differ, but not much. As λ grows, the entries of all t
    /// become one shared entry. For weights that a recurrent net has of its own at each step, and for all others that are stacked by place.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">λ is not a finite number of at least 0.</exception>
    /// <exception cref="ArgumentException">A parameter is a scalar, which has no first dimension.</exception>
    public static Func<Tensor<T>> RandomWalk<T>(double strength, params IEnumerable<Parameter<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter<T>[] each = [.. parameters];
        foreach (Parameter<T> parameter in each)
        {
            if (parameter.Shape.Rank == 0) throw new ArgumentException($"Penalty.RandomWalk: {parameter} is a scalar; it has no first dimension to walk along.");
        }

        return Over("Penalty.RandomWalk", strength, each, p =>
        {
            if (p.Shape[0] < 2) return Tensor.Scalar(T.Zero);
            Tensor<T> step = p.Slice(0, 1, p.Shape[0]) - p.Slice(0, 0, p.Shape[0] - 1);
            return (step * step).Sum();
        });
    }

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
