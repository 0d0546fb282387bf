using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// h′ = tanh(W x + b + U h + b′), or with ReLU: one step of the simple recurrent net, for loops of one's own.
/// <para>Shares its weights across all steps at which it is used.</para>
/// <para>Shapes: input [N, in], weight_ih [H, in], weight_hh [H, H], biases [H], state [N, H].</para>
/// <para>Parameters: H·(in + H + 2); unshared T times as many.</para>
/// <para>Elman, "Finding structure in time", 1990.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class RnnCell<T> : RecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One step of a simple recurrent net.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units.</param>
    /// <param name="nonlinearity">Tanh (null) or ReLU.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="inputWeight">A weight [H, in] to share instead of one of the cell's own.</param>
    /// <param name="recurrentWeight">A weight [H, H] to share instead of one of the cell's own, for example one through a tying.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">A weight has another shape.</exception>
    public RnnCell(
        int inputs, int hidden, RnnNonlinearity? nonlinearity = null, bool bias = true, Weight<T>? inputWeight = null, Weight<T>? recurrentWeight = null)
        : base((nonlinearity ?? RnnNonlinearity.Tanh).Kind, inputs, hidden, bias, inputWeight, recurrentWeight) =>
        Nonlinearity = nonlinearity ?? RnnNonlinearity.Tanh;

    /// <summary>Tanh or ReLU.</summary>
    public RnnNonlinearity Nonlinearity { get; }

    /// <summary>The next state.</summary>
    /// <param name="input">[N, in], or [in].</param>
    /// <param name="state">[N, H], or [H]; null is zeros.</param>
    /// <param name="step">The number of the step, by which the ledger tells the uses apart; null for none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<T>? state = null, int? step = null) => Run(input, state, null, step).State;

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new RnnCell<TOther>(Inputs, Hidden, Nonlinearity, InputBias is not null, copier.Copy(InputWeight), copier.Copy(RecurrentWeight));
    }
}
