using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// A layer that can do the work of layers behind it together with its own, such as cutting off what is negative. A <see cref="Sequential{T}"/> shows it
/// what follows: the result, its gradients, the names of the layers and what the ledger notes are those of all of them one after the other, without a
/// tensor for each.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public interface IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The output of this layer and of as many of the following ones as it takes.</summary>
    /// <param name="input">The input of this layer.</param>
    /// <param name="following">The layers behind this one, in order; at least one.</param>
    /// <param name="taken">How many of them are in the result.</param>
    Tensor<T> Forward(Tensor<T> input, ReadOnlySpan<Layer<T>> following, out int taken);
}
