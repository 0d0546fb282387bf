using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What a recurrent net gives for a batch of sequences.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Output">The last layer's states after each step, both directions side by side: [T, N, directions·H] or, batch first, [N, T,
/// directions·H]; zero beyond a sequence's end.</param>
/// <param name="State">Each layer's and direction's final state, [layers·directions, N, H].</param>
public readonly record struct RecurrentOutput<T>(Tensor<T> Output, Tensor<T> State)
    where T : unmanaged;

/// <summary>What an LSTM gives for a batch of sequences.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Output">The last layer's hidden states after each step, as in <see cref="RecurrentOutput{T}"/>.</param>
/// <param name="State">Each layer's and direction's final state.</param>
public readonly record struct LstmOutput<T>(Tensor<T> Output, LstmState<T> State)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>The state of an LSTM: of a net [layers·directions, N, H] each, of a cell [N, H] each.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Hidden">h, which is also the output.</param>
/// <param name="Cell">c, which runs through the gates alone.</param>
public readonly record struct LstmState<T>(Tensor<T> Hidden, Tensor<T> Cell)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The same values without history: the gradient of what comes after stops here (truncated backpropagation through time).</summary>
    public LstmState<T> Detach() => new(Hidden.Detach(), Cell.Detach());
}
