using WeightSharing.Layers;

namespace WeightSharing.Experiments.Verification;

/// <summary>How the two streams get their encoders.</summary>
/// <param name="Key">In the names of metrics.</param>
/// <param name="Title">In tables and legends.</param>
internal sealed record Streams(string Key, string Title)
{
    /// <summary>One encoder for both.</summary>
    public static Streams Shared { get; } = new("shared", "one shared encoder");

    /// <summary>An encoder for each.</summary>
    public static Streams Separate { get; } = new("separate", "two encoders");

    /// <summary>An encoder for each, the second a copy of the first before training.</summary>
    public static Streams SeparateAlike { get; } = new("separate_alike", "two that start alike");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Streams> All { get; } = [Shared, Separate, SeparateAlike];

    /// <summary>The encoder of 8×8 images.</summary>
    public static Sequential<float> Encoder() => new(
        new Conv2d<float>(1, 16, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
        new Conv2d<float>(16, 32, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
        new Flatten<float>(), new Dense<float>(32 * 2 * 2, VerificationTrial.Dimension));
}
