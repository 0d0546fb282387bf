using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Means over a grid of windows that cover the image, whatever its size: [N, C, H, W] → [N, C, height, width], or [C, H, W] → [C, height, width].
/// Window i of n takes pixels ⌊i·H/n⌋ to ⌈(i + 1)·H/n⌉ − 1, so that neighbours may overlap.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="outputSize">Rows and columns of the grid.</param>
public sealed class AdaptiveAveragePool2d<T>(Size2 outputSize) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No image, or a grid without windows.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank is not (3 or 4) || outputSize.Height < 1 || outputSize.Width < 1 || input.Shape[-1] < 1 || input.Shape[-2] < 1)
        {
            throw new ArgumentException(
                $"AdaptiveAveragePool2d: input {input.Shape} to {outputSize}; expected [N, C, H, W] or [C, H, W] with pixels, and a size of at least 1.");
        }

        // y = R·x·Kᵀ: rows and columns are averaged apart, since a window is their product.
        return Means(outputSize.Height, input.Shape[-2]).MatMul(input).MatMul(Means(outputSize.Width, input.Shape[-1]).Transpose());
    }

    private static Tensor<T> Means(int windows, int extent)
    {
        var matrix = new T[windows * extent];
        for (int i = 0; i < windows; i++)
        {
            int start = (int)((long)i * extent / windows), end = (int)(((i + 1L) * extent + windows - 1) / windows);
            matrix.AsSpan(i * extent + start, end - start).Fill(T.One / T.CreateChecked(end - start));
        }

        return Tensor.From(matrix, [windows, extent]);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AdaptiveAveragePool2d<TOther>(outputSize);
}
