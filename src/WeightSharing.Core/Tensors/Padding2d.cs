namespace WeightSharing.Tensors;

/// <summary>What stands in the border that padding adds.</summary>
public enum PaddingMode
{
    /// <summary>A constant, 0 unless said otherwise.</summary>
    Constant,

    /// <summary>Mirrored without repeating the edge: <c>c b | a b c | b a</c>.</summary>
    Reflect,

    /// <summary>The edge repeated: <c>a a | a b c | c c</c>.</summary>
    Replicate,

    /// <summary>Wrapped around: <c>b c | a b c | a b</c>.</summary>
    Circular,
}

/// <summary>
/// Padding of the two spatial dimensions, each side on its own, or <see cref="Same"/>: as much as keeps the extent at stride 1.
/// Converts from one number, and from (height, width).
/// </summary>
public readonly record struct Padding2d
{
    private Padding2d(int left, int right, int top, int bottom, bool same)
    {
        if (left < 0 || right < 0 || top < 0 || bottom < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(left),
                $"Padding2d: left {left}, right {right}, top {top}, bottom {bottom}; none may be negative (crop with Slice).");
        }

        (Left, Right, Top, Bottom, IsSame) = (left, right, top, bottom, same);
    }

    /// <summary>Columns added on the left.</summary>
    public int Left { get; }

    /// <summary>Columns added on the right.</summary>
    public int Right { get; }

    /// <summary>Rows added at the top.</summary>
    public int Top { get; }

    /// <summary>Rows added at the bottom.</summary>
    public int Bottom { get; }

    /// <summary>True for <see cref="Same"/>, whose numbers follow from kernel and dilation.</summary>
    public bool IsSame { get; }

    /// <summary>Nothing added.</summary>
    public static Padding2d None => default;

    /// <summary>
    /// In all dilation·(kernel − 1), the smaller half on the left and at the top: at stride 1 the output is as large as the input.
    /// </summary>
    public static Padding2d Same => new(0, 0, 0, 0, same: true);

    /// <summary>Each side on its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is negative.</exception>
    public static Padding2d Of(int left, int right, int top, int bottom) => new(left, right, top, bottom, same: false);

    /// <summary>The same on all four sides.</summary>
    public static implicit operator Padding2d(int padding) => Of(padding, padding, padding, padding);

    /// <summary>(height, width): top and bottom, left and right.</summary>
    public static implicit operator Padding2d((int Height, int Width) padding) =>
        Of(padding.Width, padding.Width, padding.Height, padding.Height);

    /// <summary>The numbers, with <see cref="Same"/> worked out for this kernel and dilation.</summary>
    public Padding2d Resolve(Size2 kernel, Size2 dilation)
    {
        if (!IsSame) return this;
        int width = dilation.Width * (kernel.Width - 1), height = dilation.Height * (kernel.Height - 1);
        return Of(width / 2, width - width / 2, height / 2, height - height / 2);
    }

    /// <summary>For example <c>left 1, right 1, top 0, bottom 0</c>.</summary>
    public override string ToString() => IsSame ? "same" : $"left {Left}, right {Right}, top {Top}, bottom {Bottom}";
}
