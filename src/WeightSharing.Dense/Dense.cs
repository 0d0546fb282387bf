using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = x·Wᵀ + b: every output sees every input through a weight of its own.
/// <para>Shares nothing across the elements of an input: the baseline of every other layer. Across leading dimensions (batch, steps) the map is one.</para>
/// <para>Shapes: input [.., in], weight [out, in], bias [out], output [.., out].</para>
/// <para>Parameters: out·in + out; unshared the same.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Dense<T> : Layer<T>, IFusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A dense layer.</summary>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <param name="weight">A weight [outputs, inputs] to share instead of one of the layer's own, for example <c>encoder.Weight.Transposed()</c>.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values; its full shape is [outputs, inputs].</param>
    /// <param name="initializer">First values of the weight; null is <see cref="Initializer.FanInUniform"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of inputs or outputs.</exception>
    /// <exception cref="ArgumentException">The weight or the tying has another shape, or both are given.</exception>
    public Dense(int inputs, int outputs, bool bias = true, Weight<T>? weight = null, Tying? tying = null, Initializer? initializer = null)
    {
        if (inputs < 0) throw new ArgumentOutOfRangeException(nameof(inputs), $"Dense: inputs {inputs}; it must not be negative.");
        if (outputs < 0) throw new ArgumentOutOfRangeException(nameof(outputs), $"Dense: outputs {outputs}; it must not be negative.");
        Weight = Register("weight", WeightSource.For("Dense", [outputs, inputs], new Fan(inputs, outputs), weight, tying, initializer));
        if (bias) Bias = Register("bias", new Parameter<T>(outputs, Initializer.FanInUniform, new Fan(inputs, outputs)));
    }

    /// <summary>[out, in].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, relu: false);

    /// <inheritdoc/>
    public Tensor<T> Forward(Tensor<T> input, ReadOnlySpan<Layer<T>> following, out int taken)
    {
        bool relu = following[0] is Relu<T>;
        taken = relu ? 1 : 0;
        return Forward(input, relu);
    }

    private Tensor<T> Forward(Tensor<T> input, bool relu)
    {
        ArgumentNullException.ThrowIfNull(input);
        // One map over all leading dimensions but the batch: those are the places where it is applied.
        int positions = input.Rank > 2 ? input.Shape.Slice(1, input.Rank - 1).Count : 1;
        return input.Linear(Weight.Use(positions: positions), Bias?.Use(positions: positions), relu);
    }

    // y = X·Wᵀ + b       [rows, out] = [rows, in] · [in, out] + [out], over the entries of X alone
    /// <summary>The layer's output for rows that are mostly zero, such as the words of texts: [rows, in] → [rows, out].</summary>
    /// <exception cref="ArgumentException">The input's width is not the layer's.</exception>
    public Tensor<T> Forward(SparseMatrix<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor<T> y = input.MatMul(Weight.Use().Transpose());
        return Bias is null ? y : y + Bias.Use();
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Dense<TOther>(Weight.Shape[1], Weight.Shape[0], Bias is not null, copier.Copy(Weight));
    }
}
