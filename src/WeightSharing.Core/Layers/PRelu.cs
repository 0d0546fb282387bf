using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = x where positive, w·x elsewhere, with a slope that is learned, one for all or one a channel.
/// <para>Shares the slope over batch and positions, and over channels when there is one for all.</para>
/// <para>Shapes: input [N, C, ..] (any shape for one slope), weight [slopes], output as the input.</para>
/// <para>Parameters: 1 or C; unshared one for every element of an example.</para>
/// <para>He et al., "Delving deep into rectifiers", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class PRelu<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double first;

    /// <summary>A ReLU with learned slopes below zero.</summary>
    /// <param name="slopes">1, or the number of channels.</param>
    /// <param name="first">What the slopes start from.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one slope.</exception>
    public PRelu(int slopes = 1, double first = 0.25)
    {
        if (slopes < 1) throw new ArgumentOutOfRangeException(nameof(slopes), $"PRelu: {slopes} slopes; there must be at least 1.");
        this.first = first;
        Weight = Register("weight", new Parameter<T>(slopes, Initializer.Constant(first)));
    }

    /// <summary>The slopes, [1] or [C].</summary>
    public Weight<T> Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The channels are not as many as the slopes.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int slopes = Weight.Shape[0], channels = input.Rank > 1 ? 1 : 0;
        if (slopes > 1 && (input.Rank == 0 || input.Shape[channels] != slopes))
        {
            throw new ArgumentException($"PRelu: {slopes} slopes for input {input.Shape}; expected [N, C, ..] with as many channels, or one slope.", nameof(input));
        }

        int examples = input.Rank > 1 ? Math.Max(1, input.Shape[0]) : 1;
        Tensor<T> weight = Weight.Use(positions: Math.Max(1, input.Count / examples / slopes));
        if (slopes > 1)
        {
            int[] across = new int[input.Rank];
            Array.Fill(across, 1);
            across[channels] = slopes;
            weight = weight.Reshape(across);
        }

        // What lies at 0 counts to the slope's side, as in PyTorch.
        return Tensor.Where(input.Greater(T.Zero), input, weight * input);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new PRelu<TOther>(Weight.Shape[0], first);
}
