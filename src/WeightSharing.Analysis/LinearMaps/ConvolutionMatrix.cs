using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// The matrix that a convolution is: y = A·x on flattened examples, A [Cout·outH·outW, Cin·H·W], a doubly block Toeplitz matrix when the stride is 1: blocks for
/// channel pairs, in each of them blocks for row pairs that depend on the difference of the rows alone, in each of those entries that depend on the difference of
/// the columns alone.
/// </summary>
/// <remarks>
/// Built from the filters by index alone, entry by entry, independently of how the layer computes. Stride, dilation, groups and every padding mode are honoured;
/// what a constant padding other than 0 adds is no part of a linear map and is left out. Source: the structure is standard; see Sedghi, Gupta and Long 2019,
/// section 2, for its circular form.
/// </remarks>
public sealed class ConvolutionMatrix
{
    private readonly List<(int Row, int Column, double Value)> entries;

    private ConvolutionMatrix(int outputChannels, int inputChannels, Size2 outputSize, Size2 inputSize, List<(int, int, double)> entries)
    {
        (OutputChannels, InputChannels, OutputSize, InputSize) = (outputChannels, inputChannels, outputSize, inputSize);
        this.entries = entries;
    }

    /// <summary>Cout.</summary>
    public int OutputChannels { get; }

    /// <summary>Cin.</summary>
    public int InputChannels { get; }

    /// <summary>outH and outW; height 1 for a convolution of sequences.</summary>
    public Size2 OutputSize { get; }

    /// <summary>H and W; height 1 for a convolution of sequences.</summary>
    public Size2 InputSize { get; }

    /// <summary>Cout·outH·outW.</summary>
    public int Rows => OutputChannels * OutputSize.Area;

    /// <summary>Cin·H·W.</summary>
    public int Columns => InputChannels * InputSize.Area;

    /// <summary>The entries that a filter weight stands in, as (row, column, value), row by row. Where padding folds two taps onto one pixel, both are listed.</summary>
    public IReadOnlyList<(int Row, int Column, double Value)> Entries => entries;

    /// <summary>Of a convolution of images.</summary>
    /// <param name="layer">The convolution; its bias plays no part.</param>
    /// <param name="inputSize">H and W.</param>
    /// <exception cref="ArgumentException">The kernel is larger than the padded image.</exception>
    public static ConvolutionMatrix Of<T>(Conv2d<T> layer, Size2 inputSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Build(
            layer.Weight.Value.To<double>(), inputSize, layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation, layer.Groups, layer.PaddingMode);
    }

    /// <summary>Of a convolution of sequences.</summary>
    /// <param name="layer">The convolution; its bias plays no part.</param>
    /// <param name="inputLength">L.</param>
    /// <exception cref="ArgumentException">The kernel is longer than the padded sequence.</exception>
    public static ConvolutionMatrix Of<T>(Conv1d<T> layer, int inputLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Build(
            layer.Weight.Value.To<double>(), (1, inputLength), (1, layer.KernelSize), (1, layer.Stride), Padding2d.Of(layer.Padding.Left, layer.Padding.Right, 0, 0),
            (1, layer.Dilation), layer.Groups, layer.PaddingMode);
    }

    /// <summary>A circular convolution, as the theory of spectra has it: stride 1, every output channel as large as the image, tap (u, v) at (i + u, j + v) modulo the size.</summary>
    /// <param name="filters">[Cout, Cin, kH, kW], the kernel no larger than the image.</param>
    /// <param name="size">H and W.</param>
    /// <exception cref="ArgumentException">The filters are no such bank, or larger than the image.</exception>
    public static ConvolutionMatrix Circular(Tensor<double> filters, Size2 size)
    {
        CheckFilters("ConvolutionMatrix.Circular", filters, size);
        Size2 kernel = (filters.Shape[2], filters.Shape[3]);
        return Build(filters, size, kernel, 1, Padding2d.Of(0, kernel.Width - 1, 0, kernel.Height - 1), 1, 1, PaddingMode.Circular);
    }

    /// <summary>A as a dense matrix.</summary>
    public Matrix<double> ToMatrix()
    {
        Matrix<double> matrix = Matrix<double>.Build.Dense(Rows, Columns);
        foreach ((int row, int column, double value) in entries) matrix[row, column] += value;
        return matrix;
    }

    /// <summary>A as a sparse matrix.</summary>
    public SparseMatrix ToSparseMatrix() => SparseMatrix.OfIndexed(
        Rows, Columns, entries.GroupBy(entry => (entry.Row, entry.Column)).Select(group => (group.Key.Row, group.Key.Column, group.Sum(entry => entry.Value))));

    /// <summary>A as rows of numbers, for a picture: row 0 on top.</summary>
    public double[,] ToArray() => ToMatrix().ToArray();

    internal static void CheckFilters(string operation, Tensor<double> filters, Size2 size)
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.Rank != 4 || filters.Shape[2] > size.Height || filters.Shape[3] > size.Width)
        {
            throw new ArgumentException($"{operation}: filters {filters.Shape} on an image of {size}; expected [Cout, Cin, kH, kW] no larger than the image.", nameof(filters));
        }
    }

    private static ConvolutionMatrix Build(
        Tensor<double> filters, Size2 input, Size2 kernel, Size2 stride, Padding2d padding, Size2 dilation, int groups, PaddingMode mode)
    {
        Size2 output = input.Windows(kernel, stride, padding, dilation);
        int outputs = filters.Shape[0], perGroup = filters.Shape[1], outputsPerGroup = outputs / groups;
        double[] weights = filters.ToArray();
        var entries = new List<(int, int, double)>(outputs * output.Area * perGroup * kernel.Area);
        for (int o = 0; o < outputs; o++)
        {
            int firstChannel = o / outputsPerGroup * perGroup;
            for (int p = 0; p < output.Area; p++)
            {
                int row = o * output.Area + p, top = p / output.Width * stride.Height - padding.Top, left = p % output.Width * stride.Width - padding.Left;
                for (int tap = 0; tap < perGroup * kernel.Area; tap++)
                {
                    int y = Source(top + tap % kernel.Area / kernel.Width * dilation.Height, input.Height, mode);
                    int x = Source(left + tap % kernel.Width * dilation.Width, input.Width, mode);
                    if (y < 0 || x < 0) continue;
                    entries.Add((row, ((firstChannel + tap / kernel.Area) * input.Height + y) * input.Width + x, weights[o * perGroup * kernel.Area + tap]));
                }
            }
        }

        return new ConvolutionMatrix(outputs, perGroup * groups, output, input, entries);
    }

    // Where a padded place takes its value from; −1 for the constant.
    private static int Source(int at, int extent, PaddingMode mode) => mode switch
    {
        PaddingMode.Reflect => at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at,
        PaddingMode.Replicate => Math.Clamp(at, 0, extent - 1),
        PaddingMode.Circular => (at % extent + extent) % extent,
        _ => (uint)at < (uint)extent ? at : -1,
    };
}
