using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Toeplitz;

/// <summary>A convolution of trained filters in one geometry, held against its matrix.</summary>
/// <param name="Name">In tables.</param>
/// <param name="Rows">Rows of the matrix: output values.</param>
/// <param name="Columns">Columns: input values.</param>
/// <param name="FreeCount">Weights of the filters.</param>
/// <param name="EntryCount">Entries of the matrix that a weight stands in.</param>
/// <param name="Distance">From Toeplitz structure in blocks, relative; null where the stride or the padding gives another structure.</param>
/// <param name="Error">Largest difference of the layer's outputs and the matrix's, dense and sparse, by |a − b| / (1 + max |b|).</param>
internal sealed record Geometry(string Name, int Rows, int Columns, int FreeCount, int EntryCount, double? Distance, double Error)
{
    private const int Inputs = 4;

    /// <summary>Share of the entries that are not zero by structure.</summary>
    public double Filled => (double)EntryCount / ((long)Rows * Columns);

    /// <summary>A convolution of images on one size.</summary>
    public static Geometry Of(string name, Conv2d<double> layer, Size2 size, RandomKey key)
    {
        ConvolutionMatrix matrix = ConvolutionMatrix.Of(layer, size);
        Tensor<double> images = Tensor.Normal<double>([Inputs, layer.InputChannels, size.Height, size.Width], key);
        double? distance = layer.Stride == 1 && layer.PaddingMode is PaddingMode.Constant or PaddingMode.Circular
            ? ToeplitzStructure.Measure(matrix.ToMatrix(), matrix.OutputSize, size, layer.PaddingMode == PaddingMode.Circular).Distance
            : null;
        return Measured(name, matrix, layer, layer.Weight.Shape.Count, layer.Bias?.Value, images, distance);
    }

    /// <summary>A convolution of sequences of one length.</summary>
    public static Geometry Of(string name, Conv1d<double> layer, int length, RandomKey key)
    {
        ConvolutionMatrix matrix = ConvolutionMatrix.Of(layer, length);
        Tensor<double> sequences = Tensor.Normal<double>([Inputs, layer.InputChannels, length], key);
        double distance = ToeplitzStructure.Measure(matrix.ToMatrix(), matrix.OutputSize, matrix.InputSize).Distance;
        return Measured(name, matrix, layer, layer.Weight.Shape.Count, layer.Bias?.Value, sequences, distance);
    }

    /// <summary>max |a − b| / (1 + max |b|).</summary>
    public static double Difference(IEnumerable<double> a, IReadOnlyCollection<double> b) =>
        a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / (1 + b.Max(Math.Abs));

    private static Geometry Measured(string name, ConvolutionMatrix matrix, Layer<double> layer, int free, Tensor<double>? bias, Tensor<double> inputs, double? distance)
    {
        using NoGrad inference = NoGrad.Begin();
        Matrix<double> dense = matrix.ToMatrix(), sparse = matrix.ToSparseMatrix();
        double error = 0;
        int places = matrix.OutputSize.Area;
        for (int i = 0; i < Inputs; i++)
        {
            Tensor<double> x = inputs[i..(i + 1)];
            double[] expected = layer.Forward(x).ToArray();
            foreach (Matrix<double> a in (Matrix<double>[])[dense, sparse])
            {
                // A·x + b, a bias a channel.
                Vector<double> y = a * Vector<double>.Build.Dense(x.ToArray());
                error = Math.Max(error, Difference(y.Select((value, at) => value + (bias is null ? 0 : bias[at / places])), expected));
            }
        }

        return new Geometry(name, matrix.Rows, matrix.Columns, free, matrix.Entries.Count, distance, error);
    }
}
