using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>Mirrors each image left to right with a probability.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>The last two dimensions are height and width; all channels of an image are mirrored together.</remarks>
public sealed class RandomFlip<T> : ITransform<T>
    where T : unmanaged
{
    private readonly double probability;

    /// <summary>With this probability.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside 0 … 1.</exception>
    public RandomFlip(double probability = 0.5) => this.probability = Hyperparameter.Share(probability, "RandomFlip", "probability");

    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Images.Require("RandomFlip", inputs.Shape);
        int width = inputs.Shape[-1], rows = inputs.Shape.Slice(1, inputs.Rank - 1).Count;
        T[] values = inputs.ToArray();
        for (int n = 0; n < examples.Length; n++)
        {
            if (key.Fork(examples[n]).Uniform() >= probability) continue;
            for (int row = 0; row < rows; row++) values.AsSpan((n * rows + row) * width, width).Reverse();
        }

        return Tensor.Wrap(values, inputs.Shape);
    }
}

/// <summary>
/// Turns each image about its centre by a uniform random angle, with bilinear interpolation; what comes in from outside has one value.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>The last two dimensions are height and width; all channels of an image turn together. Positive angles turn counter-clockwise as displayed.</remarks>
public sealed class RandomRotation<T> : ITransform<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double maximum;
    private readonly double fill;

    /// <summary>By angles from −maximum to maximum.</summary>
    /// <param name="maximumDegrees">In degrees, 0 to 180.</param>
    /// <param name="fill">Value of what comes in from outside.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is outside 0 … 180.</exception>
    public RandomRotation(double maximumDegrees, T fill = default)
    {
        if (!(maximumDegrees is >= 0 and <= 180))
        {
            throw new ArgumentOutOfRangeException(nameof(maximumDegrees), $"RandomRotation: maximum {maximumDegrees}; expected 0 to 180 degrees.");
        }

        (maximum, this.fill) = (maximumDegrees * Math.PI / 180, double.CreateTruncating(fill));
    }

    /// <inheritdoc/>
    public Tensor<T> Apply(Tensor<T> inputs, ReadOnlySpan<int> examples, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        int[] numbers = examples.ToArray();
        return Turned("RandomRotation", inputs, n => (2 * key.Fork(numbers[n]).Uniform() - 1) * maximum, fill);
    }

    /// <summary>All images turned by one angle.</summary>
    /// <param name="images">[N, .., height, width].</param>
    /// <param name="degrees">Counter-clockwise as displayed.</param>
    /// <param name="fill">Value of what comes in from outside.</param>
    /// <exception cref="ArgumentException">The images have fewer than three dimensions.</exception>
    public static Tensor<T> By(Tensor<T> images, double degrees, T fill = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Turned("RandomRotation.By", images, _ => degrees * Math.PI / 180, double.CreateTruncating(fill));
    }

    private static Tensor<T> Turned(string transform, Tensor<T> inputs, Func<int, double> angle, double fill)
    {
        Images.Require(transform, inputs.Shape);
        int height = inputs.Shape[-2], width = inputs.Shape[-1], planes = inputs.Shape.Slice(1, inputs.Rank - 2).Count;
        T[] from = inputs.ToArray(), to = new T[from.Length];
        for (int n = 0; n < inputs.Shape[0]; n++)
        {
            (double sine, double cosine) = Math.SinCos(angle(n));
            for (int plane = 0; plane < planes; plane++)
            {
                int start = (n * planes + plane) * height * width;
                Turn(from.AsSpan(start, height * width), to.AsSpan(start, height * width), height, width, sine, cosine, fill);
            }
        }

        return Tensor.Wrap(to, inputs.Shape);
    }

    // to(p) = from(R⁻¹·(p − c) + c): every pixel looks back to where it came from.
    private static void Turn(ReadOnlySpan<T> from, Span<T> to, int height, int width, double sine, double cosine, double fill)
    {
        double middleRow = (height - 1) / 2.0, middleColumn = (width - 1) / 2.0;
        for (int i = 0; i < height; i++)
        {
            for (int j = 0; j < width; j++)
            {
                double y = i - middleRow, x = j - middleColumn;
                double row = cosine * y + sine * x + middleRow, column = cosine * x - sine * y + middleColumn;
                (double top, double left) = (Math.Floor(row), Math.Floor(column));
                (double down, double right) = (row - top, column - left);
                double value = (1 - down) * ((1 - right) * At(from, top, left) + right * At(from, top, left + 1))
                    + down * ((1 - right) * At(from, top + 1, left) + right * At(from, top + 1, left + 1));
                to[i * width + j] = T.CreateTruncating(value);
            }
        }

        double At(ReadOnlySpan<T> image, double r, double c) =>
            r >= 0 && r < height && c >= 0 && c < width ? double.CreateTruncating(image[(int)r * width + (int)c]) : fill;
    }
}

/// <summary>What transforms of images ask of their inputs.</summary>
internal static class Images
{
    public static void Require(string transform, in Shape inputs)
    {
        if (inputs.Rank < 3) throw new ArgumentException($"{transform}: inputs {inputs}; expected [N, .., height, width].", nameof(inputs));
    }
}
