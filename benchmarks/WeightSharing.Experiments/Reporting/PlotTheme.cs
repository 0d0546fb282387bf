using ScottPlot;

namespace WeightSharing.Experiments.Reporting;

/// <summary>Colours of a picture, for light pages and for dark ones.</summary>
/// <param name="Suffix">Added to the file name.</param>
/// <param name="Background">Behind everything.</param>
/// <param name="Ink">Text and axes.</param>
/// <param name="Grid">Grid lines.</param>
/// <param name="Series">One colour a series; told apart by brightness too, and by those who do not see red and green apart.</param>
/// <param name="Map">Colours of a map from nothing to most: nothing is the background.</param>
/// <param name="SignedMap">Colours of a map from most negative to most positive: zero is the background.</param>
internal sealed record PlotTheme(string Suffix, Color Background, Color Ink, Color Grid, IReadOnlyList<Color> Series, IColormap Map, IColormap SignedMap)
{
    /// <summary>For light pages.</summary>
    public static PlotTheme Light { get; } = new("", Color.FromHex("#ffffff"), Color.FromHex("#1f2328"), Color.FromHex("#e4e7eb"),
        Colours("#0b6bcb", "#d9730d", "#7a7f87", "#1a8754", "#a03bb5", "#8c6d00"), Ramp("#ffffff", "#0b6bcb", "#06294d"),
        Ramp("#7a3b00", "#d9730d", "#ffffff", "#0b6bcb", "#06294d"));

    /// <summary>For dark pages.</summary>
    public static PlotTheme Dark { get; } = new("-dark", Color.FromHex("#14171a"), Color.FromHex("#e6e8eb"), Color.FromHex("#2d3238"),
        Colours("#5aa9f5", "#f0a04b", "#9aa1a9", "#5cc98c", "#d68be6", "#d9c04a"), Ramp("#14171a", "#5aa9f5", "#eaf4ff"),
        Ramp("#ffe9d1", "#f0a04b", "#14171a", "#5aa9f5", "#eaf4ff"));

    private static Color[] Colours(params string[] colours) => [.. colours.Select(Color.FromHex)];

    private static ScottPlot.Colormaps.CustomInterpolated Ramp(params string[] colours) => new([.. colours.Select(Color.FromHex)]);
}
