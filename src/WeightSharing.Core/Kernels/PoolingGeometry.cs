namespace WeightSharing.Kernels;

/// <summary>
/// Geometry of a pooling over planes [planes, H, W] → [planes, oH, oW], planes = batch · channels. The caller decides on ceil mode by the
/// output extents that it passes; every window must begin inside the input or its top and left padding.
/// </summary>
internal record struct PoolingGeometry
{
    public PoolingGeometry()
    {
    }

    public int Planes = 1;
    public int Height = 1;
    public int Width = 1;
    public int OutputHeight = 1;
    public int OutputWidth = 1;
    public int KernelHeight = 1;
    public int KernelWidth = 1;
    public int StrideHeight = 1;
    public int StrideWidth = 1;
    public int DilationHeight = 1;
    public int DilationWidth = 1;
    public int PaddingTop;
    public int PaddingBottom;
    public int PaddingLeft;
    public int PaddingRight;

    public readonly int InputPlane => Height * Width;
    public readonly int OutputPlane => OutputHeight * OutputWidth;
    public readonly long InputLength => (long)Planes * InputPlane;
    public readonly long OutputLength => (long)Planes * OutputPlane;

    /// <summary>The correlation of single planes with these windows: its offsets and padded planes serve pooling as well.</summary>
    public readonly ConvolutionGeometry Windows => new()
    {
        Batch = Planes,
        Height = Height,
        Width = Width,
        KernelHeight = KernelHeight,
        KernelWidth = KernelWidth,
        StrideHeight = StrideHeight,
        StrideWidth = StrideWidth,
        DilationHeight = DilationHeight,
        DilationWidth = DilationWidth,
        PaddingTop = PaddingTop,
        PaddingLeft = PaddingLeft,
        // Negative where the last rows or columns are in no window.
        PaddingBottom = (OutputHeight - 1) * StrideHeight + (KernelHeight - 1) * DilationHeight + 1 - Height - PaddingTop,
        PaddingRight = (OutputWidth - 1) * StrideWidth + (KernelWidth - 1) * DilationWidth + 1 - Width - PaddingLeft,
    };

    /// <summary>Throws when the geometry has a window without any element of the input, or makes no sense.</summary>
    public readonly void Validate(string operation)
    {
        if (Planes < 0 || Height < 0 || Width < 0 || OutputHeight < 0 || OutputWidth < 0)
            throw new ArgumentException($"{operation}: extents must not be negative: {this}.");
        if (PaddingTop < 0 || PaddingBottom < 0 || PaddingLeft < 0 || PaddingRight < 0)
            throw new ArgumentException($"{operation}: padding must not be negative: {this}; crop the input before instead.");
        if (KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
            throw new ArgumentException($"{operation}: kernels, strides and dilations must be at least 1: {this}.");
        if (InputLength > int.MaxValue || OutputLength > int.MaxValue)
            throw new ArgumentException($"{operation}: more than {int.MaxValue} elements in one tensor: {this}; split the batch.");
        if (!Covers)
            throw new ArgumentException($"{operation}: a window holds no element of the input: {this}; reduce the padding or the output.");
    }

    /// <summary>Whether every window holds an element of the input.</summary>
    public readonly bool Covers => OutputLength <= 0
        || (Covered(OutputHeight, Height, KernelHeight, StrideHeight, DilationHeight, PaddingTop)
            && Covered(OutputWidth, Width, KernelWidth, StrideWidth, DilationWidth, PaddingLeft));

    /// <summary>First and one past the last tap of the window of output <paramref name="index"/> that lie inside [0, extent).</summary>
    public static (int First, int End) Taps(int index, int extent, int kernel, int stride, int dilation, int padding)
    {
        int origin = index * stride - padding;
        int first = origin >= 0 ? 0 : (-origin + dilation - 1) / dilation;
        int end = origin >= extent ? 0 : (extent - origin + dilation - 1) / dilation;
        return (first, Math.Min(end, kernel));
    }

    /// <summary>
    /// Extent of the window of output <paramref name="index"/> in the divisor of a mean: clipped to the padded input where padding counts,
    /// else to the input.
    /// </summary>
    public static int Divisor(int index, int extent, int kernel, int stride, int before, int after, bool countIncludePad)
    {
        int origin = index * stride - before, end = origin + kernel;
        return countIncludePad ? Math.Min(end, extent + after) - origin : Math.Min(end, extent) - Math.Max(origin, 0);
    }

    private static bool Covered(int outputs, int extent, int kernel, int stride, int dilation, int padding)
    {
        for (int index = 0; index < outputs; index++)
        {
            (int first, int end) = Taps(index, extent, kernel, stride, dilation, padding);
            if (first >= end) return false;
        }

        return true;
    }
}
