using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// yₒ = aᵀ·Wₒ·b + bₒ: every output sees every product of an element of one input with one of the other.
/// <para>Shares nothing across the elements; across leading dimensions (batch, steps) the map is one.</para>
/// <para>Shapes: inputs [.., in₁] and [.., in₂], weight [out, in₁, in₂], bias [out], output [.., out].</para>
/// <para>Parameters: out·in₁·in₂ + out; unshared the same.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Bilinear<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A bilinear map.</summary>
    /// <param name="first">in₁.</param>
    /// <param name="second">in₂.</param>
    /// <param name="outputs">out.</param>
    /// <param name="bias">Adds a bias.</param>
    /// <param name="weight">A weight [outputs, first, second] to share instead of one of the layer's own.</param>
    /// <param name="tying">How the layer's own weight follows from fewer free values.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1.</exception>
    /// <exception cref="ArgumentException">The weight or the tying has another shape, or both are given.</exception>
    public Bilinear(int first, int second, int outputs, bool bias = true, Weight<T>? weight = null, Tying? tying = null)
    {
        if (Math.Min(first, Math.Min(second, outputs)) < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"Bilinear: {first} and {second} inputs, {outputs} outputs; each must be at least 1.");
        }

        var fan = new Fan(first, outputs);
        Weight = Register("weight", WeightSource.For("Bilinear", [outputs, first, second], fan, weight, tying, null));
        if (bias) Bias = Register("bias", new Parameter<T>(outputs, Initializer.FanInUniform, fan));
    }

    /// <summary>[out, in₁, in₂].</summary>
    public Weight<T> Weight { get; }

    /// <summary>[out], or null.</summary>
    public Weight<T>? Bias { get; }

    // y = Σ_ij a_i·W_oij·b_j + b       [.., out]
    /// <summary>The output for two inputs: [.., in₁], [.., in₂] → [.., out].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> first, Tensor<T> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Shape w = Weight.Shape;
        if (first.Rank == 0 || first.Rank != second.Rank || first.Shape[^1] != w[1] || second.Shape[^1] != w[2]
            || first.Shape.Slice(0, first.Rank - 1) != second.Shape.Slice(0, second.Rank - 1))
        {
            throw new ArgumentException($"Bilinear: inputs {first.Shape} and {second.Shape}; expected [.., {w[1]}] and [.., {w[2]}] with equal leading dimensions.");
        }

        int positions = first.Rank > 2 ? first.Shape.Slice(1, first.Rank - 1).Count : 1;
        Tensor<T> y = Tensor.Einsum("...i,oij,...j->...o", first, Weight.Use(positions: positions), second);
        return Bias is null ? y : y + Bias.Use(positions: positions);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Bilinear<TOther>(Weight.Shape[1], Weight.Shape[2], Weight.Shape[0], Bias is not null, copier.Copy(Weight));
    }
}
