using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// i, f, o = σ(a), g = tanh(a), c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ tanh c′, with a = W x + b + U h + b′: one step of long short-term memory.
/// <para>Shares its weights across all steps at which it is used.</para>
/// <para>Shapes: input [N, in], weight_ih [4·H, in], weight_hh [4·H, H], biases [4·H] (gates i, f, g, o), h and c [N, H].</para>
/// <para>Parameters: 4·H·(in + H + 2); unshared T times as many.</para>
/// <para>Hochreiter and Schmidhuber, "Long short-term memory", 1997.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LstmCell<T> : RecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One step of a long short-term memory.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="inputWeight">A weight [4·H, in] to share instead of one of the cell's own.</param>
    /// <param name="recurrentWeight">A weight [4·H, H] to share instead of one of the cell's own, for example one through a tying.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">A weight has another shape.</exception>
    public LstmCell(
        int inputs, int hidden, bool bias = true, Weight<T>? inputWeight = null, Weight<T>? recurrentWeight = null)
        : base(RecurrentKind.Lstm, inputs, hidden, bias, inputWeight, recurrentWeight)
    {
    }

    /// <summary>The next state.</summary>
    /// <param name="input">[N, in], or [in].</param>
    /// <param name="state">h and c, [N, H] or [H]; null is zeros.</param>
    /// <param name="step">The number of the step, by which the ledger tells the uses apart; null for none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public LstmState<T> Forward(Tensor<T> input, LstmState<T>? state = null, int? step = null)
    {
        (Tensor<T> hidden, Tensor<T>? cell) = Run(input, state?.Hidden, state?.Cell, step);
        return new LstmState<T>(hidden, cell!);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new LstmCell<TOther>(Inputs, Hidden, InputBias is not null, copier.Copy(InputWeight), copier.Copy(RecurrentWeight));
    }
}
