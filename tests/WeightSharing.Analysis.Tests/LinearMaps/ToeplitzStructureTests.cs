using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class ToeplitzStructureTests
{
    [Fact]
    public void A_convolution_is_Toeplitz_in_blocks_and_a_locally_connected_layer_is_as_far_as_its_filters_differ()
    {
        var convolution = new Conv2d<double>(2, 2, 3, padding: 1);
        convolution.Initialize(seed: 1);
        Matrix<double> matrix = ConvolutionMatrix.Of(convolution, (5, 4)).ToMatrix();
        Assert.Equal(0, ToeplitzStructure.Measure(matrix, (5, 4), (5, 4)).Residual, 1e-13);

        LocallyConnected2d<double> local = convolution.ToLocallyConnected((5, 4));
        local.Weight.Parameter.Set(local.Weight.Value + Tensor.Normal<double>(local.Weight.Shape, RandomKey.Of(2)) * 0.02);
        ToeplitzStructure measured = ToeplitzStructure.Measure(LinearOperator.Of(local, [2, 5, 4]).ToMatrix(), (5, 4), (5, 4));
        Assert.InRange(measured.Distance, 0.02, 0.5);
        Assert.Equal(0, ToeplitzStructure.Measure(measured.Nearest, (5, 4), (5, 4)).Residual, 1e-12);
    }

    [Fact]
    public void A_circular_convolution_is_circulant_in_blocks_but_not_Toeplitz()
    {
        Tensor<double> filters = Tensor.Normal<double>([2, 3, 3, 3], RandomKey.Of(3));
        Matrix<double> matrix = ConvolutionMatrix.Circular(filters, 4).ToMatrix();
        ToeplitzStructure structure = ToeplitzStructure.Measure(matrix, 4, 4, circular: true);
        Assert.Equal(0, structure.Residual, 1e-13);
        Assert.Equal(2 * 3 * 16, structure.FreeCount);
        // Every circulant is Toeplitz; the reverse is not so.
        Assert.Equal(0, ToeplitzStructure.Measure(matrix, 4, 4).Residual, 1e-13);
        Matrix<double> padded = ConvolutionMatrix.Of(Made(), 4).ToMatrix();
        Assert.True(ToeplitzStructure.Measure(padded, 4, 4, circular: true).Distance > 0.1);

        static Conv2d<double> Made()
        {
            var layer = new Conv2d<double>(1, 1, 3, padding: 1);
            layer.Initialize(seed: 2);
            return layer;
        }
    }

    [Fact]
    public void Noise_leaves_what_its_number_of_diagonals_leaves()
    {
        Matrix<double> noise = Matrix<double>.Build.DenseOfRowMajor(40, 40, Tensor.Normal<double>(1600, RandomKey.Of(4)).ToArray());
        ToeplitzStructure structure = ToeplitzStructure.Measure(noise, (1, 40), (1, 40));
        Assert.Equal(79, structure.FreeCount);
        Assert.Equal(Math.Sqrt(1 - 79.0 / 1600), structure.Distance, 0.03);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_errors() => Assert.Contains(
        "a matrix 6×6 for outputs of 2×2 and inputs of 3×1; rows must be a multiple of 4, columns of 3",
        Assert.Throws<ArgumentException>(() => ToeplitzStructure.Measure(Matrix<double>.Build.Dense(6, 6), 2, (3, 1))).Message, StringComparison.Ordinal);
}
