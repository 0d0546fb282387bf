using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// r, z = σ(a + q), n = tanh(a + r ⊙ q), h′ = (1 − z) ⊙ n + z ⊙ h, with a = W x + b and q = U h + b′: one step of the gated recurrent unit.
/// <para>Shares its weights across all steps at which it is used.</para>
/// <para>Shapes: input [N, in], weight_ih [3·H, in], weight_hh [3·H, H], biases [3·H] (gates r, z, n), state [N, H].</para>
/// <para>Parameters: 3·H·(in + H + 2); unshared T times as many.</para>
/// <para>Cho et al. 2014, in the form of PyTorch and cuDNN.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GruCell<T> : RecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One step of a gated recurrent unit.</summary>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="hidden">H: units.</param>
    /// <param name="bias">Adds biases.</param>
    /// <param name="inputWeight">A weight [3·H, in] to share instead of one of the cell's own.</param>
    /// <param name="recurrentWeight">A weight [3·H, H] to share instead of one of the cell's own, for example one through a tying.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">A weight has another shape.</exception>
    public GruCell(
        int inputs, int hidden, bool bias = true, Weight<T>? inputWeight = null, Weight<T>? recurrentWeight = null)
        : base(RecurrentKind.Gru, inputs, hidden, bias, inputWeight, recurrentWeight)
    {
    }

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
        return new GruCell<TOther>(Inputs, Hidden, InputBias is not null, copier.Copy(InputWeight), copier.Copy(RecurrentWeight));
    }
}
