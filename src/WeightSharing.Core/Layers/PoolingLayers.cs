using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Maximum over windows: [N, C, H, W] → [N, C, outH, outW], or of one image [C, H, W] → [C, outH, outW].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Step between windows; null is the kernel size.</param>
/// <param name="padding">At most half the kernel; counts as −∞.</param>
/// <param name="dilation">Step between the elements of a window; null is 1.</param>
/// <param name="ceilMode">Also a last window that is cut off.</param>
public sealed class MaxPool2d<T>(Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null, bool ceilMode = false) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The extent of square windows that lie side by side and are all whole, such as 2 for those of 2×2; 1 for any others.</summary>
    public int SideBySide
        => kernelSize.Height == kernelSize.Width && (stride ?? kernelSize) == kernelSize && padding == default && (dilation ?? 1) == 1 && !ceilMode
            ? kernelSize.Height : 1;

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.MaxPool2d(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new MaxPool2d<TOther>(kernelSize, stride, padding, dilation, ceilMode);
}

/// <summary>Mean over windows: [N, C, H, W] → [N, C, outH, outW], or of one image [C, H, W] → [C, outH, outW].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Step between windows; null is the kernel size.</param>
/// <param name="padding">At most half the kernel; counts as zeros.</param>
/// <param name="ceilMode">Also a last window that is cut off.</param>
/// <param name="countIncludePadding">Divides by the window's extent within the padded input; otherwise by the number of real elements.</param>
public sealed class AveragePool2d<T>(
    Size2 kernelSize, Size2? stride = null, Size2 padding = default, bool ceilMode = false, bool countIncludePadding = true) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.AveragePool2d(kernelSize, stride, padding, ceilMode, countIncludePadding);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AveragePool2d<TOther>(kernelSize, stride, padding, ceilMode, countIncludePadding);
}

/// <summary>Maximum over windows of sequences: [N, C, L] → [N, C, outL], or of one [C, L] → [C, outL].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Step between windows; null is the kernel size.</param>
/// <param name="padding">At most half the kernel; counts as −∞.</param>
/// <param name="dilation">Step between the elements of a window.</param>
/// <param name="ceilMode">Also a last window that is cut off.</param>
public sealed class MaxPool1d<T>(int kernelSize, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.MaxPool1d(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new MaxPool1d<TOther>(kernelSize, stride, padding, dilation, ceilMode);
}

/// <summary>Mean over windows of sequences: [N, C, L] → [N, C, outL], or of one [C, L] → [C, outL].</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Step between windows; null is the kernel size.</param>
/// <param name="padding">At most half the kernel; counts as zeros.</param>
/// <param name="ceilMode">Also a last window that is cut off.</param>
/// <param name="countIncludePadding">Divides by the window's extent within the padded input; otherwise by the number of real elements.</param>
public sealed class AveragePool1d<T>(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePadding = true) : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => input.AveragePool1d(kernelSize, stride, padding, ceilMode, countIncludePadding);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new AveragePool1d<TOther>(kernelSize, stride, padding, ceilMode, countIncludePadding);
}

/// <summary>The maximum of each map: [N, C, ..] → [N, C]. What it returns does not depend on where in the map the maximum lies.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GlobalMaxPool<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => GlobalPooling.Maps(input, "GlobalMaxPool").Max(2);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GlobalMaxPool<TOther>();
}

/// <summary>The mean of each map: [N, C, ..] → [N, C].</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class GlobalAveragePool<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => GlobalPooling.Maps(input, "GlobalAveragePool").Mean(2);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new GlobalAveragePool<TOther>();
}

internal static class GlobalPooling
{
    /// <summary>[N, C, ..] as [N, C, positions].</summary>
    public static Tensor<T> Maps<T>(Tensor<T> input, string layer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 3
            ? input.Flatten(2)
            : throw new ArgumentException($"{layer}: input {input.Shape}; expected [N, C, ..] with at least one spatial dimension.");
    }
}
