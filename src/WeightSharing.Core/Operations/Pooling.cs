using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>What maximum and average pooling have in common: the geometry of their windows.</summary>
internal static class Pooling
{
    /// <exception cref="ArgumentException">Not [N, C, H, W], a kernel larger than the padded input, or padding of more than half the kernel.</exception>
    public static PoolingGeometry Geometry(string operation, in Shape x, Size2 kernel, Size2 stride, Size2 padding, Size2 dilation, bool ceilMode)
    {
        if (x.Rank != 4) throw new ArgumentException($"{operation}: input {x}; expected [N, C, H, W] or [C, H, W].");
        ConvolutionOperation.RequireSteps(operation, stride, dilation);
        if (kernel.Height < 1 || kernel.Width < 1) throw new ArgumentOutOfRangeException(nameof(kernel), $"{operation}: kernel {kernel}; it must be at least 1.");
        if (padding.Height < 0 || padding.Width < 0 || 2 * padding.Height > kernel.Height || 2 * padding.Width > kernel.Width)
        {
            throw new ArgumentOutOfRangeException(nameof(padding), $"{operation}: padding {padding}; it must lie between 0 and half the kernel {kernel}, so that every window holds an element.");
        }

        // A window that is cut off may reach behind the padded input by less than a step.
        Padding2d room = ceilMode
            ? Padding2d.Of(padding.Width, padding.Width + stride.Width - 1, padding.Height, padding.Height + stride.Height - 1)
            : (padding.Height, padding.Width);
        ConvolutionOperation.RequireRoom(operation, x, kernel, dilation, room);
        var geometry = new PoolingGeometry
        {
            Planes = x[0] * x[1],
            Height = x[2],
            Width = x[3],
            OutputHeight = Extent(x[2], kernel.Height, stride.Height, padding.Height, dilation.Height, ceilMode),
            OutputWidth = Extent(x[3], kernel.Width, stride.Width, padding.Width, dilation.Width, ceilMode),
            KernelHeight = kernel.Height,
            KernelWidth = kernel.Width,
            StrideHeight = stride.Height,
            StrideWidth = stride.Width,
            DilationHeight = dilation.Height,
            DilationWidth = dilation.Width,
            PaddingTop = padding.Height,
            PaddingBottom = padding.Height,
            PaddingLeft = padding.Width,
            PaddingRight = padding.Width,
        };
        // Taps far apart may pass the input by.
        return geometry.Covers ? geometry : throw new ArgumentException(
            $"{operation}: a window of kernel {kernel} with dilation {dilation} and stride {stride} holds no element of input {x}; pad or dilate less.");
    }

    /// <summary>Sequences as images of one row.</summary>
    /// <exception cref="ArgumentException">Neither [N, C, L] nor [C, L].</exception>
    public static Tensor<T> AsRow<T>(string operation, Tensor<T> x)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank is 2 or 3 ? x.Unsqueeze(-2) : throw new ArgumentException($"{operation}: input {x.Shape}; expected [N, C, L] or [C, L].");
    }

    private static int Extent(int input, int kernel, int stride, int padding, int dilation, bool ceilMode)
    {
        int room = input + 2 * padding - dilation * (kernel - 1) - 1;
        int extent = (ceilMode ? room + stride - 1 : room) / stride + 1;
        // A last window that would begin in the padding behind the input is dropped.
        return ceilMode && (extent - 1) * stride >= input + padding ? extent - 1 : extent;
    }
}
