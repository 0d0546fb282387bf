using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = f(x) + g(x): a layer and a shortcut around it, the identity unless given.
/// <para>Shares nothing of its own; the layer may be one that stands elsewhere too.</para>
/// <para>Shapes: f and g give equal shapes.</para>
/// <para>Parameters: those of f under <c>body</c> and of g under <c>shortcut</c>.</para>
/// <para>He et al., "Deep residual learning for image recognition", 2016.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Residual<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer with a shortcut.</summary>
    /// <param name="body">f.</param>
    /// <param name="shortcut">g, such as a 1×1 convolution where shapes change; null is the identity.</param>
    public Residual(Layer<T> body, Layer<T>? shortcut = null)
    {
        Body = Register("body", body);
        if (shortcut is not null) Shortcut = Register("shortcut", shortcut);
    }

    /// <summary>f.</summary>
    public Layer<T> Body { get; }

    /// <summary>g, or null for the identity.</summary>
    public Layer<T>? Shortcut { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The two branches give different shapes.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor<T> y = Body.Forward(input), around = Shortcut?.Forward(input) ?? input;
        // Broadcasting would hide a mistake.
        return y.Shape == around.Shape
            ? y + around
            : throw new ArgumentException($"Residual: the body gives {y.Shape}, the shortcut {around.Shape} for input {input.Shape}; they must be equal. Give a shortcut that changes the shape alike.", nameof(input));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new Residual<TOther>(copier.Copy(Body), copier.Copy(Shortcut));
    }
}
