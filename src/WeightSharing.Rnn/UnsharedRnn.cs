using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// h_t = tanh(W_t x_t + b_t + U_t h_{t−1} + b′_t), or with ReLU, W, U and the biases of step t alone: the simple recurrent net unrolled, with
/// weights that vary in time.
/// <para>Shares nothing across time: every step has weights of its own. The baseline of <see cref="Rnn{T}"/>.</para>
/// <para>Shapes: input [T, N, in] (or [N, T, in]), weight_ih [T, H, in], weight_hh [T, H, H], biases [T, H], output [T, N, directions·H], state
/// [layers·directions, N, H].</para>
/// <para>Parameters: T·H·(in + H + 2) a layer and direction, T times those of the shared net.</para>
/// <para>Elman, "Finding structure in time", 1990; Le, Jaitly and Hinton 2015 for ReLU.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class UnsharedRnn<T> : RecurrentNet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A net for sequences of one length.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units of each layer and direction.</param>
    /// <param name="steps">T: unlike the shared net, this one is made for one length; shorter sequences can be padded to it.</param>
    /// <param name="layers">Layers, each of which reads the states of the one below.</param>
    /// <param name="nonlinearity">Tanh (null) or ReLU.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="batchFirst">Inputs and outputs are [N, T, ..].</param>
    /// <param name="dropout">Probability of zero between layers, while training.</param>
    /// <param name="bidirectional">A second direction, from the last step to the first, beside the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the dropout is not in 0 … 1.</exception>
    /// <exception cref="ArgumentException">Dropout with one layer.</exception>
    public UnsharedRnn(
        int inputs, int hidden, int steps, int layers = 1, RnnNonlinearity? nonlinearity = null, bool bias = true, bool batchFirst = false, double dropout = 0,
        bool bidirectional = false)
        : this(nonlinearity ?? RnnNonlinearity.Tanh, new(inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, steps), null)
    {
    }

    internal UnsharedRnn(RnnNonlinearity nonlinearity, RecurrentSettings settings, IReadOnlyList<Weight<T>>? weights)
        : base(nonlinearity.Kind, settings, weights) => Nonlinearity = nonlinearity;

    /// <summary>Tanh or ReLU.</summary>
    public RnnNonlinearity Nonlinearity { get; }

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
        return new UnsharedRnn<TOther>(Nonlinearity, Settings, [.. AllWeights.Select(weight => copier.Copy(weight))]);
    }
}
