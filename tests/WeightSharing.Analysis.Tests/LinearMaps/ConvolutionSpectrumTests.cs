using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class ConvolutionSpectrumTests
{
    // Sedghi, Gupta and Long 2019: [2, 7, −1] and its two-dimensional companion at n = 20, and a random 3×4 kernel from 2 to 3 channels at n = 8.
    public static TheoryData<string> Cases => ["one row", "square", "channels", "wide", "one pixel"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Singular_values_are_those_of_the_dense_matrix(string name)
    {
        (Tensor<double> filters, Size2 size) = Of(name);
        Matrix<double> matrix = ConvolutionMatrix.Circular(filters, size).ToMatrix();
        double[] expected = [.. matrix.Svd(computeVectors: false).S], actual = ConvolutionSpectrum.SingularValues(filters, size);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-10 * expected[0], $"{i}: {expected[i]} {actual[i]}");
        Assert.Equal(expected[0], ConvolutionSpectrum.Norm(filters, size), 1e-10 * expected[0]);
    }

    [Fact]
    public void Gains_are_what_the_filter_does_to_waves()
    {
        Tensor<double> filters = Tensor.From(2.0, 7, -1).Reshape(1, 1, 1, 3);
        double[,] gains = ConvolutionSpectrum.Gains(filters, (1, 20));
        // |2 + 7·e^{iω} − e^{2iω}| at ω = 2πf/20; the two signs of a frequency are alike.
        for (int f = 0; f < 20; f++)
        {
            double omega = 2 * Math.PI * f / 20, real = 2 + 7 * Math.Cos(omega) - Math.Cos(2 * omega), imaginary = 7 * Math.Sin(omega) - Math.Sin(2 * omega);
            Assert.Equal(Math.Sqrt(real * real + imaginary * imaginary), gains[0, f], 1e-12);
        }
    }

    [Fact]
    public void Clipping_bounds_every_singular_value_and_keeps_the_smaller_ones()
    {
        (Tensor<double> filters, Size2 size) = Of("channels");
        double[] before = ConvolutionSpectrum.SingularValues(filters, size);
        double bound = before[before.Length / 2];
        double[] after = ConvolutionSpectrum.SingularValues(ConvolutionSpectrum.Clip(filters, size, bound), size);
        Close.All([.. before.Select(value => Math.Min(value, bound))], after, 1e-11);
        Tensor<double> within = ConvolutionSpectrum.ClipWithin(filters, size, bound, rounds: 300);
        Assert.Equal(filters.Shape, within.Shape);
        Assert.InRange(ConvolutionSpectrum.Norm(within, size), 0, bound * 1.02);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.Contains("filters [1, 1, 1, 3] on an image of 2×2", Assert.Throws<ArgumentException>(() => ConvolutionSpectrum.Norm(Of("one row").Filters, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("bound -1; expected at least 0", Assert.Throws<ArgumentOutOfRangeException>(() => ConvolutionSpectrum.Clip(Of("one row").Filters, (1, 20), -1)).Message, StringComparison.Ordinal);
    }

    private static (Tensor<double> Filters, Size2 Size) Of(string name) => name switch
    {
        "one row" => (Tensor.From(2.0, 7, -1).Reshape(1, 1, 1, 3), (1, 20)),
        "square" => (Tensor.From(2.0, 7, -1, 1, 3, -8, 5, -1, 3).Reshape(1, 1, 3, 3), 20),
        "channels" => (Tensor.Normal<double>([3, 2, 3, 4], RandomKey.Of(5)), 8),
        "wide" => (Tensor.Normal<double>([2, 4, 3, 2], RandomKey.Of(6)), (5, 6)),
        _ => (Tensor.Normal<double>([3, 3, 1, 1], RandomKey.Of(7)), (4, 3)),
    };
}
