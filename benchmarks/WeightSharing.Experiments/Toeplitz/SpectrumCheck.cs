using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Toeplitz;

/// <summary>Singular values of a layer of trained filters, fast and by decomposition of its dense matrix.</summary>
/// <param name="Name">In tables.</param>
/// <param name="Before">Singular values of the first weights, circular, in descending order.</param>
/// <param name="After">The same after training.</param>
/// <param name="Clipped">After clipping at half the norm.</param>
/// <param name="PaddedNorm">Norm of the layer as it is, padded with zeros, by Lanczos.</param>
/// <param name="Gains">Largest singular value at every frequency.</param>
/// <param name="FourierError">The transform's values against a dense decomposition, by |a − b| / (1 + max |b|).</param>
/// <param name="LanczosError">The largest values of the zero-padded layer by Lanczos against a dense decomposition.</param>
internal sealed record SpectrumCheck(
    string Name, double[] Before, double[] After, double[] Clipped, double PaddedNorm, double[,] Gains, double FourierError, double LanczosError)
{
    private const int Largest = 8;

    /// <summary>The larger of the two.</summary>
    public double Error => Math.Max(FourierError, LanczosError);

    /// <summary>Measures a layer.</summary>
    /// <param name="name">In tables.</param>
    /// <param name="layer">Trained, of stride 1, padded with zeros.</param>
    /// <param name="first">Its filters before training.</param>
    /// <param name="size">H and W of its input.</param>
    public static SpectrumCheck Of(string name, Conv2d<double> layer, Tensor<double> first, Size2 size)
    {
        Tensor<double> filters = layer.Weight.Value;
        double[] after = ConvolutionSpectrum.SingularValues(filters, size), exact = Dense(ConvolutionMatrix.Circular(filters, size).ToMatrix());
        double[] padded = Dense(ConvolutionMatrix.Of(layer, size).ToMatrix()), found = Lanczos.SingularValues(LinearOperator.Of(layer, [layer.InputChannels, size.Height, size.Width]), Largest);
        return new SpectrumCheck(
            name, ConvolutionSpectrum.SingularValues(first, size), after,
            ConvolutionSpectrum.SingularValues(ConvolutionSpectrum.Clip(filters, size, after[0] / 2), size), found[0], Centred(ConvolutionSpectrum.Gains(filters, size)),
            Geometry.Difference(after, exact), Geometry.Difference(found, padded[..found.Length]));
    }

    private static double[] Dense(Matrix<double> matrix) => [.. matrix.Svd(computeVectors: false).S];

    // Frequency 0 in the middle.
    private static double[,] Centred(double[,] gains)
    {
        (int height, int width) = (gains.GetLength(0), gains.GetLength(1));
        var moved = new double[height, width];
        for (int i = 0; i < height; i++)
        {
            for (int j = 0; j < width; j++) moved[(i + height / 2) % height, (j + width / 2) % width] = gains[i, j];
        }

        return moved;
    }
}
