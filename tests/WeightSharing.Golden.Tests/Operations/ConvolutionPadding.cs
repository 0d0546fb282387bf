using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

/// <summary>What the hyperparameters padding, pad and padding_mode of a convolution say together.</summary>
internal sealed class ConvolutionPadding
{
    private readonly int spatial;
    private readonly bool same;
    private readonly (int Low, int High)[] sides;

    public ConvolutionPadding(Hyperparameters hp, int spatial)
    {
        this.spatial = spatial;
        Mode = ModeOf(hp.Text("padding_mode", "zeros"));
        int[]? pad = hp.List("pad");
        string padding = hp.Text("padding", "0");
        same = padding == "same";
        // Explicit sides are written from the last dimension on.
        sides = pad is null
            ? [.. Enumerable.Range(0, spatial).Select(i => same || padding == "valid" ? (0, 0) : Symmetric(hp.List("padding") ?? [0], i))]
            : [.. Enumerable.Range(0, spatial).Select(i => (pad[2 * (spatial - 1 - i)], pad[2 * (spatial - 1 - i) + 1]))];
    }

    /// <summary>What stands in the padding.</summary>
    public PaddingMode Mode { get; }

    /// <summary>Whether a layer can be told of the padding: its sides are not negative.</summary>
    public static bool IsALayers(GoldenCase one) => one.File.Metadata.GetValueOrDefault("hp.pad")?.Contains('-') != true;

    /// <summary>The mode of this name.</summary>
    public static PaddingMode ModeOf(string name) => name switch
    {
        "zeros" or "constant" => PaddingMode.Constant,
        "reflect" => PaddingMode.Reflect,
        "replicate" => PaddingMode.Replicate,
        "circular" => PaddingMode.Circular,
        _ => throw new FormatException($"padding mode \"{name}\"."),
    };

    /// <summary>The same above and below, and left and right.</summary>
    public static Padding2d Both(Size2? size) => size is { } known ? (known.Height, known.Width) : 0;

    /// <summary>As a layer takes it.</summary>
    public Padding1d LayerEnds => same ? Padding1d.Same : Padding1d.Of(sides[0].Low, sides[0].High);

    /// <inheritdoc cref="LayerEnds"/>
    public Padding2d LayerSides => same ? Padding2d.Same : Padding2d.Of(sides[1].Low, sides[1].High, sides[0].Low, sides[0].High);

    /// <summary>The padding that is left to the convolution itself: zeros that are not negative.</summary>
    public Padding1d Ends => IsTheConvolutions ? LayerEnds : 0;

    /// <inheritdoc cref="Ends"/>
    public Padding2d Sides => IsTheConvolutions ? LayerSides : 0;

    private bool IsTheConvolutions => Mode == PaddingMode.Constant && sides.All(side => side is { Low: >= 0, High: >= 0 });

    /// <summary>The input with the padding that the convolution does not do.</summary>
    public Tensor<T> Around<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        IsTheConvolutions ? x : x.Pad([.. Enumerable.Repeat((0, 0), x.Rank - spatial), .. sides], Mode);

    private static (int, int) Symmetric(int[] padding, int dimension)
    {
        int one = padding.Length == 1 ? padding[0] : padding[dimension];
        return (one, one);
    }
}
