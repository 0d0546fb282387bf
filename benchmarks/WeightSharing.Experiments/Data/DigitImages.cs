using System.Globalization;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Data;

/// <summary>
/// The 1797 handwritten digits of 8×8 pixels (Alpaydin and Kaynak 1998, CC BY 4.0), and the canvases that the experiments lay them on.
/// </summary>
internal sealed class DigitImages
{
    /// <summary>Height and width of a digit.</summary>
    public const int Size = 8;

    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    /// <summary>Who made the data, and under which terms.</summary>
    public const string Credit = "Handwritten digits: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, "
        + "https://doi.org/10.24432/C50P49, licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Pixels are scaled to 0 … 1 and digits laid on blank canvases.";

    private readonly float[][] pixels;

    private DigitImages(float[][] pixels, int[] labels) => (this.pixels, Labels) = (pixels, labels);

    /// <summary>The digit that each image shows.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Number of images.</summary>
    public int Count => pixels.Length;

    /// <summary>The pixel of an image, 0 to 1.</summary>
    public float Pixel(int image, int row, int column) => pixels[image][row * Size + column];

    /// <summary>Reads <c>digits/digits.csv.gz</c>.</summary>
    /// <exception cref="ExperimentException">A row is not 64 pixels of 0 … 16 and a digit.</exception>
    public static DigitImages Load(DataSource source)
    {
        var images = new List<float[]>();
        var labels = new List<int>();
        using var reader = new StreamReader(source.Open("digits/digits.csv.gz"));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0) continue;
            double[] row = [.. line.Split(',').Select(cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            if (row.Length != Size * Size + 1 || row.Any(value => value is not (>= 0 and <= 16)) || row[^1] >= Classes)
            {
                throw new ExperimentException($"digits/digits.csv.gz, row {images.Count + 1}: expected {Size * Size} pixels of 0 to 16 and a digit, got: {line}");
            }

            images.Add([.. row[..^1].Select(value => (float)(value / 16))]);
            labels.Add((int)row[^1]);
        }

        return new DigitImages([.. images], [.. labels]);
    }

    /// <summary>Digits on blank square canvases, each with its upper left corner at its place.</summary>
    /// <param name="canvas">Height and width of the canvas.</param>
    /// <param name="images">Which digits.</param>
    /// <param name="place">The place of the i-th of them.</param>
    /// <returns>Images [N, 1, canvas, canvas] and labels [N].</returns>
    public Examples Lay(int canvas, IReadOnlyList<int> images, Func<int, (int Row, int Column)> place)
    {
        var values = new float[images.Count * canvas * canvas];
        for (int i = 0; i < images.Count; i++)
        {
            (int top, int left) = place(i);
            for (int row = 0; row < Size; row++)
            {
                pixels[images[i]].AsSpan(row * Size, Size).CopyTo(values.AsSpan((i * canvas + top + row) * canvas + left));
            }
        }

        return new Examples(Tensor.From(values, [images.Count, 1, canvas, canvas]), Tensor.From(images.Select(image => Labels[image]).ToArray(), [images.Count]));
    }
}

/// <summary>Images [N, C, H, W] and their classes [N].</summary>
internal sealed record Examples(Tensor<float> Images, Tensor<int> Labels)
{
    /// <summary>N.</summary>
    public int Count => Labels.Count;
}
