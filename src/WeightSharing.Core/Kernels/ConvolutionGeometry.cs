namespace WeightSharing.Kernels;

/// <summary>
/// Geometry of a two-dimensional cross-correlation over dense row-major [batch, channel, row, column]; one dimension is
/// Height = KernelHeight = 1. Padding is zeros only: other modes are a separate padding step before.
/// </summary>
/// <remarks>
/// oH = ⌊(H + top + bottom − dilation·(kH − 1) − 1) / stride⌋ + 1, and 0 where the dilated kernel does not fit; oW likewise.
/// Any extent except strides, dilations and groups may be zero.
/// </remarks>
internal record struct ConvolutionGeometry
{
    public ConvolutionGeometry()
    {
    }

    public int Batch = 1;
    public int InputChannels = 1;
    public int Height = 1;
    public int Width = 1;
    public int OutputChannels = 1;
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
    public int Groups = 1;

    public readonly int OutputHeight => OutputExtent(Height + PaddingTop + PaddingBottom, KernelHeight, DilationHeight, StrideHeight);
    public readonly int OutputWidth => OutputExtent(Width + PaddingLeft + PaddingRight, KernelWidth, DilationWidth, StrideWidth);

    public readonly int InputChannelsPerGroup => InputChannels / Groups;
    public readonly int OutputChannelsPerGroup => OutputChannels / Groups;
    public readonly int KernelSize => KernelHeight * KernelWidth;

    /// <summary>Entries of one filter: Cin/groups · kH · kW.</summary>
    public readonly int PatchSize => InputChannelsPerGroup * KernelSize;

    public readonly int InputPlane => Height * Width;
    public readonly int OutputPlane => OutputHeight * OutputWidth;
    public readonly long InputLength => (long)Batch * InputChannels * InputPlane;
    public readonly long OutputLength => (long)Batch * OutputChannels * OutputPlane;
    public readonly long WeightLength => (long)OutputChannels * PatchSize;

    /// <summary>Multiply-adds of one pass, counting those on padding.</summary>
    public readonly double Work => (double)OutputLength * PatchSize;

    /// <summary>Throws when the geometry itself is no cross-correlation.</summary>
    public readonly void Validate(string operation)
    {
        if (Batch < 0 || InputChannels < 0 || OutputChannels < 0 || Height < 0 || Width < 0 || KernelHeight < 0 || KernelWidth < 0)
            throw new ArgumentException($"{operation}: extents must not be negative: {this}.");
        if (PaddingTop < 0 || PaddingBottom < 0 || PaddingLeft < 0 || PaddingRight < 0)
            throw new ArgumentException($"{operation}: padding must not be negative: {this}; crop the input before instead.");
        if (StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
            throw new ArgumentException($"{operation}: strides and dilations must be at least 1: {this}.");
        if (Groups < 1 || InputChannels % Groups != 0 || OutputChannels % Groups != 0)
            throw new ArgumentException(
                $"{operation}: {Groups} groups must divide the {InputChannels} input and the {OutputChannels} output channels.");
        if (InputLength > int.MaxValue || OutputLength > int.MaxValue || WeightLength > int.MaxValue)
            throw new ArgumentException($"{operation}: more than {int.MaxValue} elements in one tensor: {this}; split the batch.");
    }

    /// <summary>Throws when an operand's length is not what the geometry says.</summary>
    public static void Expect(string operation, string operand, long expected, int actual)
    {
        if (expected != actual)
            throw new ArgumentException($"{operation}: {operand} has {actual} elements; the geometry needs {expected}.");
    }

    private static int OutputExtent(int padded, int kernel, int dilation, int stride)
    {
        int free = padded - dilation * (kernel - 1) - 1;
        return free < 0 ? 0 : free / stride + 1;
    }
}
