using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = (x − m)/√(v + ε) ⊙ w + b with m and v of each example over its trailing dimensions.
/// <para>Shares scale and shift over all leading dimensions (batch, steps).</para>
/// <para>Shapes: input [.., shape], weight and bias of the normalised shape, output as the input.</para>
/// <para>Parameters: twice the elements of the normalised shape; unshared as many times more as there are places.</para>
/// <para>Ba, Kiros &amp; Hinton, "Layer normalization", 2016.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class LayerNorm<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer normalisation.</summary>
    /// <param name="normalizedShape">The trailing dimensions; a number is the last alone.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">With a weight.</param>
    /// <param name="bias">With a bias, if there is a weight.</param>
    /// <exception cref="ArgumentException">A shape without dimensions.</exception>
    public LayerNorm(Shape normalizedShape, double epsilon = 1e-5, bool affine = true, bool bias = true)
    {
        if (normalizedShape.Rank == 0) throw new ArgumentException("LayerNorm: a normalised shape without dimensions; there must be at least one.", nameof(normalizedShape));
        (NormalizedShape, Epsilon) = (normalizedShape, epsilon);
        if (!affine) return;
        Weight = Register("weight", new Parameter<T>(normalizedShape, Initializer.Ones));
        if (bias) Bias = Register("bias", new Parameter<T>(normalizedShape, Initializer.Zeros));
    }

    /// <summary>The trailing dimensions that are normalised.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>w, or null.</summary>
    public Weight<T>? Weight { get; }

    /// <summary>b, or null.</summary>
    public Weight<T>? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input does not end in the normalised shape.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int lead = input.Rank - NormalizedShape.Rank, positions = lead > 1 ? input.Shape.Slice(1, lead).Count : 1;
        return input.LayerNorm(NormalizedShape, Weight?.Use(positions: positions), Bias?.Use(positions: positions), Epsilon);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new LayerNorm<TOther>(NormalizedShape, Epsilon, Weight is not null, Bias is not null);
}
