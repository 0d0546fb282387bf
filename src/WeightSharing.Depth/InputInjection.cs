using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How a layer that is applied again and again sees the input each time.</summary>
public enum InputInjection
{
    /// <summary>Not at all: f(h).</summary>
    None,

    /// <summary>Added to the state: f(h + x).</summary>
    Add,

    /// <summary>As further features beside the state, along the last dimension: f([h, x]). A dense layer on it has the weights [W_hh, W_ih] of a recurrent net.</summary>
    Concatenate,

    /// <summary>As further channels beside the state, along dimension 1: f([h, x]) for images.</summary>
    ConcatenateChannels,
}

/// <summary>What a layer that is applied again is given.</summary>
internal static class Injected
{
    public static Tensor<T> Operand<T>(string layer, InputInjection injection, Tensor<T> state, Tensor<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (injection)
        {
            case InputInjection.None:
                return state;
            case InputInjection.Add when state.Shape != input.Shape:
                // Broadcasting would hide a mistake.
                throw new ArgumentException($"{layer}: the input {input.Shape} is added to a state {state.Shape}; they must be equal. Change the input's shape before, or use InputInjection.Concatenate.");
            case InputInjection.Add:
                return state + input;
            default:
                return Tensor.Concat([state, input], injection == InputInjection.Concatenate ? -1 : 1);
        }
    }
}
