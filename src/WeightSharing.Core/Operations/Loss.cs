using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>What a loss does with its values.</summary>
public enum LossReduction
{
    /// <summary>Their mean, a scalar.</summary>
    Mean,

    /// <summary>Their sum, a scalar.</summary>
    Sum,

    /// <summary>Nothing: one value each.</summary>
    None,
}

/// <summary>Functions that training makes small.</summary>
public static partial class Loss
{
    /// <summary>Applies a reduction to the values of a loss.</summary>
    /// <exception cref="InvalidOperationException">A mean over nothing.</exception>
    private static Tensor<T> Reduce<T>(Tensor<T> values, LossReduction reduction, string loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => reduction switch
        {
            LossReduction.None => values,
            LossReduction.Sum => values.Sum(),
            _ => RequireValues(values, loss).Mean(),
        };

    /// <summary>max(0, x), which is as in PyTorch still differentiated as x at 0: pairs that tie are told apart.</summary>
    private static Tensor<T> Hinge<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Clamp(T.Zero, T.PositiveInfinity);

    private static Tensor<T> RequireValues<T>(Tensor<T> values, string loss)
        where T : unmanaged => values.Count > 0
        ? values
        : throw new InvalidOperationException($"{loss}: the mean over nothing (shape {values.Shape}) is undefined; use LossReduction.Sum, or skip the empty batch.");
}
