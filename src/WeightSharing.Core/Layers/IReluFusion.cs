using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// A layer that can cut off what is negative in the pass that computes its output. A <see cref="Sequential{T}"/> asks for it where a
/// <see cref="Relu{T}"/> follows: the result, its gradients, the names of the layers and what the ledger notes are those of both one after the other,
/// without a second walk through memory.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public interface IReluFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>max(0, ·) of the layer's output for an input.</summary>
    Tensor<T> ForwardRelu(Tensor<T> input);
}
