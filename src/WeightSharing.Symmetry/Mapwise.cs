using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// A layer of images applied to maps over a group, each element's maps as channels of their own: [N, C, |G|, H, W] → [N, C·|G|, H, W] → layer →
/// [N, C, |G|, outH, outW]. For layers that treat all channels alike and have no weights, such as pooling.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Mapwise<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Layer<T> layer;

    /// <summary>Around a layer from [N, C, H, W] to [N, C, outH, outW], such as <see cref="MaxPool2d{T}"/>.</summary>
    public Mapwise(Layer<T> layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        this.layer = Register("layer", layer);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, C, |G|, H, W], or the layer changes the number of channels.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 5) throw new ArgumentException($"Mapwise: input {input.Shape}; expected [N, C, |G|, H, W].", nameof(input));
        Tensor<T> y = layer.Forward(input.Flatten(1, 2));
        if (y.Rank != 4 || y.Shape[1] != input.Shape[1] * input.Shape[2])
        {
            throw new ArgumentException(
                $"Mapwise: {layer.GetType().Name.Split('`')[0]} made {y.Shape} of input {input.Shape}; it must keep the {input.Shape[1] * input.Shape[2]} maps apart: [N, C·|G|, outH, outW].");
        }

        return y.Reshape([y.Shape[0], input.Shape[1], input.Shape[2], y.Shape[2], y.Shape[3]]);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Mapwise<TOther>(copier.Copy(layer));
    }
}
