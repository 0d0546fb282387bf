using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How pixels between pixels are found.</summary>
public enum UpsampleMode
{
    /// <summary>The nearest pixel above and to the left.</summary>
    Nearest,

    /// <summary>Between the four pixels around.</summary>
    Bilinear,
}

/// <summary>Larger images: [N, C, H, W] → [N, C, H·s, W·s].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="scale">s, by rows and columns.</param>
/// <param name="mode">How pixels between pixels are found.</param>
/// <param name="alignCorners">For bilinear: the centres of the corner pixels coincide; otherwise the corners of the images do.</param>
public sealed class Upsample<T>(Size2 scale, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No images, or a scale below 1.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 4 || scale.Height < 1 || scale.Width < 1)
        {
            throw new ArgumentException($"Upsample: input {input.Shape} by {scale}; expected [N, C, H, W] and a scale of at least 1.", nameof(input));
        }

        Size2 size = (input.Shape[2] * scale.Height, input.Shape[3] * scale.Width);
        return mode == UpsampleMode.Nearest ? input.ResizeNearest(size) : input.ResizeBilinear(size, alignCorners);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Upsample<TOther>(scale, mode, alignCorners);
}
