namespace WeightSharing.Tensors;

/// <summary>A height and a width: a kernel, a stride, a dilation. Converts from one number (a square) and from a pair.</summary>
/// <param name="Height">Extent along the rows' direction (dimension H).</param>
/// <param name="Width">Extent along the columns' direction (dimension W).</param>
public readonly record struct Size2(int Height, int Width)
{
    /// <summary>Height times width.</summary>
    public int Area => Height * Width;

    /// <summary>How many windows fit, down and across, when this is the extent of an image.</summary>
    /// <param name="kernel">Extent of a window.</param>
    /// <param name="stride">Step between windows; null is 1.</param>
    /// <param name="padding">Added around the image.</param>
    /// <param name="dilation">Step between the elements of a window; null is 1.</param>
    /// <exception cref="ArgumentException">The dilated kernel is larger than the padded image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Kernel, stride or dilation is below 1.</exception>
    public Size2 Windows(Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null)
    {
        (Size2 step, Size2 spread) = (stride ?? 1, dilation ?? 1);
        ConvolutionOperation.RequireSteps("Windows", step, spread);
        Padding2d sides = padding.Resolve(kernel, spread);
        ConvolutionOperation.RequireRoom("Windows", [1, 1, Height, Width], kernel, spread, sides);
        return (
            (Height + sides.Top + sides.Bottom - spread.Height * (kernel.Height - 1) - 1) / step.Height + 1,
            (Width + sides.Left + sides.Right - spread.Width * (kernel.Width - 1) - 1) / step.Width + 1);
    }

    /// <summary>The same number both ways.</summary>
    public static implicit operator Size2(int size) => new(size, size);

    /// <summary>(height, width).</summary>
    public static implicit operator Size2((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>For example <c>3×5</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";
}
