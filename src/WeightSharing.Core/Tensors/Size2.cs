namespace WeightSharing.Tensors;

/// <summary>A height and a width: a kernel, a stride, a dilation. Converts from one number (a square) and from a pair.</summary>
/// <param name="Height">Extent along the rows' direction (dimension H).</param>
/// <param name="Width">Extent along the columns' direction (dimension W).</param>
public readonly record struct Size2(int Height, int Width)
{
    /// <summary>Height times width.</summary>
    public int Area => Height * Width;

    /// <summary>The same number both ways.</summary>
    public static implicit operator Size2(int size) => new(size, size);

    /// <summary>(height, width).</summary>
    public static implicit operator Size2((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>For example <c>3×5</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";
}
