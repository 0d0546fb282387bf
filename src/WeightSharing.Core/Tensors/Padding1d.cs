namespace WeightSharing.Tensors;

/// <summary>
/// Padding of a sequence, each end on its own, or <see cref="Same"/>: as much as keeps the length at stride 1. Converts from one number and from (left, right).
/// </summary>
public readonly record struct Padding1d
{
    private readonly Padding2d sides;

    private Padding1d(Padding2d sides) => this.sides = sides;

    /// <summary>Elements added before the first.</summary>
    public int Left => sides.Left;

    /// <summary>Elements added after the last.</summary>
    public int Right => sides.Right;

    /// <summary>True for <see cref="Same"/>, whose numbers follow from kernel and dilation.</summary>
    public bool IsSame => sides.IsSame;

    /// <summary>In all dilation·(kernel − 1), the smaller half on the left: at stride 1 the output is as long as the input.</summary>
    public static Padding1d Same => new(Padding2d.Same);

    /// <summary>Each end on its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative.</exception>
    public static Padding1d Of(int left, int right) => left < 0 || right < 0
        ? throw new ArgumentOutOfRangeException(nameof(left), $"Padding1d: left {left}, right {right}; none may be negative (crop with Slice).")
        : new Padding1d(Padding2d.Of(left, right, 0, 0));

    /// <summary>The same at both ends.</summary>
    public static implicit operator Padding1d(int padding) => Of(padding, padding);

    /// <summary>(left, right).</summary>
    public static implicit operator Padding1d((int Left, int Right) padding) => Of(padding.Left, padding.Right);

    /// <summary>The numbers, with <see cref="Same"/> worked out for this kernel and dilation.</summary>
    public Padding1d Resolve(int kernel, int dilation) => new(sides.Resolve((1, kernel), (1, dilation)));

    /// <summary>As the padding of an image of one row.</summary>
    internal Padding2d AsRow() => sides;

    /// <summary>For example <c>left 1, right 1</c>.</summary>
    public override string ToString() => IsSame ? "same" : $"left {Left}, right {Right}";
}
