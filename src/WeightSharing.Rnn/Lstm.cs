using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// i, f, o = σ(a), g = tanh(a), c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t, with a = W x_t + b + U h_{t−1} + b′: long short-term memory.
/// <para>Shares W, U and the biases across all steps of a sequence: the net does the same wherever it is in time.</para>
/// <para>Shapes: input [T, N, in] (or [N, T, in]), weight_ih [4·H, in], weight_hh [4·H, H], biases [4·H] (gates i, f, g, o), output [T, N,
/// directions·H], state [layers·directions, N, H].</para>
/// <para>Parameters: 4·H·(in + H + 2) a layer and direction; unshared (<see cref="UnsharedLstm{T}"/>) T times as many.</para>
/// <para>Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber and Cummins 2000 for the forget gate.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Lstm<T> : RecurrentNet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A long short-term memory.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units of each layer and direction.</param>
    /// <param name="layers">Layers, each of which reads the states of the one below.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="batchFirst">Inputs and outputs are [N, T, ..].</param>
    /// <param name="dropout">Probability of zero between layers, while training.</param>
    /// <param name="bidirectional">A second direction, from the last step to the first, beside the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the dropout is not in 0 … 1.</exception>
    /// <exception cref="ArgumentException">Dropout with one layer.</exception>
    public Lstm(
        int inputs, int hidden, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false)
        : this(new(inputs, hidden, layers, bias, batchFirst, dropout, bidirectional), null)
    {
    }

    internal Lstm(RecurrentSettings settings, IReadOnlyList<Weight<T>>? weights)
        : base(RecurrentKind.Lstm, settings, weights)
    {
    }

    /// <summary>All steps of a batch of sequences.</summary>
    /// <param name="input">[T, N, in] (batch first: [N, T, in]), or [T, in] for one sequence.</param>
    /// <param name="state">Initial h and c, [layers·directions, N, H] each (for one sequence without N), or null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, or empty for all T: what lies beyond changes nothing, its outputs are zero, and the final
    /// state is the one at the sequence's own end.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no steps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative or beyond the input's steps.</exception>
    public LstmOutput<T> Forward(Tensor<T> input, LstmState<T>? state = null, ReadOnlySpan<int> lengths = default)
    {
        (Tensor<T> output, Tensor<T> hidden, Tensor<T>? cell) = Run(input, state?.Hidden, state?.Cell, lengths);
        return new LstmOutput<T>(output, new LstmState<T>(hidden, cell!));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Lstm<TOther>(Settings, [.. AllWeights.Select(weight => copier.Copy(weight))]);
    }
}
