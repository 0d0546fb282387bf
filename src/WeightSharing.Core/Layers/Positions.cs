using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y[n, t] = x[n, t] + p[t] with the sines and cosines of <c>Tensor.SinusoidalPositions</c>: [N, L, E] → [N, L, E], of any length, without weights.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="wavelength">The base.</param>
public sealed class SinusoidalEncoding<T>(double wavelength = 10000) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Fewer than two dimensions.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 2
            ? input + Tensor.SinusoidalPositions<T>(input.Shape[^2], input.Shape[^1], wavelength)
            : throw new ArgumentException($"SinusoidalEncoding: input {input.Shape}; expected [.., L, E].", nameof(input));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new SinusoidalEncoding<TOther>(wavelength);
}
