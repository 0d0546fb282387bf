using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// r, z = σ(a + q), n = tanh(a + r ⊙ q), h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, with a = W_t x_t + b_t and q = U_t h_{t−1} + b′_t, W, U and the biases
/// of step t alone: the gated recurrent unit unrolled, with weights that vary in time.
/// <para>Shares nothing across time: every step has weights of its own. The baseline of <see cref="Gru{T}"/>.</para>
/// <para>Shapes: input [T, N, in] (or [N, T, in]), weight_ih [T, 3·H, in], weight_hh [T, 3·H, H], biases [T, 3·H] (gates r, z, n), output [T, N,
/// directions·H], state [layers·directions, N, H].</para>
/// <para>Parameters: T·3·H·(in + H + 2) a layer and direction, T times those of the shared net.</para>
/// <para>Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014, in the form of PyTorch and cuDNN.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class UnsharedGru<T> : RecurrentNet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A net for sequences of one length.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units of each layer and direction.</param>
    /// <param name="steps">T: unlike the shared net, this one is made for one length; shorter sequences can be padded to it.</param>
    /// <param name="layers">Layers, each of which reads the states of the one below.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="batchFirst">Inputs and outputs are [N, T, ..].</param>
    /// <param name="dropout">Probability of zero between layers, while training.</param>
    /// <param name="bidirectional">A second direction, from the last step to the first, beside the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the dropout is not in 0 … 1.</exception>
    /// <exception cref="ArgumentException">Dropout with one layer.</exception>
    public UnsharedGru(
        int inputs, int hidden, int steps, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false)
        : this(new(inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, steps), null)
    {
    }

    internal UnsharedGru(RecurrentSettings settings, IReadOnlyList<Weight<T>>? weights)
        : base(RecurrentKind.Gru, settings, weights)
    {
    }

    /// <summary>T.</summary>
    public int Steps => Settings.Steps!.Value;

    /// <summary>All steps of a batch of sequences.</summary>
    /// <param name="input">[T, N, in] (batch first: [N, T, in]), or [T, in] for one sequence.</param>
    /// <param name="state">Initial state [layers·directions, N, H] (for one sequence without N), or null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, or empty for all T: what lies beyond changes nothing, its outputs are zero, and the final
    /// state is the one at the sequence's own end.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the number of steps differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative or beyond the input's steps.</exception>
    public RecurrentOutput<T> Forward(Tensor<T> input, Tensor<T>? state = null, ReadOnlySpan<int> lengths = default)
    {
        (Tensor<T> output, Tensor<T> last, _) = Run(input, state, null, lengths);
        return new RecurrentOutput<T>(output, last);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new UnsharedGru<TOther>(Settings, [.. AllWeights.Select(weight => copier.Copy(weight))]);
    }
}
