using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// Moves each image by whole pixels, a random number from −maximum to maximum in each direction; what comes in from outside has one value.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="maximum">Pixels.</param>
/// <param name="fill">Value of what comes in from outside.</param>
/// <remarks>The last two dimensions are height and width; all channels of an image move together.</remarks>
public sealed class RandomShift<T>(Size2 maximum, T fill = default) : ITransform<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Images.Require("RandomShift", inputs.Shape);

        int height = inputs.Shape[-2], width = inputs.Shape[-1], planes = inputs.Shape.Slice(1, inputs.Rank - 2).Count;
        T[] from = inputs.ToArray(), to = new T[from.Length];
        Array.Fill(to, fill);
        for (int n = 0; n < examples.Length; n++)
        {
            RandomKey own = key.Fork(examples[n]);
            int down = own.Below(2 * maximum.Height + 1, 0) - maximum.Height, right = own.Below(2 * maximum.Width + 1, 1) - maximum.Width;
            int columns = width - Math.Abs(right);
            if (columns <= 0) continue;
            for (int row = Math.Max(0, down); row < Math.Min(height, height + down); row++)
            {
                for (int plane = 0; plane < planes; plane++)
                {
                    int start = (n * planes + plane) * height;
                    from.AsSpan((start + row - down) * width + Math.Max(0, -right), columns).CopyTo(to.AsSpan((start + row) * width + Math.Max(0, right), columns));
                }
            }
        }

        return Tensor.Wrap(to, inputs.Shape);
    }
}

/// <summary>Puts a border around each image.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="padding">Pixels at each side.</param>
/// <param name="mode">What the border holds.</param>
/// <param name="value">The border's value in the constant mode.</param>
/// <remarks>The last two dimensions are height and width.</remarks>
public sealed class PadImages<T>(Padding2d padding, PaddingMode mode = PaddingMode.Constant, T value = default) : ITransform<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Images.Require("PadImages", inputs.Shape);

        var sides = new (int Low, int High)[inputs.Rank];
        sides[^2] = (padding.Top, padding.Bottom);
        sides[^1] = (padding.Left, padding.Right);
        return inputs.Pad(sides, mode, value);
    }
}

/// <summary>(x − mean) / deviation, channel by channel.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Normalize<T> : ITransform<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] mean;
    private readonly double[] deviation;

    /// <summary>By these numbers, one a channel (dimension 1).</summary>
    /// <exception cref="ArgumentException">The numbers of means and deviations differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A deviation is not a finite number above 0.</exception>
    public Normalize(ReadOnlySpan<double> mean, ReadOnlySpan<double> deviation)
    {
        if (mean.Length != deviation.Length || mean.Length == 0)
        {
            throw new ArgumentException($"Normalize: {mean.Length} means and {deviation.Length} deviations; expected one of each a channel.", nameof(deviation));
        }

        foreach (double value in deviation) Hyperparameter.Positive(value, "Normalize", "deviation", nameof(deviation));
        (this.mean, this.deviation) = (mean.ToArray(), deviation.ToArray());
    }

    /// <summary>One a channel.</summary>
    public IReadOnlyList<double> Mean => mean;

    /// <summary>One a channel.</summary>
    public IReadOnlyList<double> Deviation => deviation;

    /// <summary>
    /// By mean and standard deviation of each channel over all examples [N, C, ..]; a channel that is constant is only moved.
    /// </summary>
    /// <exception cref="ArgumentException">No channels, or no elements.</exception>
    public static Normalize<T> From(Tensor<T> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Rank < 2 || examples.Count == 0)
        {
            throw new ArgumentException($"Normalize: examples {examples.Shape}; expected [N, C, ..] with elements.", nameof(examples));
        }

        int channels = examples.Shape[1], inner = examples.Shape.Slice(2, examples.Rank).Count;
        T[] values = examples.ToArray();
        double[] mean = new double[channels], square = new double[channels];
        double count = (double)values.Length / channels;
        for (int i = 0; i < values.Length; i++) mean[i / inner % channels] += double.CreateTruncating(values[i]) / count;
        for (int i = 0; i < values.Length; i++)
        {
            double difference = double.CreateTruncating(values[i]) - mean[i / inner % channels];
            square[i / inner % channels] += difference * difference / count;
        }

        return new Normalize<T>(mean, [.. square.Select(value => value > 0 ? Math.Sqrt(value) : 1)]);
    }

    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Rank < 2 || inputs.Shape[1] != mean.Length)
        {
            throw new ArgumentException($"Normalize: inputs {inputs.Shape} for {mean.Length} channels; expected [N, {mean.Length}, ..].", nameof(inputs));
        }

        int[] channel = [mean.Length, .. Enumerable.Repeat(1, inputs.Rank - 2)];
        Tensor<T> shift = Tensor.From<T>([.. mean.Select(T.CreateTruncating)], new Shape(channel)), scale = Tensor.From<T>([.. deviation.Select(value => T.CreateTruncating(1 / value))], new Shape(channel));
        return (inputs - shift) * scale;
    }
}
