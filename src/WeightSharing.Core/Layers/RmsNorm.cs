using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = x / √(mean x² + ε) ⊙ w, the mean of each example over its trailing dimensions.
/// <para>Shares the scale over all leading dimensions (batch, steps).</para>
/// <para>Shapes: input [.., shape], weight of the normalised shape, output as the input.</para>
/// <para>Parameters: the elements of the normalised shape; unshared as many times more as there are places.</para>
/// <para>Zhang &amp; Sennrich, "Root mean square layer normalization", 2019.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class RmsNorm<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A normalisation to root mean square 1.</summary>
    /// <param name="normalizedShape">The trailing dimensions; a number is the last alone.</param>
    /// <param name="epsilon">Added to the mean square; null is the distance from 1 to the next number of the element type.</param>
    /// <param name="affine">With a weight.</param>
    /// <exception cref="ArgumentException">A shape without dimensions.</exception>
    public RmsNorm(Shape normalizedShape, double? epsilon = null, bool affine = true)
    {
        if (normalizedShape.Rank == 0) throw new ArgumentException("RmsNorm: a normalised shape without dimensions; there must be at least one.", nameof(normalizedShape));
        (NormalizedShape, Epsilon) = (normalizedShape, epsilon);
        if (affine) Weight = Register("weight", new Parameter<T>(normalizedShape, Initializer.Ones));
    }

    /// <summary>The trailing dimensions that are normalised.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the mean square, or null.</summary>
    public double? Epsilon { get; }

    /// <summary>w, or null.</summary>
    public Weight<T>? Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input does not end in the normalised shape.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int lead = LayerNormOperation.LeadingDimensions(input.Shape, NormalizedShape, "RmsNorm", nameof(input));
        int[] trailing = [.. Enumerable.Range(lead, NormalizedShape.Rank)];
        T epsilon = Epsilon is { } given ? T.CreateChecked(given) : T.BitIncrement(T.One) - T.One;
        Tensor<T> y = input / ((input * input).Mean(trailing, keepDimensions: true) + epsilon).Sqrt();
        return Weight is null ? y : y * Weight.Use(positions: lead > 1 ? input.Shape.Slice(1, lead).Count : 1);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new RmsNorm<TOther>(NormalizedShape, Epsilon, Weight is not null);
}
