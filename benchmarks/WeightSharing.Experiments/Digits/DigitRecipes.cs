namespace WeightSharing.Experiments.Digits;

/// <summary>Where the digits lie on their canvas.</summary>
/// <param name="Key">The first part of metric names.</param>
/// <param name="Canvas">Height and width.</param>
/// <param name="Margin">Blank pixels that stay free on every side.</param>
internal sealed record Layout(string Key, int Canvas, int Margin)
{
    /// <summary>The canvas is the digit's own frame.</summary>
    public static Layout Centred { get; } = new("centred", 8, 0);

    /// <summary>Anywhere on a canvas that has 7 × 7 places.</summary>
    public static Layout Scattered { get; } = new("scattered", 14, 0);

    /// <summary>
    /// Two places a side, at offsets that the pooling divides, and around them as many blank pixels as the receptive field needs: 3×3, pooling by 2
    /// and 3×3 see at most 5 pixels beyond the digit, and one more keeps the offset even. With less, the zero padding reaches the second layer
    /// at one corner and not at another (a blank place is relu(bias) there, the padding 0), and the logits differ.
    /// </summary>
    public static Layout Corners { get; } = new("corner", 28, 6);

    /// <summary>The offset of the farthest place.</summary>
    public int LastOffset => Canvas - Margin - Data.DigitImages.Size;
}

/// <summary>
/// The training recipes: for each network and layout the learning rate and number of steps that did best on digits that neither teach nor
/// measure; <see cref="DigitsTuningExperiment"/> repeats that choice. In the corner test digits lie always at one place, as the centred ones do, so
/// its recipes are theirs.
/// </summary>
internal static class DigitRecipes
{
    /// <summary>Learning rates that the choice is between.</summary>
    public static IReadOnlyList<double> LearningRates { get; } = [0.001, 0.003, 0.01, 0.03];

    /// <summary>Numbers of steps that the choice is between.</summary>
    public static IReadOnlyList<int> Steps { get; } = [60, 120, 240];

    /// <summary>The recipe of a network for a layout.</summary>
    public static Recipe For(Connectivity connectivity, Layout layout) => (layout == Layout.Scattered, connectivity.Key) switch
    {
        (false, "conv") => new Recipe(0.01, 240),
        (false, "local") => new Recipe(0.03, 240),
        (false, _) => new Recipe(0.003, 240),
        (true, "conv") => new Recipe(0.01, 240),
        (true, "local") => new Recipe(0.01, 240),
        _ => new Recipe(0.003, 240),
    };
}
